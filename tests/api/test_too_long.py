"""A 500-character name is refused by its field, whoever sends it, and nothing of it comes back."""

from __future__ import annotations

import pytest

from guarantee.cases.models import Case
from guarantee.charges.models import Charge
from guarantee.roles import Role
from tests import factories as make

LONG = "张" * 500


@pytest.mark.parametrize("field", ["location", "caller"])
def test_a_case_takes_no_500_character_text(session, api, field):
    dispatcher = make.make_staff(Role.DISPATCHER)
    body = {"center": dispatcher.center.code, "caller": "13800138000", "condition": "accident"}
    refused = api(dispatcher).post("/cases", body | {field: LONG})
    assert refused.status_code == 422
    [error] = refused.get_json()["errors"]
    assert error["field"] == field
    assert error["message"]
    assert LONG not in refused.get_data(as_text=True)
    session.expire_all()
    assert session.query(Case).count() == 0


@pytest.mark.parametrize("field", ["name", "code", "category", "line_id"])
def test_a_charge_takes_no_500_character_text(session, api, field):
    letter = make.make_presented_letter()
    desk = make.make_staff(Role.BILLING_DESK, hospital=letter.hospital)
    line = {
        "line_id": "A1",
        "part": "in_hospital",
        "charged_on": make.NOW().date().isoformat(),
        "category": "治疗",
        "code": "X1",
        "name": "清创缝合术",
        "quantity": 1,
        "unit_price_fen": 100,
        "amount_fen": 100,
        "in_scope": True,
    }
    path = f"/letters/{letter.number}/charges"
    refused = api(desk).post(path, {"lines": [line | {field: LONG}]})
    assert refused.status_code == 422
    [error] = refused.get_json()["errors"]
    assert error["field"] == f"lines.0.{field}"
    assert LONG not in refused.get_data(as_text=True)
    session.expire_all()
    assert session.query(Charge).count() == 0


def test_the_call_desks_form_says_so_at_the_field_and_opens_nothing(session, sign_in):
    browser = sign_in(make.make_staff(Role.DISPATCHER))
    form = {"caller": "13800138000", "condition": "accident", "location": LONG}
    refused = browser.post("/dispatch/cases", data=form)
    assert refused.status_code == 422
    session.expire_all()
    assert session.query(Case).count() == 0
