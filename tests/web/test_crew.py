"""The crew's phone: the card, the clauses, the number with its code, the copies."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from guarantee.audit import AuditRecord
from guarantee.cases.arrival import ARRIVED
from guarantee.roles import Role
from tests import factories as make
from tests.web.test_dispatch import clear_report, text


@pytest.fixture
def me(session):
    return make.make_staff(Role.CREW, center=make.make_center("3101"))


@pytest.fixture
def phone(me, sign_in):
    return sign_in(me)


def test_the_crew_sees_the_open_cases_of_its_centre(session, me, phone) -> None:
    assert "没有未结案例" in text(phone.get("/crew"))
    mine = make.make_case(center=me.center)
    make.make_case(location="别的中心")
    session.commit()
    page = text(phone.get("/crew"))
    assert f"/crew/cases/{mine.id}" in page
    assert "别的中心" not in page


def test_the_card_shows_the_name_in_full_and_the_number_masked(session, me, phone) -> None:
    case = make.make_case(center=me.center)
    session.commit()
    page = text(phone.get(f"/crew/cases/{case.id}"))
    assert "王伟" in page
    assert case.member.document_number not in page
    assert f"{case.member.document_number[:6]}********" in page
    looked = session.scalars(select(AuditRecord.subject)).all()
    assert f"member:{case.member_id}" in looked


def test_each_clause_is_there_to_be_read_aloud_in_both_languages(session, me, phone) -> None:
    case = make.make_case(center=me.center)
    session.commit()
    page = text(phone.get(f"/crew/cases/{case.id}"))
    for code, zh, en in make.CLAUSES:
        assert f'name="exclusion-{code}"' in page
        assert zh in page
        assert en in page


def test_a_clear_report_waits_for_the_number(session, me, phone) -> None:
    case = make.make_case(center=me.center)
    session.commit()
    url = f"/crew/cases/{case.id}/verification"
    assert phone.post(url, data=clear_report(case)).status_code == 303
    page = text(phone.get(f"/crew/cases/{case.id}"))
    assert "号码一出就显示在这里" in page
    session.expire_all()
    assert case.verification.verified_by_id == me.id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"document_number": "11010519491231002X"}, "document_mismatch"),
        ({"document_number": "110105194912310021"}, "bad_id_checksum"),
        ({"exclusion-FIGHT": ""}, "exclusions_incomplete"),
        ({"condition_in_scope": ""}, "missing"),
    ],
)
def test_a_refusal_keeps_what_the_crew_typed(session, me, phone, change, code) -> None:
    case = make.make_case(center=me.center)
    session.commit()
    form = clear_report(case, **change)
    answer = phone.post(f"/crew/cases/{case.id}/verification", data=form)
    page = text(answer)
    assert answer.status_code == 422
    assert code in page
    assert f'value="{form["document_number"]}"' in page
    assert 'name="exclusion-DRUNK" value="no" checked' in page


def test_the_crew_verifies_nobody_provisionally(session, me, phone) -> None:
    case = make.make_case(center=me.center)
    session.commit()
    form = clear_report(case, provisional="1")
    answer = phone.post(f"/crew/cases/{case.id}/verification", data=form)
    assert (answer.status_code, "provisional_by_hotline_only" in text(answer)) == (403, True)


def test_the_number_fills_the_screen_with_the_code_of_copy_one(session, me, phone) -> None:
    letter = make.make_letter(center=me.center)
    session.commit()
    page = text(phone.get(f"/crew/cases/{letter.case_id}"))
    for at in range(0, 16, 4):
        assert f"<span>{letter.number[at : at + 4]}</span>" in page
    assert "<svg" in page.partition("crew-qr")[2][:60]
    assert "style=" not in page


def test_outside_the_network_the_letter_is_not_shown(session, me, phone) -> None:
    letter = make.make_letter(center=me.center, hospital=make.make_hospital(network=False))
    session.commit()
    page = text(phone.get(f"/crew/cases/{letter.case_id}"))
    assert "不要出示担保函" in page
    assert "crew-qr" not in page


def test_arriving_twice_is_one_arrival(session, me, phone) -> None:
    letter = make.make_letter(center=me.center)
    session.commit()
    for _ in range(2):
        assert phone.post(f"/crew/cases/{letter.case_id}/arrival").status_code == 303
    query = select(func.count(AuditRecord.id)).where(AuditRecord.action == ARRIVED)
    assert session.scalar(query) == 1
    assert "已到达" in text(phone.get(f"/crew/cases/{letter.case_id}"))


def test_nobody_arrives_without_a_letter(session, me, phone) -> None:
    case = make.make_case(center=me.center)
    session.commit()
    answer = phone.post(f"/crew/cases/{case.id}/arrival")
    assert (answer.status_code, "no_letter" in text(answer)) == (409, True)


def test_copies_are_handed_over_one_by_one(session, me, phone) -> None:
    letter = make.make_letter(center=me.center)
    session.commit()
    url = f"/crew/cases/{letter.case_id}/copies"
    first = letter.copies[0]
    for _ in range(2):
        answer = phone.post(f"{url}/{first.code}", data={"event": "handed_over"})
        assert answer.status_code == 303
    session.expire_all()
    assert [c.state for c in letter.copies] == ["handed_over", "printed", "printed", "printed"]
    assert len(first.events) == 1
    assert phone.post(f"{url}/{first.code}", data={"event": "mailed"}).status_code == 409
    assert phone.post(f"{url}/{first.code}", data={"event": "eaten"}).status_code == 422
    assert phone.post(f"{url}/C1-0000-0000-0", data={"event": "signed"}).status_code == 404


@pytest.mark.parametrize("action", ["", "/verification", "/arrival", "/copies/C1"])
def test_another_centres_case_is_not_there(session, phone, action) -> None:
    case = make.make_case()
    session.commit()
    call = phone.post if action else phone.get
    assert call(f"/crew/cases/{case.id}{action}").status_code == 404
