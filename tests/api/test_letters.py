"""A letter's life through the API."""

from __future__ import annotations

import pytest

from guarantee.letters import number as numbers
from guarantee.letters.guesses import MOST_FAILED
from guarantee.letters.models import Letter
from guarantee.roles import Role
from tests import factories as make


@pytest.fixture
def center(session):
    return make.make_center("3101")


@pytest.fixture
def hospital(session):
    return make.make_hospital()


@pytest.fixture
def dispatcher(api, center):
    return api(make.make_staff(Role.DISPATCHER, center=center))


@pytest.fixture
def desk(api, hospital):
    return api(make.make_staff(Role.BILLING_DESK, hospital=hospital))


@pytest.fixture
def hotline(api, session):
    return api(make.make_staff(Role.HOTLINE))


@pytest.fixture
def letter(center, hospital, session):
    made = make.make_letter(case=make.make_verified_case(center=center), hospital=hospital)
    session.commit()
    return made


@pytest.fixture
def presented(center, hospital, session):
    made = make.make_presented_letter(
        case=make.make_verified_case(center=center), hospital=hospital
    )
    session.commit()
    return made


def mistyped(number: str) -> str:
    """The number with its last two unequal neighbours swapped."""
    place = next(i for i in range(14, 0, -1) if number[i] != number[i - 1])
    return number[: place - 1] + number[place] + number[place - 1] + number[place + 1 :]


def test_one_key_issues_the_letter_and_the_next_press_finds_it(
    dispatcher, center, hospital, session
):
    case = make.make_verified_case(center=center)
    session.commit()
    body = {"hospital": hospital.code, "channel": "center"}
    first = dispatcher.post(f"/cases/{case.id}/letters", json=body)
    assert first.status_code == 201
    made = first.json
    assert numbers.parse(made["number"]) == made["number"]
    assert made["number"].startswith("3101")
    assert made["kind"] == "initial"
    assert made["state"] == "issued"
    assert made["pre_hospital_fen"] == 100_000
    assert made["in_hospital_fen"] == made["total_in_hospital_fen"] == 500_000
    assert made["issued_at"].endswith("+08:00")
    again = dispatcher.post(f"/cases/{case.id}/letters", json=body)
    assert again.status_code == 200
    assert again.json["number"] == made["number"]


def test_an_unverified_case_gets_no_letter(dispatcher, center, hospital, session):
    case = make.make_case(center=center)
    session.commit()
    answer = dispatcher.post(
        f"/cases/{case.id}/letters", json={"hospital": hospital.code, "channel": "center"}
    )
    assert (answer.status_code, answer.json["code"]) == (409, "case_not_verified")


def test_an_unknown_hospital_is_the_fields_fault(dispatcher, center, session):
    case = make.make_verified_case(center=center)
    session.commit()
    answer = dispatcher.post(
        f"/cases/{case.id}/letters", json={"hospital": "NONE", "channel": "center"}
    )
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_hospital")
    assert answer.json["errors"][0]["field"] == "hospital"


def test_the_position_is_told_for_the_number_however_it_is_typed(desk, letter):
    wide = letter.number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for typed in (letter.number, numbers.grouped(letter.number), wide):
        told = desk.get(f"/letters/{typed}").json
        assert told["number"] == letter.number
        assert told["in_hospital"] == {
            "guaranteed_fen": 500_000,
            "captured_fen": 0,
            "remaining_fen": 500_000,
            "released_fen": 0,
        }
        assert [copy["copy_no"] for copy in told["copies"]] == [1, 2, 3, 4]


def test_a_mistyped_number_is_told_apart_from_an_unknown_one(desk, letter):
    wrong = desk.get(f"/letters/{mistyped(letter.number)}")
    assert (wrong.status_code, wrong.json["code"]) == (422, "bad_number")
    unknown = desk.get(f"/letters/{numbers.new('3101')}")
    assert (unknown.status_code, unknown.json["code"]) == (404, "unknown_letter")


