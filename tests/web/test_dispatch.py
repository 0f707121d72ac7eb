"""The call desk: from the ring to the number, every refusal, and nobody else's cases."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from guarantee.cases.intake import take_call
from guarantee.cases.models import Case
from guarantee.letters.models import Letter
from guarantee.letters.number import spoken
from guarantee.roles import Role
from guarantee.tickets import Ticket
from tests import factories as make


@pytest.fixture
def me(session):
    return make.make_staff(Role.DISPATCHER, center=make.make_center("3101"), extension="8001")


@pytest.fixture
def desk(me, sign_in):
    return sign_in(me)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def ring(me, caller="13812345678", call_id="c"):
    return take_call(
        call_id=call_id, center=me.center, extension="8001", caller=caller, at=make.NOW()
    )[0]


def clear_report(case, **more):
    """The form as a dispatcher fills it in on the crew's word."""
    version = case.enrolment.product.exclusion_versions[-1]
    form = {
        "document_type": case.member.document_type,
        "document_number": case.member.document_number,
        "condition_in_scope": "yes",
        "exclusions_version": version.label,
        "exclusions": "",
        **{f"exclusion-{c.code}": "no" for c in version.clauses},
    }
    return {**form, **more}


def test_the_desk_shows_the_calls_and_the_open_cases(session, me, desk) -> None:
    make.make_enrolment(make.make_member(phone="13812345678"))
    ring(me)
    case = make.make_case(center=me.center, by=me)
    make.make_case(location="外中心的案例")
    session.commit()
    page = text(desk.get("/dispatch"))
    assert "138…5678" in page
    assert "1 位会员" in page
    assert case.reference in page
    assert "外中心的案例" not in page


def test_an_empty_desk_says_what_will_appear(desk) -> None:
    page = text(desk.get("/dispatch"))
    assert "没有未结案例" in page
    assert "近 12 小时没有来电" in page


def test_a_call_offers_everybody_masked_and_picks_nobody(session, me, desk) -> None:
    for name in ("王伟", "王小雨"):
        make.make_enrolment(make.make_member(name, phone="13812345678"))
    call = ring(me)
    session.commit()
    page = text(desk.get(f"/dispatch?call={call.id}"))
    assert page.count("王*") == 2
    assert "王伟" not in page
    assert "checked" not in page
    assert 'data-key="1"' in page
    assert 'data-key="2"' in page


@pytest.mark.parametrize("typed", ["document", "card", "phone", "name", "pinyin"])
def test_a_member_is_found_by_anything(session, me, desk, typed) -> None:
    member = make.make_member("王伟", phone="13812345678", name_keys=" wangwei ww ")
    enrolment = make.make_enrolment(member)
    make.make_enrolment(make.make_member("李丽"))
    session.commit()
    wanted = {
        "document": member.document_number,
        "card": enrolment.card_number,
        "phone": "138-1234-5678",
        "name": "王伟",
        "pinyin": "wangwei",
    }[typed]
    page = text(desk.get("/dispatch", query_string={"q": wanted}))
    assert f"member={member.id}" in page
    assert "李*" not in page


def test_opening_a_case_leads_to_it(session, me, desk) -> None:
    member = make.make_enrolment(make.make_member(phone="13812345678")).member
    call = ring(me)
    session.commit()
    form = {
        "call": call.id,
        "member": member.id,
        "condition": "accident",
        "caller": "13812345678",
        "location": "世纪大道100号",
    }
    first = desk.post("/dispatch/cases", data=form)
    again = desk.post("/dispatch/cases", data=form)
    session.expire_all()
    case = session.scalar(select(Case))
    assert first.status_code == 303
    assert first.location == again.location == f"/dispatch/cases/{case.id}"
    assert (case.member_id, case.call_id, case.state) == (member.id, call.id, "open")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"condition": ""}, "condition", "missing"),
        ({"condition": "tired"}, "condition", "not_a_choice"),
        ({"caller": ""}, "caller", "missing"),
        ({"caller": "王" * 500}, "caller", "too_long"),
        ({"location": "路" * 201}, "location", "too_long"),
    ],
)
def test_a_form_that_is_wrong_keeps_what_was_typed(session, desk, change, field, code) -> None:
    form = {"condition": "accident", "caller": "邻居", "location": "外滩", "member": ""} | change
    answer = desk.post("/dispatch/cases", data=form)
    page = text(answer)
    assert answer.status_code == 422
    assert code in page
    if field != "location":
        assert 'value="外滩"' in page
    if field == "condition":
        assert 'value="邻居"' in page
    assert session.scalar(select(func.count(Case.id))) == 0


def test_a_second_patient_of_the_same_accident_joins_the_incident(session, me, desk) -> None:
    first = make.make_case(center=me.center, by=me)
    session.commit()
    form = {"condition": "accident", "caller": "x", "incident": first.incident_id, "member": ""}
    desk.post("/dispatch/cases", data=form)
    session.expire_all()
    assert len(session.scalar(select(Case).where(Case.id == first.id)).incident.cases) == 2


