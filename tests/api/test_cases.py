"""From the search to the verified case, through the API."""

from __future__ import annotations

import pytest

from guarantee.cases.models import Case
from guarantee.roles import Role
from tests import factories as make


@pytest.fixture
def center(session):
    return make.make_center("3101")


@pytest.fixture
def dispatcher(api, center):
    return api(make.make_staff(Role.DISPATCHER, center=center))


def case_body(center, **more):
    return {"center": center.code, "caller": "13800138000", "condition": "accident", **more}


def verification_body(member, clauses="", **more):
    return {
        "method": "document",
        "document_type": "居民身份证",
        "document_number": member.document_number,
        "condition_in_scope": True,
        "exclusions": [{"code": c, "applies": False} for c in ("DRUNK", "FIGHT")],
        "exclusions_version": clauses,
        **more,
    }


def test_a_search_answers_masked_candidates(dispatcher, session):
    member = make.make_enrolment(make.make_member("王小明", phone="13912345678")).member
    session.commit()
    number = member.document_number
    answer = dispatcher.get("/members?phone=139-1234-5678").json
    assert [found["id"] for found in answer["items"]] == [member.id]
    assert answer["next_cursor"] is None
    told = str(answer)
    assert number not in told
    assert "13912345678" not in told
    assert "王小明" not in told


def test_a_search_for_nothing_says_what_to_give(dispatcher):
    answer = dispatcher.get("/members")
    assert (answer.status_code, answer.json["code"]) == (422, "nothing_to_search")


def test_an_unknown_query_field_is_named(dispatcher):
    answer = dispatcher.get("/members?name=王&limmit=3")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "limmit"


def test_eligibility_reads_out_its_reason_in_the_callers_language(dispatcher, session):
    member = make.make_member()
    session.commit()
    path = f"/members/{member.id}/eligibility"
    chinese = dispatcher.get(path).json
    english = dispatcher.get(path, query_string={"lang": "en"}).json
    assert chinese["verdict"] == english["verdict"] == "not_eligible"
    assert chinese["reasons"][0] == {"code": "no_policy", "message": "没有查到有效保单。"}
    assert english["reasons"][0]["message"] == "There is no policy for this member."


def test_eligibility_names_the_clauses_to_read_out(dispatcher, session):
    enrolment = make.make_enrolment()
    session.commit()
    answer = dispatcher.get(f"/members/{enrolment.member.id}/eligibility").json
    assert answer["verdict"] in ("eligible", "eligible_with_warnings")
    assert [clause["code"] for clause in answer["exclusions"]] == ["DRUNK", "FIGHT"]
    assert answer["exclusions_version"].endswith("/1")
    assert answer["remaining_fen"] == 10_000_000


def test_a_crew_asks_only_about_the_patients_of_its_own_cases(api, center):
    case = make.make_case(center=center)
    stranger = make.make_enrolment().member
    crew = api(make.make_staff(Role.CREW, center=center))
    assert crew.get(f"/members/{case.member_id}/eligibility").status_code == 200
    assert crew.get(f"/members/{stranger.id}/eligibility").status_code == 404


def test_a_case_is_opened_named_and_verified(dispatcher, center, session):
    member = make.make_enrolment().member
    session.commit()
    opened = dispatcher.post("/cases", json=case_body(center))
    assert opened.status_code == 201
    case = opened.json["id"]
    named = dispatcher.post(f"/cases/{case}/member", json={"member_id": member.id})
    assert named.json["member"]["id"] == member.id
    version = dispatcher.get(f"/members/{member.id}/eligibility").json["exclusions_version"]
    verified = dispatcher.post(
        f"/cases/{case}/verification", json=verification_body(member, version)
    )
    assert verified.status_code == 201
    assert dispatcher.get(f"/cases/{case}").json["state"] == "verified"


def test_a_wrong_document_leaves_nothing_behind(dispatcher, center, session):
    case = make.make_case(center=center)
    other = make.make_member()
    session.commit()
    version = dispatcher.get(f"/members/{case.member_id}/eligibility").json["exclusions_version"]
    answer = dispatcher.post(
        f"/cases/{case.id}/verification", json=verification_body(other, version)
    )
    assert (answer.status_code, answer.json["code"]) == (422, "document_mismatch")
    assert answer.json["errors"][0]["field"] == "document_number"
    assert other.document_number not in answer.text
    session.expire_all()
    assert session.get_one(Case, case.id).verifications == []


