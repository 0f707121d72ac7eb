"""The demo is made up, but its books are true."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from guarantee.audit import verify_chain
from guarantee.business_time import now
from guarantee.config import Settings
from guarantee.db import writing
from guarantee.demo.load import NotEmpty, is_empty, load, logins
from guarantee.demo.mark import is_demo
from guarantee.ledger.check import check_ledger
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.members.models import ImportRow, Member
from guarantee.roles import Role
from guarantee.settlement.models import Batch, Difference

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def quarter(app, session):
    with writing():
        load(at=now(), settings=Settings(demo=True), weeks=3, members=(60, 30))
    return session


def count(session, column, *where):
    return session.scalar(select(func.count(column)).where(*where))


def test_a_quarter_made_through_the_domain_leaves_true_books_and_something_to_do(quarter):
    assert check_ledger().faults == []
    assert verify_chain().reason == ""
    assert is_demo()
    states = set(quarter.scalars(select(Letter.state)))
    assert (
        {"issued", "presented", "closed", "voided", "lapsed"} >= states >= {"presented", "closed"}
    )
    assert count(quarter, Member.id) > 80
    assert count(quarter, ImportRow.id, ImportRow.outcome == "rejected") == 8
    assert count(quarter, TopUpRequest.id, TopUpRequest.state == "asked") == 1
    waiting = set(quarter.scalars(select(Batch.state)))
    assert {"open", "reported", "reconciled", "approved", "remitted", "paid"} <= waiting
    assert count(quarter, Difference.id, Difference.decision.is_(None)) > 0

    everybody = logins(at=now())
    assert {login.role for login in everybody} == set(Role)
    assert all(login.token.startswith("gl_") for login in everybody)

    with pytest.raises(NotEmpty):
        load(at=now(), settings=Settings(demo=True))


def test_an_empty_house_says_so(app, session):
    assert is_empty()
    assert not is_demo()