def test_an_unknown_number_and_somebody_elses_answer_alike(desk, session):
    elsewhere = make.make_letter()
    session.commit()
    theirs = desk.get(f"/letters/{elsewhere.number}")
    unknown = desk.get(f"/letters/{numbers.new('3101')}")
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.json == unknown.json


def test_the_hospital_accepts_and_a_second_press_changes_nothing(desk, letter):
    for _ in range(2):
        answer = desk.post(f"/letters/{letter.number}/presentation", json={"accepted": True})
        assert answer.status_code == 200
        assert answer.json["state"] == "presented"


def test_a_hospital_that_does_not_accept_says_why(desk, letter):
    path = f"/letters/{letter.number}/presentation"
    silent = desk.post(path, json={"accepted": False})
    assert (silent.status_code, silent.json["code"]) == (422, "reason_missing")
    said = desk.post(path, json={"accepted": False, "reason": "没有床位"})
    assert (said.status_code, said.json["state"]) == (200, "issued")


def test_a_voided_letter_takes_nothing_more(dispatcher, desk, letter):
    path = f"/letters/{letter.number}"
    assert dispatcher.post(f"{path}/void", json={"reason": ""}).status_code == 422
    voided = dispatcher.post(f"{path}/void", json={"reason": "姓名有误"})
    assert voided.json["state"] == "voided"
    assert voided.json["in_hospital"]["released_fen"] == 500_000
    for call, body in (("presentation", {"accepted": True}), ("charges", {"lines": [LINE]})):
        refused = desk.post(f"{path}/{call}", json=body)
        assert refused.status_code == 409, refused.json
    assert dispatcher.post(f"{path}/void", json={"reason": "又一次"}).json["code"] == "wrong_state"


def test_a_presented_letter_is_irrevocable_but_the_hospital_may_hand_it_back(
    dispatcher, desk, presented
):
    path = f"/letters/{presented.number}"
    refused = dispatcher.post(f"{path}/void", json={"reason": "后悔"})
    assert (refused.status_code, refused.json["code"]) == (409, "wrong_state")
    back = desk.post(f"{path}/handback", json={"reason": "转院"})
    assert (back.status_code, back.json["state"]) == (200, "issued")


LINE = {
    "line_id": "L-1",
    "part": "in_hospital",
    "charged_on": "2026-11-18",
    "category": "检查",
    "code": "CT01",
    "name": "头颅CT",
    "quantity": 1,
    "unit_price_fen": 30_000,
    "amount_fen": 30_000,
    "in_scope": True,
}


@pytest.fixture
def line():
    """A line charged today: the edge looks at the clock."""
    return LINE | {"charged_on": make.NOW().date().isoformat()}


def test_charges_are_used_against_the_guarantee_and_the_excess_is_the_patients(
    desk, presented, line
):
    path = f"/letters/{presented.number}/charges"
    within = desk.post(path, json={"lines": [line]}).json
    assert within["captured_fen"] == 30_000
    assert within["remaining_fen"] == 470_000
    much = line | {"line_id": "L-2", "unit_price_fen": 600_000, "amount_fen": 600_000}
    above = desk.post(path, json={"lines": [much]})
    assert above.status_code == 200
    assert above.json["remaining_fen"] == 0
    assert above.json["patient_fen"] == 130_000
    assert above.json["alerts"] == [60, 80, 95, 100]


def test_the_same_line_counts_once_and_another_under_its_id_is_refused(desk, presented, line):
    path = f"/letters/{presented.number}/charges"
    desk.post(path, json={"lines": [line]})
    again = desk.post(path, json={"lines": [line]}).json
    assert (again["captured_fen"], again["duplicates"]) == (30_000, 1)
    other = desk.post(path, json={"lines": [line | {"name": "胸部CT"}]})
    assert (other.status_code, other.json["code"]) == (409, "line_conflict")
    assert other.json["errors"][0]["field"] == "lines.0.line_id"


