"""Writing rows that no trigger, foreign key or CHECK would let in: what a broken disk, a wrong
restore or somebody with the database's password can do."""

from __future__ import annotations

import sqlite3

import psycopg
from psycopg import sql
from sqlalchemy import URL

_CHECKS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
 WHERE contype = 'c' AND conrelid IN ('ledger_accounts'::regclass, 'ledger_postings'::regclass,
                                      'holds'::regclass)
"""


def write_past_the_guards(url: URL, *statements: str) -> None:
    """Commit the statements, each of which changes one row. The guards that stand in their way
    are gone afterwards: only for a database that is thrown away."""
    (_on_sqlite if url.drivername == "sqlite" else _on_postgresql)(url, statements)


def _on_sqlite(url: URL, statements: tuple[str, ...]) -> None:
    connection = sqlite3.connect(str(url.database), isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert connection.execute(statement).rowcount == 1, statement
    connection.close()


def _on_postgresql(url: URL, statements: tuple[str, ...]) -> None:
    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, name in connection.execute(_CHECKS).fetchall():
            drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
            connection.execute(drop.format(sql.Identifier(table), sql.Identifier(name)))
        for statement in statements:
            assert connection.execute(statement.encode()).rowcount == 1, statement
