"""A letter's entries through the API."""

from __future__ import annotations

import pytest

from guarantee.roles import Role
from tests import factories as make
from tests.settlement.scenes import Week


@pytest.fixture
def week(session):
    made = Week(make.make_center("3101"))
    made.one = made.charged(70_000)
    session.commit()
    return made


def test_the_movements_on_a_letter_are_told_oldest_first_with_who_and_key(week, api):
    answer = api(week.finance).get(f"/letters/{week.one.number}/entries")
    assert answer.status_code == 200
    assert answer.json["next_cursor"] is None
    told = [
        (one["kind"], one["part"], one["amount_fen"], one["by"]) for one in answer.json["items"]
    ]
    issuer = week.one.issued_by.display_name
    assert told == [
        ("hold placed", "pre_hospital", 100_000, issuer),
        ("hold placed", "in_hospital", 500_000, issuer),
        ("captured", "pre_hospital", 70_000, week.finance.display_name),
    ]
    first, second, _ = answer.json["items"]
    assert first["entry"] == second["entry"]
    assert first["id"] != second["id"]
    assert first["key"] == f"holds:{week.one.id}"
    assert first["cause"] == f"letter:{week.one.number}"
    assert first["at"] == "2026-11-17T10:00:00+08:00"


def test_a_request_is_recognised_by_its_key_in_what_it_moved(session, api):
    center = make.make_center("3101")
    case = make.make_verified_case(center=center)
    hospital = make.make_hospital()
    session.commit()
    caller = api(case.opened_by)
    body = {"hospital": hospital.code, "channel": "center"}
    issued = caller.post(f"/cases/{case.id}/letters", json=body, key="phone-7f")
    items = caller.get(f"/letters/{issued.json['number']}/entries").json["items"]
    assert {one["idempotency_key"] for one in items} == {"phone-7f"}


def test_hospitals_and_insurers_have_figures_of_their_own_and_no_entries(week, api):
    for staff in (
        make.make_staff(Role.BILLING_DESK, hospital=week.one.hospital),
        make.make_staff(Role.INSURER),
    ):
        assert api(staff).get(f"/letters/{week.one.number}/entries").status_code == 403


def test_another_centres_letter_is_unknown(week, api):
    stranger = api(make.make_staff(Role.CENTER_FINANCE))
    answer = stranger.get(f"/letters/{week.one.number}/entries")
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_letter")
