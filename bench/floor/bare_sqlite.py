"""The template run by the standard library's sqlite3 alone: the floor on SQLite."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy import text as sql_text

from bench.floor.recording import NotingConnection, Value
from bench.floor.template import Answered, Constant, Drawn, OfCase, Source, Template
from guarantee.db import db

_PRAGMAS = ("foreign_keys", "journal_mode", "synchronous", "busy_timeout")
_SHORTEST_DRAWN, _LONGEST_NUMBER = 10, 20
"""Characters; a letter's number is among what is drawn, and it has digits only."""


class _Now:
    """One transaction under way: the number of its case, what was drawn, what was answered."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.drawn: dict[int, str] = {}
        self.answers: dict[int, list[Any]] = {}


class BareScript:
    """`script(n)` writes the letter of the n-th case, from BEGIN to COMMIT."""

    def __init__(self, template: Template, file: str, pragmas: dict[str, Value]) -> None:
        self.file, self.pragmas = file, pragmas
        self.steps = [
            (step.text, [_getter(source) for source in step.values.values()], bool(step.wanted))
            for step in template.steps
        ]
        self._line: sqlite3.Connection | None = None

    def __call__(self, n: int) -> None:
        line = self._connected()
        now = _Now(n)
        for at, (sql, getters, wanted) in enumerate(self.steps):
            rows = line.execute(sql, [get(now) for get in getters]).fetchall()
            if wanted:
                now.answers[at] = rows
        line.execute("COMMIT")

    def _connected(self) -> sqlite3.Connection:
        if self._line is None:  # after the fork, in each client for itself
            self._line = sqlite3.connect(self.file, isolation_level=None)
            for name, value in self.pragmas.items():
                self._line.execute(f"PRAGMA {name} = {value}")
        return self._line


def _getter(source: Source) -> Callable[[_Now], Value]:
    if isinstance(source, Constant):
        return lambda _now: source.value
    if isinstance(source, OfCase):
        return lambda now: source.start + source.step * now.n
    if isinstance(source, Answered):
        return lambda now: _plus(now.answers[source.statement][source.row][source.column], source)
    return lambda now: _drawn(now, source)


def _plus(value: Any, source: Answered) -> Value:
    return value + source.plus if source.plus else value  # type: ignore[no-any-return]


def _drawn(now: _Now, source: Drawn) -> str:
    if source.serial not in now.drawn:
        length = max(source.length, _SHORTEST_DRAWN)
        if length <= _LONGEST_NUMBER:
            text = f"{random.randrange(10**length):0{length}d}"
        else:
            text = f"{random.getrandbits(4 * length):0{length}x}"
        now.drawn[source.serial] = text
    return now.drawn[source.serial]


def pragmas_now() -> dict[str, Value]:
    """How the application's own connections are set up."""
    found = {name: db.session.scalar(sql_text(f"PRAGMA {name}")) for name in _PRAGMAS}
    db.session.rollback()
    return found


@contextmanager
def noting_answers() -> Iterator[None]:
    """Within, the engine's connections keep what they answer, for the recording."""
    engine = db.engine

    def with_factory(_dialect: Any, _record: Any, _args: Any, given: dict[str, Any]) -> None:
        given["factory"] = NotingConnection

    engine.dispose()
    event.listen(engine, "do_connect", with_factory)
    try:
        yield
    finally:
        event.remove(engine, "do_connect", with_factory)
        engine.dispose()
