"""Entries, postings, audit records and decisions are only ever added: raw SQL can't change them."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

from tests.constraints.known import APPEND_ONLY, TABLES
from tests.constraints.rows import RowMaker
from tests.constraints.sound import Row

ACTIONS = {
    "UPDATE": 'UPDATE {table} SET "{key}" = "{key}" WHERE "{key}" = :id',
    "DELETE": 'DELETE FROM {table} WHERE "{key}" = :id',
}


def said_when(connection: Connection, action: str, table: Table, row: Row) -> str:
    """What the database says when a row is changed; empty where it lets it happen."""
    key = table.primary_key.columns[0].name
    statement = text(ACTIONS[action].format(table=table.name, key=key))
    savepoint = connection.begin_nested()
    try:
        assert connection.execute(statement, {"id": row[key]}).rowcount == 1
    except DBAPIError as error:
        return str(error.orig)
    finally:
        savepoint.rollback()
    return ""


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", APPEND_ONLY)
def test_the_database_refuses_to_change_what_is_only_added_to(name, action, connection, rows):
    row = rows.added(TABLES[name])
    said = said_when(connection, action, TABLES[name], row)
    assert said.startswith(f"{name} is only ever added to"), said


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_a_row_of_the_same_id_replaces_none(name, connection, rows):
    """SQLite's REPLACE deletes what is in the way; PostgreSQL's ON CONFLICT updates it."""
    table = TABLES[name]
    row = rows.added(table)
    columns, values = ", ".join(f'"{c}"' for c in row), ", ".join(f":{c}" for c in row)
    into = f"INTO {name} ({columns}) VALUES ({values})"
    on_conflict = f"INSERT {into} ON CONFLICT (id) DO UPDATE SET id = excluded.id"
    statements = [on_conflict]
    if connection.dialect.name == "sqlite":
        statements.append(f"INSERT OR REPLACE {into}")
    for statement in statements:
        with pytest.raises(DBAPIError, match="is only ever added to"), connection.begin_nested():
            connection.execute(text(statement), row)


def test_the_tables_that_refuse_are_those_that_the_models_mark(connection, rows: RowMaker):
    refuse = {
        table.name
        for table in TABLES.values()
        for row in [rows.added(table)]
        if any(said_when(connection, action, table, row) for action in ACTIONS)
    }
    assert refuse == set(APPEND_ONLY)