def test_a_refund_gives_back_and_one_larger_than_the_charge_is_refused(desk, presented, line):
    path = f"/letters/{presented.number}/charges"
    desk.post(path, json={"lines": [line]})
    refund = line | {"line_id": "R-1", "quantity": -1, "amount_fen": -30_000}
    assert desk.post(path, json={"lines": [refund]}).json["captured_fen"] == 0
    more = refund | {"line_id": "R-2"}
    answer = desk.post(path, json={"lines": [more]})
    assert (answer.status_code, answer.json["code"]) == (409, "refund_too_large")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_fen": 300.5}, "int_type"),
        ({"amount_fen": "30000"}, "int_type"),
        ({"amount_fen": 10**15}, "less_than_equal"),
        ({"name": "名" * 500}, "string_too_long"),
        ({"amount_fen": 0, "unit_price_fen": 0}, "zero_amount"),
        ({"charged_on": "2026-02-30"}, "date_parsing"),
    ],
)
def test_a_bad_line_is_named_by_its_place_and_nothing_is_posted(
    desk, presented, line, change, code
):
    path = f"/letters/{presented.number}/charges"
    answer = desk.post(path, json={"lines": [line | {"line_id": "L-0"}, line | change]})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"].startswith("lines.1.")
    assert answer.json["errors"][0]["code"] == code
    assert desk.get(path).json["items"] == []


def test_no_lines_are_no_charges(desk, presented):
    answer = desk.post(f"/letters/{presented.number}/charges", json={"lines": []})
    assert (answer.status_code, answer.json["code"]) == (422, "no_lines")


def test_a_top_up_states_the_increase_and_the_new_total(desk, hotline, presented):
    path = f"/letters/{presented.number}/top-up-requests"
    asked = desk.post(path, json={"amount_fen": 200_000, "reason": "手术"})
    assert (asked.status_code, asked.json["state"]) == (201, "asked")
    again = desk.post(path, json={"amount_fen": 1, "reason": "再来"})
    assert (again.status_code, again.json["code"]) == (409, "top_up_open")
    assert [r["id"] for r in hotline.get("/top-up-requests").json["items"]] == [asked.json["id"]]
    granted = hotline.post(
        f"/top-up-requests/{asked.json['id']}/decision",
        json={"approve": True, "amount_fen": 150_000, "reason": "先批一部分"},
    ).json
    assert granted["granted_fen"] == 150_000
    assert granted["total_in_hospital_fen"] == 650_000
    old = desk.get(f"/letters/{presented.number}").json
    assert old["current_number"] == granted["number"]
    assert old["total_in_hospital_fen"] == 650_000


def test_a_top_up_never_exceeds_the_remaining_cover(desk, hotline, presented):
    asked = desk.post(
        f"/letters/{presented.number}/top-up-requests",
        json={"amount_fen": 99_000_000, "reason": "手术"},
    ).json
    refused = hotline.post(
        f"/top-up-requests/{asked['id']}/decision", json={"approve": True, "reason": ""}
    )
    assert (refused.status_code, refused.json["code"]) == (409, "above_remaining_cover")
    assert desk.get(f"/top-up-requests/{asked['id']}").json["state"] == "asked"


def test_the_final_bill_releases_the_rest_and_closes(desk, presented, line):
    path = f"/letters/{presented.number}"
    desk.post(f"{path}/charges", json={"lines": [line]})
    differs = desk.post(f"{path}/final-bill", json={"total_fen": 1})
    assert (differs.status_code, differs.json["code"]) == (409, "bill_differs")
    bill = desk.post(f"{path}/final-bill", json={"total_fen": 30_000})
    assert bill.status_code == 200
    assert bill.json["state"] == "closed"
    assert bill.json["guaranteed_fen"] == 30_000
    assert bill.json["released_fen"] == 570_000
    late = desk.post(f"{path}/charges", json={"lines": [line | {"line_id": "L-9"}]})
    assert (late.status_code, late.json["code"]) == (409, "letter_closed")


def test_a_final_bill_that_says_nothing_is_sent_with_nothing(desk, presented):
    bill = desk.post(f"/letters/{presented.number}/final-bill")
    assert (bill.status_code, bill.json["state"]) == (200, "closed")