def test_another_centres_incident_cannot_be_joined(session, desk) -> None:
    theirs = make.make_case()
    session.commit()
    form = {"condition": "accident", "caller": "x", "incident": theirs.incident_id, "member": ""}
    assert desk.post("/dispatch/cases", data=form).status_code == 404


def test_the_patient_is_named_when_it_is_known(session, me, desk) -> None:
    case = make.make_case(center=me.center, by=me)
    case.member = case.enrolment = None
    member = make.make_enrolment().member
    session.commit()
    assert "患者是谁" in text(desk.get(f"/dispatch/cases/{case.id}"))
    answer = desk.post(f"/dispatch/cases/{case.id}/member", data={"member": member.id})
    assert answer.status_code == 303
    assert "免责条款" in text(desk.get(f"/dispatch/cases/{case.id}"))


def test_the_member_stays_after_verification(session, me, desk) -> None:
    case = make.make_verified_case(center=me.center, by=me)
    other = make.make_enrolment().member
    session.commit()
    answer = desk.post(f"/dispatch/cases/{case.id}/member", data={"member": other.id})
    assert answer.status_code == 409
    assert "member_fixed" in text(answer)


def test_the_dispatcher_enters_the_verification_on_the_crews_word(session, me, desk) -> None:
    case = make.make_case(center=me.center, by=me)
    session.commit()
    answer = desk.post(f"/dispatch/cases/{case.id}/verification", data=clear_report(case))
    assert answer.status_code == 303
    session.expire_all()
    assert case.state == "verified"
    assert "送往哪家医院" in text(desk.get(f"/dispatch/cases/{case.id}"))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"document_number": "110101199003078888"}, 422, "bad_id_checksum"),
        ({"document_number": "11010519491231002X"}, 422, "document_mismatch"),
        ({"document_number": ""}, 422, "missing_document"),
        ({"document_type": "library"}, 422, "unknown_document_type"),
        ({"condition_in_scope": ""}, 422, "missing"),
        ({"condition_in_scope": "maybe"}, 422, "not_a_choice"),
        ({"exclusion-DRUNK": ""}, 422, "exclusions_incomplete"),
        ({"exclusions_version": "OLD/1"}, 409, "exclusions_version_outdated"),
        ({"provisional": "1"}, 403, "provisional_by_hotline_only"),
    ],
)
def test_a_refused_verification_says_why_and_leaves_nothing(
    session, me, desk, change, status, code
) -> None:
    case = make.make_case(center=me.center, by=me)
    session.commit()
    form = clear_report(case, **change)
    answer = desk.post(f"/dispatch/cases/{case.id}/verification", data=form)
    page = text(answer)
    assert answer.status_code == status
    assert code in page
    if form["document_number"]:
        assert f'value="{form["document_number"]}"' in page
    session.expire_all()
    assert (case.state, case.verifications) == ("open", [])


def test_one_key_issues_and_the_second_press_shows_the_same_number(session, me, desk) -> None:
    case = make.make_verified_case(center=me.center, by=me)
    hospital = make.make_hospital()
    session.commit()
    form = {"hospital": hospital.code}
    assert 'data-key="F9"' in text(desk.get(f"/dispatch/cases/{case.id}"))
    pages = []
    for _ in range(2):
        assert desk.post(f"/dispatch/cases/{case.id}/letter", data=form).status_code == 303
        pages.append(text(desk.get(f"/dispatch/cases/{case.id}")))
    (letter,) = session.scalars(select(Letter)).all()
    assert letter.channel == "center"
    for page in pages:
        assert spoken(letter.number) in page
        assert f"/letters/{letter.number}.pdf" in page


def test_issuing_without_a_hospital_asks_for_one(session, me, desk) -> None:
    case = make.make_verified_case(center=me.center, by=me)
    session.commit()
    answer = desk.post(f"/dispatch/cases/{case.id}/letter", data={"hospital": ""})
    assert (answer.status_code, "hospital-error" in text(answer)) == (422, True)
    assert desk.post(f"/dispatch/cases/{case.id}/letter", data={"hospital": "X"}).status_code == 404
    assert session.scalar(select(func.count(Letter.id))) == 0


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        ("unverified", "case_not_verified"),
        ("applies", "exclusion_applies"),
        ("scope", "condition_out_of_scope"),
        ("stopped", "not_eligible"),
        ("full", "hospital_not_accepting"),
        ("elsewhere", "letter_exists"),
    ],
)
def test_a_letter_that_may_not_be_is_refused_with_its_reason(
    session, me, desk, situation, code
) -> None:
    here = {"center": me.center, "by": me}
    hospital = make.make_hospital(accepting=situation != "full")
    if situation == "unverified":
        case = make.make_case(**here)
    else:
        case = make.make_verified_case(
            applies=situation == "applies", in_scope=situation != "scope", **here
        )
    if situation == "stopped":
        case.member.stop_reason = "核查"
    if situation == "elsewhere":
        make.make_letter(case=case)
    session.commit()
    before = session.scalar(select(func.count(Letter.id)))
    answer = desk.post(f"/dispatch/cases/{case.id}/letter", data={"hospital": hospital.code})
    assert answer.status_code == 409
    assert code in text(answer)
    assert session.scalar(select(func.count(Letter.id))) == before


