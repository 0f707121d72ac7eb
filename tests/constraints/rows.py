"""Rows that the database takes, made from the columns themselves, with all that they point to.

Raw SQL with plain values: neither the models' types nor the domain's functions stand between a
test and the database's own rules.
"""

from __future__ import annotations

import itertools
import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from tests.constraints.sound import NOON, THERE, Row, SameAs, situation


class RowMaker:
    """Makes rows within one transaction. No two share a parent or a value that must be unique."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def row(self, table: Table, **given: Any) -> Row:
        """A sound row of `table`, not added yet; what it points to is."""
        n = next(_numbers)
        made = {c.name: self._value(c, given.get(c.name, _usual(c, n))) for c in table.columns}
        return made | _copied(made)

    def changed(self, table: Table, row: Row, **wrong: Any) -> Row:
        """The row with some columns changed."""
        changed = row | {
            name: self._value(table.columns[name], value) for name, value in wrong.items()
        }
        return changed | _copied(changed)

    def add(self, table: Table, row: Row) -> None:
        columns = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f":{name}" for name in row)
        insert = f"INSERT INTO {table.name} ({columns}) VALUES ({values})"
        self._connection.execute(text(insert), row)

    def added(self, table: Table) -> Row:
        """A sound row of `table` in its usual situation, added."""
        row = self.row(table, **situation(table))
        self.add(table, row)
        return row

    def _value(self, column: Column[Any], value: Any) -> Any:
        if value is not THERE:
            return value
        if not column.foreign_keys:
            return _of_type(column, next(_numbers))
        (key,) = column.foreign_keys
        return self.added(key.column.table)[key.column.name]


_numbers = itertools.count(1_000_000)
_NOON = datetime.fromisoformat(NOON)


def _copied(row: Row) -> Row:
    return {name: row[str(v)] for name, v in row.items() if isinstance(v, SameAs)}


def _usual(column: Column[Any], n: int) -> Any:
    """What a column holds when nothing is said: its default, nothing, a row that is there, or the
    n-th value of its type."""
    if column.default is not None and column.default.is_scalar and not _is_in_a_unique(column):
        return column.default.arg  # type: ignore[attr-defined]
    if column.nullable:
        return None
    if column.foreign_keys:
        return THERE
    return _known_word(column) or _of_type(column, n)


def _of_type(column: Column[Any], n: int) -> Any:
    kind: TypeEngine[Any] = column.type
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    match kind:
        case Boolean():
            return False
        case Integer():
            return n if column.primary_key or _is_in_a_unique(column) else 1
        case DateTime():
            return str(_NOON + timedelta(seconds=n if _is_in_a_unique(column) else 0))
        case Date():
            return str(date(2026, 1, 1) + timedelta(days=n % 1_000_000))
        case JSON():
            return "{}"
        case LargeBinary():
            return b"%PDF"
        case String():
            # Digits that fill the column: a week has 8 signs, a letter's number 16, a digest 64.
            width = kind.length if kind.length in range(1, 17) or kind.length == 64 else 16
            return str(10 ** (width - 1) + n % 10 ** (width - 1))
    raise NotImplementedError(f"{column}: a value of {kind!r}")


def words_of(check: CheckConstraint) -> tuple[str, list[str]] | None:
    """The column and the words of a CHECK made by `one_of`; None: it is no such."""
    if found := re.fullmatch(r"(\w+) IN \((('[^']*'(, )?)+)\)", str(check.sqltext)):
        return found[1], re.findall(r"'([^']*)'", found[2])
    return None


@cache
def _known_word(column: Column[Any]) -> str | None:
    for check in column.table.constraints:
        if isinstance(check, CheckConstraint) and (found := words_of(check)):
            name, words = found
            if name == column.name:
                return words[0]
    return None


@cache
def _is_in_a_unique(column: Column[Any]) -> bool:
    uniques = [c for c in column.table.constraints if isinstance(c, UniqueConstraint)]
    return any(column.name in unique.columns for unique in uniques)