def test_a_handback_without_a_body_is_not_taken(desk, presented):
    assert desk.post(f"/letters/{presented.number}/handback").status_code == 415


def test_the_pdf_is_byte_for_byte_the_same_and_counted(dispatcher, letter, session):
    first = dispatcher.get(f"/letters/{letter.number}.pdf")
    again = dispatcher.get(f"/letters/{letter.number}.pdf")
    assert first.mimetype == "application/pdf"
    assert first.data.startswith(b"%PDF-")
    assert again.data == first.data
    single = dispatcher.get(f"/letters/{letter.number}.pdf?copy=3")
    assert single.data.startswith(b"%PDF-")
    assert single.data != first.data
    assert dispatcher.get(f"/letters/{letter.number}.pdf?copy=5").status_code == 422


def test_a_copy_is_followed_by_its_code(desk, letter):
    code = letter.copies[0].code
    handed = desk.post(f"/copies/{code}/events", json={"event": "handed_over"}).json
    assert (handed["state"], handed["copy_no"]) == ("handed_over", 1)
    typed = code.replace("-", "").lower()
    again = desk.post(f"/copies/{typed}/events", json={"event": "handed_over"}).json
    assert len(again["events"]) == 1
    back = desk.post(f"/copies/{code}/events", json={"event": "printed"})
    assert back.status_code == 422
    unknown = desk.post("/copies/C1-0000-0000-0/events", json={"event": "signed"})
    assert (unknown.status_code, unknown.json["code"]) == (404, "unknown_copy")


def test_anyone_may_verify_and_learns_no_more_than_a_cashier_needs(client, letter, dispatcher):
    told = client.get(f"/api/v1/verify/{numbers.grouped(letter.number)}").json
    assert told.keys() == {
        "genuine",
        "state",
        "current_number",
        "center",
        "hospital",
        "issued_on",
        "holder",
        "in_hospital_total_fen",
        "checked",
    }
    assert told["genuine"] is True
    assert told["checked"] == "online"
    assert told["in_hospital_total_fen"] == 500_000
    assert told["holder"] != letter.case.member.name
    dispatcher.post(f"/letters/{letter.number}/void", json={"reason": "姓名有误"})
    assert client.get(f"/api/v1/verify/{letter.number}").json["state"] == "voided"


def test_the_public_check_tells_mistyped_from_unknown(client, letter):
    wrong = client.get(f"/api/v1/verify/{mistyped(letter.number)}")
    assert (wrong.status_code, wrong.json["code"]) == (422, "bad_number")
    unknown = client.get(f"/api/v1/verify/{numbers.new('3101')}")
    assert unknown.status_code == 200
    assert unknown.json["genuine"] is False


def test_the_keys_of_letters_are_published(client, letter):
    keys = client.get("/.well-known/letter-keys.json").json["keys"]
    assert keys[0]["crv"] == "Ed25519"
    assert "d" not in keys[0]
    assert keys[0]["from"]


def test_a_letter_of_another_centre_can_not_be_voided(api, letter, session):
    stranger = api(make.make_staff(Role.DISPATCHER))
    answer = stranger.post(f"/letters/{letter.number}/void", json={"reason": "不是我的"})
    assert answer.status_code == 404
    session.expire_all()
    assert session.get_one(Letter, letter.id).state == "issued"


def test_whoever_tries_numbers_is_slowed_down_and_nobody_else(app, api, client, desk, letter):
    for _ in range(MOST_FAILED):
        assert client.get(f"/api/v1/verify/{numbers.new('3101')}").json["genuine"] is False
        assert desk.get(f"/letters/{numbers.new('3101')}").status_code == 404
    shut = client.get(f"/api/v1/verify/{letter.number}")
    assert (shut.status_code, shut.json["code"]) == (429, "too_many_requests")
    assert desk.get(f"/letters/{letter.number}").status_code == 429
    colleague = api(make.make_staff(Role.BILLING_DESK, hospital=letter.hospital))
    assert colleague.get(f"/letters/{letter.number}").status_code == 200
