"""The trail tells what happened, only that, and shows every tampering."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from guarantee import audit
from tests.races import all_at_once


def note(n: int, at) -> None:
    audit.record(by=None, at=at, action="tested", subject=f"thing:{n}", n=n)


@pytest.fixture
def chain(session, at):
    for n in range(5):
        note(n, at)
    session.commit()
    return session


def unguarded(session, statement: str) -> None:
    """Change rows as somebody would who owns the database and took the triggers away."""
    if session.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER audit_records_no_{action}"))
        session.execute(text(statement))
    else:
        session.execute(text("ALTER TABLE audit_records DISABLE TRIGGER USER"))
        session.execute(text(statement))
        session.execute(text("ALTER TABLE audit_records ENABLE TRIGGER USER"))
    session.commit()
    session.expire_all()


def test_an_untouched_chain_holds(chain):
    verdict = audit.verify_chain()
    assert (verdict.records, verdict.broken_at, verdict.reason) == (5, None, "")


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_records SET action = 'x'", "DELETE FROM audit_records"]
)
def test_the_database_refuses_to_change_the_trail(chain, statement):
    with pytest.raises(DatabaseError, match="only ever added to"):
        chain.execute(text(statement))
    chain.rollback()


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit_records SET action = 'x' WHERE id = 3", 3),
        ("UPDATE audit_records SET subject = 'thing:9' WHERE id = 1", 1),
        ("DELETE FROM audit_records WHERE id = 3", 4),
        ("DELETE FROM audit_records WHERE id = 5", None),
        ("DELETE FROM audit_records", None),
    ],
)
def test_every_tampering_is_found(chain, tampering, found):
    unguarded(chain, tampering)
    verdict = audit.verify_chain()
    assert verdict.reason
    assert verdict.broken_at == found


def test_what_was_rolled_back_is_not_told(session, at):
    note(1, at)
    session.rollback()
    note(2, at)
    session.commit()
    assert [r.facts["n"] for r in session.query(audit.AuditRecord)] == [2]


def test_what_a_savepoint_took_back_is_not_told_and_the_rest_is(session, at):
    note(1, at)
    trial = session.begin_nested()
    note(2, at)
    trial.rollback()
    note(3, at)
    with session.begin_nested():
        note(4, at)
    session.commit()
    assert [r.facts["n"] for r in session.query(audit.AuditRecord)] == [1, 3, 4]
    assert audit.verify_chain().reason == ""


def test_writers_at_the_same_moment_make_one_chain(app, session, at):
    session.commit()

    def work(n):
        for _ in range(3):
            note(n, at)

    all_at_once(app, 8, work)
    verdict = audit.verify_chain()
    assert (verdict.records, verdict.reason) == (24, "")
