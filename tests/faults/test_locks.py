"""Locks, deadlocks and serialization failures, each made by a second real connection: tried again
within a bound; a person hears of it only when the lock is never given back."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import event, text

from guarantee.db import db
from guarantee.edge.database_faults import Busy
from guarantee.edge.transaction import TRIES, committed
from tests.faults.situation import (
    assert_sound,
    assert_told,
    only_on_postgresql,
    only_on_sqlite,
    rows,
)

_LOCK = "SELECT id FROM ledger_accounts WHERE id = %s FOR UPDATE"
_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@contextmanager
def heard_from(app):
    """Within, the names of the errors that `app`'s database reports, as they come. `on_first` of
    what is given is called when the first comes."""
    told = Told()

    def on_error(context):
        orig = context.original_exception
        told.names.append(getattr(orig, "sqlstate", None) or orig.sqlite_errorname)
        if len(told.names) == 1:
            told.on_first()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "handle_error", on_error)
    try:
        yield told
    finally:
        event.remove(engine, "handle_error", on_error)


class Told:
    def __init__(self):
        self.names = []
        self.on_first = lambda: None


@pytest.fixture
def other(app):
    """A second connection to PostgreSQL: somebody else's transaction."""
    with psycopg.connect(dbname=db.engine.url.database) as connection:
        yield connection


def until_it_waits(other, going):
    """Returns when one of the database's sessions waits for another's lock."""
    with psycopg.connect(dbname=other.info.dbname, autocommit=True) as watcher:
        while not watcher.execute(_WAITING).fetchone()[0]:
            assert not going.done(), going.result()


@only_on_postgresql
def test_a_serialization_failure_of_issuing_is_tried_again(set_to, situation, other):
    """Somebody's change of the cover becomes visible after the transaction began: 40001."""
    app = set_to(default_transaction_isolation="serializable")
    other.execute("UPDATE ledger_accounts SET owner_id = owner_id WHERE id = %s", _id(situation))
    with heard_from(app) as told, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(situation.issue, app)
        until_it_waits(other, answer)
        other.commit()
        assert answer.result().status_code == 201
    assert told.names == ["40001"]
    assert situation.letters() == 1
    assert_sound()


@only_on_postgresql
def test_a_serialization_failure_at_commit_is_tried_again(set_to, situation):
    """Two that each count the other's rows and add one: together they would be wrong, so the
    database ends one of them, and the second time it counts what the other added."""
    app = set_to(default_transaction_isolation="serializable")
    both_counted = Barrier(2)
    for number in (1, 2):
        db.session.execute(
            text(f"CREATE TABLE IF NOT EXISTS fault_{number} AS SELECT 0 AS seen WITH NO DATA")
        )
    db.session.commit()

    def add(number):
        with app.app_context():
            tries = []

            def work():
                seen = db.session.scalar(text(f"SELECT count(*) FROM fault_{3 - number}"))
                tries.append(seen)
                if len(tries) == 1:
                    both_counted.wait(timeout=10)
                added = text(f"INSERT INTO fault_{number} VALUES (:seen)")
                db.session.execute(added, {"seen": seen})
                return seen

            return committed(work)

    try:
        with heard_from(app) as told, ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(add, (1, 2))) == [0, 1]
        assert set(told.names) == {"40001"}
    finally:
        db.session.execute(text("DROP TABLE fault_1, fault_2"))
        db.session.commit()


@only_on_postgresql
def test_a_deadlock_of_issuing_is_tried_again(set_to, situation, other):
    """Issuing has the cover and wants the trail's head; somebody has the head, wants the cover."""
    app = set_to(deadlock_timeout="20ms")  # who waits last and looks first, gives way
    other.execute("SET deadlock_timeout = '60s'")
    other.execute("SELECT id FROM audit_head FOR UPDATE")

    def wait_for_the_cover():
        other.execute(_LOCK, _id(situation))
        other.commit()

    def cross(connection, cursor, statement, *_):
        if "FROM audit_head" in statement and not crossed:
            crossed.append(pool.submit(wait_for_the_cover))
            until_it_waits(other, crossed[0])

    crossed = []
    with heard_from(app) as told, ThreadPoolExecutor(1) as pool, app.app_context():
        event.listen(db.engine, "before_cursor_execute", cross)
        assert situation.issue(app).status_code == 201
    assert told.names == ["40P01"]
    assert situation.letters() == 1
    assert_sound()


@only_on_postgresql
def test_a_lock_given_back_in_time_is_not_noticed(set_to, situation, other):
    app = set_to(lock_timeout="20ms")
    other.execute(_LOCK, _id(situation))
    with heard_from(app) as told:
        told.on_first = other.commit
        assert situation.issue(app).status_code == 201
    assert told.names == ["55P03"]
    assert situation.letters() == 1


@only_on_postgresql
def test_a_lock_never_given_back_is_told_after_a_bounded_number_of_attempts(
    set_to, situation, other
):
    app, before = set_to(lock_timeout="20ms"), rows()
    other.execute(_LOCK, _id(situation))
    with heard_from(app) as told:
        assert_told(situation.issue(app), Busy)
    assert told.names == ["55P03"] * TRIES
    other.rollback()
    assert rows() == before
    assert situation.issue(app).status_code == 201
    assert_sound()


@only_on_postgresql
def test_waiting_for_a_lock_has_an_end_without_anybody_setting_it(app):
    assert db.session.scalar(text("SHOW lock_timeout")) == "15s"


@pytest.fixture
def writer(app):
    """A second connection to the SQLite file, writing; the program's own wait is made short."""

    def wait_shortly(connection, _):
        connection.execute("PRAGMA busy_timeout = 5")

    event.listen(db.engine, "connect", wait_shortly)
    db.engine.dispose()
    connection = sqlite3.connect(
        db.engine.url.database, isolation_level=None, check_same_thread=False
    )
    yield connection
    connection.close()
    event.remove(db.engine, "connect", wait_shortly)
    db.engine.dispose()


@only_on_sqlite
def test_a_writer_that_ends_in_time_is_not_noticed(app, situation, writer):
    writer.execute("BEGIN IMMEDIATE")
    with heard_from(app) as told:
        told.on_first = lambda: writer.execute("COMMIT")
        assert situation.issue(app).status_code == 201
    assert set(told.names) == {"SQLITE_BUSY"}
    assert situation.letters() == 1
    assert_sound()


@only_on_sqlite
def test_a_writer_that_never_ends_is_told_after_a_bounded_number_of_attempts(
    app, situation, writer
):
    before = rows()
    writer.execute("BEGIN IMMEDIATE")
    with heard_from(app) as told:
        assert_told(situation.issue(app), Busy)
    assert told.names == ["SQLITE_BUSY"] * TRIES
    writer.execute("ROLLBACK")
    assert rows() == before
    assert situation.issue(app).status_code == 201
    assert_sound()


def _id(situation):
    return [situation.cover_account]
