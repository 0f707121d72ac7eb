"""One piece of work, one transaction; what the database asks to try again is tried again."""

from __future__ import annotations

from threading import Barrier

import pytest
from sqlalchemy import text

from guarantee.db import db
from guarantee.edge.transaction import committed
from guarantee.ledger.entries import account
from guarantee.ledger.models import Account, AccountKind
from guarantee.refusals import Conflict
from tests.races import all_at_once


def test_a_refusal_leaves_nothing_behind(session):
    def work():
        account(AccountKind.BANK)
        raise Conflict()

    with pytest.raises(Conflict):
        committed(work)
    assert session.query(Account).count() == 0


def test_two_that_wait_for_each_other_both_finish(app, session):
    """Each changes the same two rows, in opposite order: on PostgreSQL a deadlock, which the
    database ends by refusing one; it is tried again and nobody is told."""
    ids = [account(AccountKind.BANK).id, account(AccountKind.COURIER_EXPENSE).id]
    session.commit()
    both_hold_one, held = Barrier(2), []

    def work(n):
        for place, account_id in enumerate(ids if n == 0 else ids[::-1]):
            db.session.execute(
                text("UPDATE ledger_accounts SET balance_fen = balance_fen - 1 WHERE id = :id"),
                {"id": account_id},
            )
            if place == 0 and n not in held and db.engine.dialect.name == "postgresql":
                held.append(n)  # a second try runs alone
                both_hold_one.wait(timeout=60)
        return "done"

    assert all_at_once(app, 2, work) == ["done", "done"]
    session.expire_all()
    assert [session.get_one(Account, i).balance_fen for i in ids] == [-2, -2]


def test_one_thing_made_twice_at_once_is_made_once(app, session):
    ids = all_at_once(app, 8, lambda _: account(AccountKind.HOSPITAL_PAYABLE, 7).id)
    assert len(set(ids)) == 1
