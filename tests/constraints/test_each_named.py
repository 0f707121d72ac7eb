"""Each named constraint, broken with raw SQL: the database refuses, and says which."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError

from guarantee.db import broke
from tests.constraints.breaks import BREAKS, IMPLIED, OUTSIDE
from tests.constraints.known import BY_NAME, CONSTRAINTS, Known, is_told_by
from tests.constraints.rows import RowMaker
from tests.constraints.sound import THERE, Row

ONLY_ROW = "pk_audit_head"
"""The key of a table that has one row at most: no other goes in beside it."""


def named(constraints: list[Known]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("known", constraints, ids=lambda known: known.name)


def refusal(connection: Connection, rows: RowMaker, table: Table, row: Row) -> IntegrityError:
    with pytest.raises(IntegrityError) as refused, connection.begin_nested():
        rows.add(table, row)
    return refused.value


def goes_in(connection: Connection, rows: RowMaker, table: Table, row: Row) -> None:
    """The database takes the row. It is taken out again, so that its values are free."""
    with connection.begin_nested() as savepoint:
        rows.add(table, row)
        savepoint.rollback()


def blamed_for(error: IntegrityError) -> list[str]:
    """Every constraint that the program's own `broke` takes the error for."""
    return [known.name for known in CONSTRAINTS if broke(error, known.name)]


@named([known for known in CONSTRAINTS if known.check])
def test_the_database_refuses_what_a_check_forbids(known, connection, rows):
    found = BREAKS[known.name]
    sound = rows.row(known.table, **found.start)
    goes_in(connection, rows, known.table, sound)
    for wrong in found.wrongs:
        error = refusal(connection, rows, known.table, rows.changed(known.table, sound, **wrong))
        told = known
        if connection.dialect.name == "sqlite" and known.name in IMPLIED:
            told = BY_NAME[IMPLIED[known.name]]
        assert is_told_by(told, error, connection), (wrong, str(error.orig))
        assert blamed_for(error) == [told.name]


@named([known for known in CONSTRAINTS if known.is_reference])
def test_the_database_refuses_what_points_nowhere(known, connection, rows):
    """SQLite does not say which reference it was: the same row goes in when this one is right."""
    found = BREAKS[known.name]
    (column,) = known.columns
    sound = rows.row(known.table, **{column: THERE, **found.start})
    assert sound[column] is not None
    goes_in(connection, rows, known.table, sound)
    (wrong,) = found.wrongs
    error = refusal(connection, rows, known.table, rows.changed(known.table, sound, **wrong))
    assert is_told_by(known, error, connection), str(error.orig)


def the_same_again(rows: RowMaker, known: Known) -> tuple[Row, Row]:
    """A row for which the constraint counts, added; and another with values of its own."""
    start = BREAKS[known.name].start
    filled = {column.name: THERE for column in known.item.columns if column.nullable} | start
    first, other = rows.row(known.table, **filled), rows.row(known.table, **filled)
    rows.add(known.table, first)
    return first, other


@named([known for known in CONSTRAINTS if known.is_unique])
def test_the_database_refuses_the_same_again(known, connection, rows):
    first, other = the_same_again(rows, known)
    if known.name != ONLY_ROW:
        goes_in(connection, rows, known.table, other)
    again = other | {column: first[column] for column in known.columns}
    error = refusal(connection, rows, known.table, again)
    assert is_told_by(known, error, connection), str(error.orig)
    assert blamed_for(error) == [known.name]


@named([known for known in CONSTRAINTS if known.is_partial])
def test_a_partial_index_lets_in_what_it_does_not_count(known, connection, rows):
    first, other = the_same_again(rows, known)
    outside = other | {column: first[column] for column in known.columns}
    goes_in(
        connection, rows, known.table, rows.changed(known.table, outside, **OUTSIDE[known.name])
    )
