"""What an administrator, a crash or a full disk does to PostgreSQL, from another connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, event

from guarantee.db import db

_END_ALL = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = %s AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def _administrator() -> psycopg.Connection[Any]:
    return psycopg.connect(dbname=db.engine.url.database, autocommit=True)


def end_all_sessions() -> None:
    """Every session of this test's database ends: what a restart does to a pool."""
    with _administrator() as administrator:
        administrator.execute(_END_ALL, [db.engine.url.database])


def end_session_of(connection: Connection, *_: object) -> None:
    """The server process behind this connection ends, and is gone when this returns."""
    pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
    with _administrator() as administrator:
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@contextmanager
def before_each(what: str, act: Callable[..., None]) -> Iterator[None]:
    """Within, `act(connection, …)` is called before each statement (`before_cursor_execute`) or
    each COMMIT (`commit`) of this test's application."""

    def on_event(*given: Any) -> None:
        act(*given)

    event.listen(db.engine, what, on_event)
    try:
        yield
    finally:
        event.remove(db.engine, what, on_event)


class EndOnce:
    """Ends the session that is about to send the statement in which `words` stand, or statement
    number `at`; the first time only. Counts what was sent."""

    def __init__(self, words: str = "", at: int = 1) -> None:
        self.words, self.at, self.sent, self.ended = words, at, 0, 0

    def __call__(self, connection: Connection, _: object, statement: str, *__: object) -> None:
        self.sent += 1
        if self.words in statement and self.sent >= self.at and not self.ended:
            self.ended = self.sent
            end_session_of(connection)


@contextmanager
def reported(state: str, table: str, when: str = "IMMEDIATE") -> Iterator[None]:
    """Within, PostgreSQL reports SQLSTATE `state` when a row of `table` is written, or
    (`DEFERRED`) when that is committed. It is a trigger that does: no disk is full."""
    with _administrator() as administrator:
        administrator.execute(
            "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'a fault' USING ERRCODE = '{state}'; END $$"
        )
        administrator.execute(
            f"CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON {table} "
            f"DEFERRABLE INITIALLY {when} FOR EACH ROW EXECUTE FUNCTION fault()"
        )
        try:
            yield
        finally:
            administrator.execute("DROP FUNCTION fault() CASCADE")