def test_without_a_document_its_fields_may_be_left_out(api, center, session):
    member = make.make_enrolment().member
    hotline = api(make.make_staff(Role.HOTLINE))
    case = hotline.post("/cases", json=case_body(center, member_id=member.id)).json
    clauses = hotline.get(f"/members/{member.id}/eligibility").json
    body = {
        "condition_in_scope": True,
        "exclusions": [{"code": c["code"], "applies": False} for c in clauses["exclusions"]],
        "exclusions_version": clauses["exclusions_version"],
    }
    path = f"/cases/{case['id']}/verification"
    without = hotline.post(path, json=body | {"method": "document"})
    assert without.status_code == 422
    assert without.json["errors"][0]["field"] in ("document_type", "document_number")
    made = hotline.post(path, json=body | {"method": "provisional"})
    assert made.status_code == 201
    assert made.json["document_due_at"]


def test_two_answers_to_one_clause_are_no_answer(dispatcher, center, session):
    case = make.make_case(center=center)
    session.commit()
    version = dispatcher.get(f"/members/{case.member_id}/eligibility").json["exclusions_version"]
    twice = [{"code": "DRUNK", "applies": applies} for applies in (True, False)]
    body = verification_body(case.member, version, exclusions=twice)
    answer = dispatcher.post(f"/cases/{case.id}/verification", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "exclusions_incomplete")


def test_cases_are_read_page_by_page_newest_first(dispatcher, center, session):
    cases = [make.make_case(center=center).id for _ in range(5)]
    make.make_case()  # another centre's
    session.commit()
    first = dispatcher.get("/cases?limit=3").json
    rest = dispatcher.get(f"/cases?limit=3&cursor={first['next_cursor']}").json
    seen = [case["id"] for case in first["items"] + rest["items"]]
    assert seen == list(reversed(cases))
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"caller": "x" * 500}, "caller", "string_too_long"),
        ({"caller": "a\x00b"}, "caller", "string_pattern_mismatch"),
        ({"condition": "boredom"}, "condition", "enum"),
        ({"member_id": "7"}, "member_id", "int_type"),
        ({"member_id": 2**70}, "member_id", "less_than_equal"),
        ({"surprise": 1}, "surprise", "extra_forbidden"),
    ],
)
def test_a_bad_field_is_named_with_its_code_and_a_sentence(
    dispatcher, center, change, field, code, session
):
    answer = dispatcher.post("/cases", json=case_body(center) | change)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json["errors"][0]["field"] == field
    assert answer.json["errors"][0]["code"] == code
    assert answer.json["errors"][0]["message"]
    assert session.query(Case).count() == 0


def test_a_rejected_value_is_never_told_back(dispatcher, center):
    secret = "310101199001011234"
    for body in (
        case_body(center, member_id=secret),
        case_body(center) | {secret: 1},
        case_body(center, condition=secret),
    ):
        answer = dispatcher.post("/cases", json=body)
        assert answer.status_code == 422
        assert secret not in answer.text


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{", "content_type": "application/json"}, 422),
        ({"data": b"\xff\xfe", "content_type": "application/json"}, 400),
        ({"data": b'{"center": "\\ud800"}', "content_type": "application/json"}, 422),
        ({"data": b"{}", "content_type": "text/plain"}, 415),
    ],
)
def test_what_is_not_json_is_refused(dispatcher, sent, status):
    answer = dispatcher.post("/cases", **sent)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_a_case_can_come_from_a_call_and_share_an_incident(dispatcher, center, at):
    first = dispatcher.post("/cases", json=case_body(center)).json
    second = dispatcher.post("/cases", json=case_body(center, incident=first["incident"])).json
    assert second["incident"] == first["incident"]
    assert second["id"] != first["id"]
    unknown = dispatcher.post("/cases", json=case_body(center, call_id="nobody-called"))
    assert (unknown.status_code, unknown.json["code"]) == (404, "unknown_call")


def test_another_centres_incident_is_unknown(dispatcher, center, session):
    elsewhere = make.make_case().incident_id
    session.commit()
    answer = dispatcher.post("/cases", json=case_body(center, incident=elsewhere))
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_incident")


def test_a_dispatcher_opens_cases_for_the_own_centre_only(dispatcher):
    answer = dispatcher.post("/cases", json=case_body(make.make_center()))
    assert (answer.status_code, answer.json["code"]) == (403, "other_center")
