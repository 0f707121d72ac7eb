"""Writing rows that no trigger, foreign key, CHECK or unique index would let in: what a broken
disk, a wrong restore or somebody with the database's password can do."""

from __future__ import annotations

import sqlite3

import psycopg
from psycopg import sql
from sqlalchemy import URL

_CHECKS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
 WHERE contype = 'c' AND connamespace = 'public'::regnamespace
"""
_UNIQUE = """
SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
 WHERE indisunique AND relnamespace = 'public'::regnamespace
   AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
"""


def write_past_the_guards(url: URL, *statements: str) -> None:
    """Commit the statements, each of which changes one row. The guards that stand in their way
    are gone afterwards: only for a database that is thrown away."""
    (_on_sqlite if url.drivername == "sqlite" else _on_postgresql)(url, statements)


def _on_sqlite(url: URL, statements: tuple[str, ...]) -> None:
    connection = sqlite3.connect(str(url.database), isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    guards = connection.execute(
        "SELECT type, name FROM sqlite_schema"
        " WHERE type = 'trigger' OR (type = 'index' AND sql LIKE 'CREATE UNIQUE%')"
    )
    for kind, name in guards.fetchall():
        connection.execute(f"DROP {kind} {name}")
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
        for (name,) in connection.execute(_UNIQUE).fetchall():
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        for statement in statements:
            assert connection.execute(statement.encode()).rowcount == 1, statement
