"""The cover is never overdrawn, and every movement is written down."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from guarantee.ledger import holds
from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import Overdrawn, account, balance
from guarantee.ledger.models import AccountKind
from tests.factories import make_enrolment


def test_a_new_cover_is_wholly_available(session, at):
    cover = make_enrolment(sum_insured_fen=600_000).cover
    assert holds.remaining_fen(cover) == 600_000
    assert check_ledger().faults == []


def test_the_sum_insured_can_be_raised_and_lowered_but_not_below_zero(session, at):
    cover = make_enrolment(sum_insured_fen=600_000).cover
    holds.change_sum_insured(cover=cover, sum_insured_fen=800_000, cause="test", by=None, at=at)
    assert holds.remaining_fen(cover) == 800_000
    holds.change_sum_insured(cover=cover, sum_insured_fen=1, cause="test", by=None, at=at)
    assert holds.remaining_fen(cover) == 1
    assert check_ledger().faults == []


def test_an_entry_can_not_be_changed_or_deleted(session):
    make_enrolment()
    session.commit()
    for statement in (
        "UPDATE ledger_entries SET kind = 'x'",
        "DELETE FROM ledger_entries",
        "UPDATE ledger_postings SET amount_fen = 1",
        "DELETE FROM ledger_postings",
    ):
        with pytest.raises(DatabaseError, match="only ever added to"):
            session.execute(text(statement))
        session.rollback()


def test_the_database_itself_refuses_an_overdrawn_cover(session):
    cover = make_enrolment(sum_insured_fen=100).cover
    available = account(AccountKind.COVER_AVAILABLE, cover.id)
    with pytest.raises(IntegrityError, match="ck_ledger_accounts_cover_never_overdrawn"):
        session.execute(
            text("UPDATE ledger_accounts SET balance_fen = -1 WHERE id = :id"),
            {"id": available.id},
        )


def test_a_tampered_balance_is_named_by_the_check(session):
    cover = make_enrolment(sum_insured_fen=100).cover
    available = account(AccountKind.COVER_AVAILABLE, cover.id)
    session.execute(
        text("UPDATE ledger_accounts SET balance_fen = 99 WHERE id = :id"), {"id": available.id}
    )
    faults = check_ledger().faults
    assert any(f"ledger_accounts {available.id}:" in fault for fault in faults)
    assert any(f"covers {cover.id}:" in fault for fault in faults)


def test_what_was_granted_stands_on_the_other_side(session):
    enrolment = make_enrolment(sum_insured_fen=100)
    insurer = enrolment.product.insurer_id
    assert balance(AccountKind.COVER_GRANTED, insurer) == -100


def test_lowering_a_cover_below_what_is_used_is_refused(session, at):
    cover = make_enrolment(sum_insured_fen=100).cover
    with pytest.raises(holds.SumBelowUse):
        holds.change_sum_insured(cover=cover, sum_insured_fen=-5, cause="t", by=None, at=at)
    assert Overdrawn.code == "cover_exhausted"
