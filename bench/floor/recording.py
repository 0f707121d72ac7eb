"""Noting every statement of a transaction as it goes to the database, and what came back.

The texts are those the driver gets, with its own marks for the values; nothing here knows what
issuing does, so the floor follows the code by itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Engine, event

Value = str | int | float | bool | None


@dataclass
class Said:
    """One statement: its text, its values by name, and the rows it answered."""

    text: str
    values: dict[str, Value]
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[Value, ...]] = field(default_factory=list)


@contextmanager
def listening(engine: Engine) -> Iterator[list[Said]]:
    """The statements that `engine` is given within, in their order. BEGIN and COMMIT are not among
    them on PostgreSQL, where the driver says them itself."""
    heard: list[Said] = []

    def note(
        _connection: Any, cursor: Any, text: str, given: Any, context: Any, _many: bool
    ) -> None:
        every = given if isinstance(given, list) else [given]
        heard.extend(Said(text, _named(values, context)) for values in every)
        answer = getattr(cursor, "pgresult", None)
        if answer is not None and cursor.description:
            said = heard[-1]
            said.columns = [column.name for column in cursor.description]
            said.rows = [
                tuple(_text(answer.get_value(row, column)) for column in range(answer.nfields))
                for row in range(answer.ntuples)
            ]
        elif isinstance(cursor, NotingCursor):
            cursor.said = heard[-1]

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(engine, "after_cursor_execute", note)


def recorded(engine: Engine, calls: Sequence[Callable[[], Any]]) -> list[list[Said]]:
    """What each of `calls` says. Refuses calls that did not say the same in the same order."""
    takes: list[list[Said]] = []
    for call in calls:
        with listening(engine) as heard:
            call()
        takes.append(heard)
    texts = [[said.text for said in take] for take in takes]
    if any(each != texts[0] for each in texts):
        raise RuntimeError("two calls of the same kind said different statements")
    return takes


class NotingCursor(sqlite3.Cursor):
    """A cursor of sqlite3 that keeps the rows it answers: they can be read only once."""

    said: Said | None = None

    def _noted(self, rows: list[Any]) -> list[Any]:
        if self.said is not None and self.description:
            self.said.columns = [column[0] for column in self.description]
            self.said.rows += [tuple(row) for row in rows]
        return rows

    def fetchone(self) -> Any:
        row = super().fetchone()
        self._noted([] if row is None else [row])
        return row

    def fetchall(self) -> list[Any]:
        return self._noted(super().fetchall())

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return self._noted(super().fetchmany(size or 1))


class NotingConnection(sqlite3.Connection):
    """Give its class to the engine as `connect_args={"factory": NotingConnection}`."""

    def cursor(self, factory: Any = NotingCursor) -> Any:
        return super().cursor(factory)


def _named(values: Any, context: Any) -> dict[str, Value]:
    if isinstance(values, dict):
        return {name: plain(value) for name, value in values.items()}
    names = list(getattr(getattr(context, "compiled", None), "positiontup", None) or [])
    if len(names) != len(values):
        names = [f"p{n}" for n in range(len(values))]
    pairs = zip(names, values, strict=True)
    # the same name may stand twice: its place tells them apart
    return {f"{n}_{name}": plain(value) for n, (name, value) in enumerate(pairs)}


def plain(value: Any) -> Value:
    """The value as the database is told it."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime | date):
        return str(value)
    if hasattr(value, "obj"):  # psycopg's Json
        return json.dumps(value.obj)
    raise TypeError(f"a value of a kind not met before: {type(value).__name__}")


def _text(raw: bytes | None) -> Value:
    return None if raw is None else raw.decode()