def test_somebody_not_eligible_hears_a_sentence_and_f6_hands_them_over(session, me, desk) -> None:
    enrolment = make.make_enrolment(make.make_member(stop_reason="核查"))
    case = make.make_case(center=me.center, by=me, enrolment=enrolment)
    session.commit()
    page = text(desk.get(f"/dispatch/cases/{case.id}"))
    assert "本次暂不能由联盟先行担保" in page
    assert "The ambulance is coming in any case" in page
    assert 'data-key="F6"' in page
    for _ in range(2):
        desk.post(f"/dispatch/cases/{case.id}/hand-over")
    (ticket,) = session.scalars(select(Ticket)).all()
    assert (ticket.kind, ticket.case_id) == ("not_eligible", case.id)
    assert "等待接手" in text(desk.get(f"/dispatch/cases/{case.id}"))


def test_a_call_is_handed_over_without_a_case(session, me, desk) -> None:
    call = ring(me)
    session.commit()
    assert desk.post("/dispatch/hand-over", data={"call": call.id}).status_code == 303
    assert session.scalar(select(func.count(Ticket.id))) == 1


def test_a_case_is_closed_with_its_outcome(session, me, desk) -> None:
    letter = make.make_letter(center=me.center, by=me)
    session.commit()
    url = f"/dispatch/cases/{letter.case_id}/close"
    refused = desk.post(url, data={"outcome": "final_bill"})
    assert (refused.status_code, "unknown_outcome" in text(refused)) == (422, True)
    assert desk.post(url, data={"outcome": "left"}).status_code == 303
    session.expire_all()
    assert (letter.case.state, letter.state) == ("closed", "voided")
    assert "患者自行离开" in text(desk.get(f"/dispatch/cases/{letter.case_id}"))


def test_a_presented_letter_keeps_its_case_open(session, me, desk) -> None:
    letter = make.make_presented_letter(center=me.center, by=me)
    session.commit()
    answer = desk.post(f"/dispatch/cases/{letter.case_id}/close", data={"outcome": "left"})
    assert (answer.status_code, "wrong_state" in text(answer)) == (409, True)


@pytest.mark.parametrize(
    "action",
    ["", "/hospitals", "/member", "/verification", "/letter", "/hand-over", "/close"],
)
def test_another_centres_case_is_not_there(session, desk, action) -> None:
    case = make.make_case()
    session.commit()
    call = desk.get if action in ("", "/hospitals") else desk.post
    assert call(f"/dispatch/cases/{case.id}{action}").status_code == 404


def test_another_centres_call_is_not_there(session, me, desk) -> None:
    theirs = ring(make.make_staff(Role.DISPATCHER))
    session.commit()
    assert desk.get(f"/dispatch?call={theirs.id}").status_code == 404
    assert desk.post("/dispatch/hand-over", data={"call": theirs.id}).status_code == 404


def test_hospitals_are_found_while_one_types(session, me, desk) -> None:
    case = make.make_verified_case(center=me.center, by=me)
    make.make_hospital("仁济医院")
    make.make_hospital("瑞金医院", accepting=False)
    outside = make.make_hospital("社区诊所", network=False)
    session.commit()
    page = text(desk.get(f"/dispatch/cases/{case.id}/hospitals"))
    assert "仁济医院" in page
    assert "暂停接收" in page
    assert outside.name not in page
    found = text(desk.get(f"/dispatch/cases/{case.id}/hospitals?hospital_q=社区"))
    assert "备用金" in found
    assert "仁济医院" not in found


def test_the_list_of_cases_searches_filters_and_exports(session, me, desk) -> None:
    letter = make.make_letter(center=me.center, by=me)
    make.make_case(center=me.center, by=me, location="外滩")
    make.make_case(location="别处")
    session.commit()
    assert "别处" not in text(desk.get("/dispatch/cases"))
    found = text(desk.get(f"/dispatch/cases?q={letter.number[4:12]}"))
    assert letter.case.reference in found
    assert "外滩" not in found
    assert "外滩" in text(desk.get("/dispatch/cases?q=外滩"))
    assert "外滩" not in text(desk.get("/dispatch/cases?state=guaranteed"))
    assert "没有符合条件的案例" in text(desk.get("/dispatch/cases?q=nowhere"))
    file = desk.get("/dispatch/cases?export=xlsx")
    assert file.data[:2] == b"PK"


def test_the_desk_speaks_english_too(session, me, desk) -> None:
    case = make.make_case(center=me.center, by=me)
    session.commit()
    desk.get("/dispatch?lang=zh")
    page = text(desk.get(f"/dispatch/cases/{case.id}?lang=en"))
    assert "Eligible" in page
    assert "Record the verification" in page
    assert "可担保" not in page


def test_the_reminder_card_is_one_key_away_and_printable(desk) -> None:
    assert 'data-key="F1"' in text(desk.get("/dispatch"))
    assert "没有号码的担保函无效" in text(desk.get("/dispatch/reminder"))
