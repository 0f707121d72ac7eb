"""A key belongs to one piece of work at a time, and to its account for a week."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from guarantee.db import broke, db
from guarantee.edge.transaction import committed
from guarantee.idempotency import (
    OF_THIS_WORK,
    InProgress,
    KeptAnswer,
    KeyReused,
    claim,
    forget_answers,
    keep_answer,
    kept_answer,
    lock_number,
)
from guarantee.refusals import Conflict
from tests.databases import ENGINES
from tests.factories import make_staff
from tests.races import all_at_once

KEEP = timedelta(days=7)
on_postgresql = pytest.mark.parametrize(
    "engine_name", [e for e in ENGINES if e == "postgresql"], indirect=True
)


@pytest.fixture
def mine(session):
    """What names my key."""
    staff = make_staff()
    session.commit()
    return {"staff_id": staff.id, "key": "k-1"}


def keep(mine, at, fingerprint="f"):
    keep_answer(
        **mine, fingerprint=fingerprint, status=201, headers={"ETag": "1"}, body="{}", at=at
    )
    db.session.flush()


def kept(mine, at, fingerprint="f"):
    return kept_answer(**mine, fingerprint=fingerprint, at=at, keep=KEEP)


def test_an_answer_is_found_for_its_request_and_refused_to_another(mine, at):
    keep(mine, at)
    assert (kept(mine, at).status, kept(mine, at).headers) == (201, {"ETag": "1"})
    with pytest.raises(KeyReused):
        kept(mine, at, fingerprint="another request")
    assert kept({**mine, "key": "k-2"}, at) is None
    assert kept({**mine, "staff_id": make_staff().id}, at) is None


def test_what_tidying_drops_is_what_no_longer_answers(mine, at, session):
    keep(mine, at)
    last = at + KEEP
    assert forget_answers(before=last, keep=KEEP) == 0
    assert kept(mine, last)
    with session.begin_nested() as untidied:
        assert kept(mine, last + timedelta(seconds=1), fingerprint="another request") is None
        untidied.rollback()
    assert forget_answers(before=last + timedelta(seconds=1), keep=KEEP) == 1


def test_the_database_keeps_one_answer_for_a_key(mine, at, session):
    keep(mine, at)
    with pytest.raises(IntegrityError) as refused:
        session.execute(
            text(
                "INSERT INTO idempotent_answers"
                " (staff_id, key, fingerprint, status, headers, body, made_at)"
                " SELECT staff_id, key, 'g', 200, headers, '', made_at FROM idempotent_answers"
            )
        )
    assert broke(refused.value, "uq_idempotent_answers_key")


def test_a_key_is_forgotten_when_its_work_ends_however_it_ends(mine, at, session):
    def named():
        return session.info.get(OF_THIS_WORK)

    for end in (session.commit, session.rollback, session.close):
        claim(**mine)
        assert named() == "k-1"
        with session.begin_nested() as savepoint:
            savepoint.rollback()
        with session.begin_nested():
            keep({**mine, "key": f"of {end.__name__}"}, at)
        assert named() == "k-1"  # a savepoint is not the end
        end()
        assert named() is None


def test_work_that_is_tried_again_claims_its_key_anew(mine, at, session):
    """The first try breaks a constraint, as when somebody was quicker, and is rolled back."""
    tries = []

    def work():
        claim(**mine)
        tries.append((session.info[OF_THIS_WORK], kept(mine, at)))
        keep(mine, at)
        if len(tries) == 1:
            keep(mine, at)
        assert locks() == ({lock_number(**mine)} if on_lock() else set())

    committed(work)
    assert tries == [("k-1", None)] * 2
    assert locks() == set()
    assert session.scalar(select(func.count(KeptAnswer.id))) == 1


def on_lock():
    return db.engine.dialect.name == "postgresql"


def locks():
    """The numbers that somebody has locked in this database."""
    if not on_lock():
        return set()
    query = text(
        "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks"
        " JOIN pg_database d ON d.oid = database"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )
    return set(db.session.scalars(query))


def test_of_many_at_once_one_works(app, mine, at, session):
    """Each asks for the kept answer, finds none and would work: on PostgreSQL those that meet the
    first at work are told so; on SQLite they come one after the other."""

    def work(n):
        claim(**mine)
        if kept(mine, at):
            return "replayed"
        keep(mine, at)
        return "worked"

    told = all_at_once(app, 8, work)
    assert told.count("worked") == 1
    assert set(told) <= {"worked", "replayed", "idempotency_in_progress"}
    assert session.scalar(select(func.count(KeptAnswer.id))) == 1


def test_who_waits_finds_the_answer(app, mine, at):
    def work(n):
        claim(**mine, wait=True)
        if kept(mine, at):
            return "replayed"
        keep(mine, at)
        return "worked"

    assert sorted(all_at_once(app, 8, work)) == ["replayed"] * 7 + ["worked"]


@on_postgresql
def test_a_key_at_work_is_refused_at_once_and_free_when_the_process_is_killed(mine, session):
    other = db.engine.connect()
    number = lock_number(**mine)
    assert other.scalar(select(func.pg_try_advisory_xact_lock(number)))
    with pytest.raises(InProgress):
        claim(**mine)
    claim(**{**mine, "key": "k-2"})
    claim(**{**mine, "staff_id": mine["staff_id"] + 1})
    killed = select(func.pg_terminate_backend(other.scalar(select(func.pg_backend_pid()))))
    assert session.scalar(killed)
    claim(**mine, wait=True)  # its locks go with it, a moment later
    assert session.info[OF_THIS_WORK] == "k-1"
    other.invalidate()
    other.close()


def test_work_that_is_refused_leaves_no_key_behind(mine, session):
    def work():
        claim(**mine)
        raise Conflict()

    with pytest.raises(Conflict):
        committed(work)
    assert OF_THIS_WORK not in session.info


def test_the_number_that_is_locked_fits_and_is_of_account_and_key():
    numbers = {lock_number(staff_id=s, key=k) for s in range(1, 40) for k in ("1", "1 1", "k")}
    assert len(numbers) == 39 * 3
    assert all(-(2**63) <= number < 2**63 for number in numbers)
    assert min(numbers) < 0 < max(numbers)
