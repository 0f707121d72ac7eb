"""Where each value of a recorded transaction comes from, found by comparing several takes.

A take is the transaction as recorded for one case. Taken for a few cases that were prepared as
numbers n, n', n'' of a row, and not called in the order of their numbers, a value is

    the same in all              Constant
    a straight line in n         OfCase: the case, its cover, its accounts: rows that were there
    what a statement before      Answered: an id that the database gave, a hash it kept (`plus`:
      answered                   a count it kept, one on)
    a text with a new content    Drawn: number, copy code, hash: unique, and as long as it was
    anything else                the first take's (times, sealed texts, JSON): as long as it was
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.floor.recording import Said, Value

_LONGEST_DRAWN = 100  # characters; what is longer is content, not a key


@dataclass(frozen=True)
class Constant:
    value: Value


@dataclass(frozen=True)
class OfCase:
    """start + step · n"""

    start: int
    step: int


@dataclass(frozen=True)
class Answered:
    """What an earlier statement answered in this row and column, `plus` a number."""

    statement: int
    row: int
    column: int
    plus: int = 0


@dataclass(frozen=True)
class Drawn:
    """A text nobody had before, `length` long; the same `serial` is the same text."""

    serial: int
    length: int


Source = Constant | OfCase | Answered | Drawn


@dataclass
class Step:
    """A statement of the transaction, with where each of its values comes from."""

    text: str
    values: dict[str, Source]
    columns: list[str]
    answers: int
    """How many rows it answered."""
    wanted: set[tuple[int, int]] = field(default_factory=set)
    """(row, column) that statements after it need."""


@dataclass
class Template:
    steps: list[Step]
    drawn: int
    """How many texts are drawn for one transaction."""


def template_of(takes: Sequence[Sequence[Said]], numbers: Sequence[int]) -> Template:
    """The template of `takes`, recorded for the cases of these `numbers`, in this order."""
    if len(numbers) < 3 or list(numbers) == sorted(numbers):
        raise ValueError("take at least three cases, not in the order of their numbers")
    finder = _Finder(takes, numbers)
    steps = [
        Step(
            text=said.text,
            values={name: finder.source(at, name) for name in said.values},
            columns=said.columns,
            answers=len(said.rows),
        )
        for at, said in enumerate(takes[0])
    ]
    for step in steps:
        for source in step.values.values():
            if isinstance(source, Answered):
                steps[source.statement].wanted.add((source.row, source.column))
    return Template(steps, len(finder.drawn))


class _Finder:
    def __init__(self, takes: Sequence[Sequence[Said]], numbers: Sequence[int]) -> None:
        self.takes, self.numbers = takes, numbers
        self.drawn: dict[tuple[Value, ...], Drawn] = {}

    def source(self, at: int, name: str) -> Source:
        values = tuple(take[at].values[name] for take in self.takes)
        if len(set(values)) == 1:
            return Constant(values[0])
        found = self._of_case(values) or self._answered(at, name, values)
        if found is not None:
            return found
        first = values[0]
        if isinstance(first, str):
            return Constant(first) if _is_content(first) else self._drawn(values)
        if isinstance(first, int):
            said = " ".join(self.takes[0][at].text.split())[:80]
            raise RuntimeError(f"nobody knows where {name} = {values} comes from in: {said}")
        return Constant(first)

    def _of_case(self, values: tuple[Value, ...]) -> OfCase | None:
        whole = [value for value in values if type(value) is int]
        if len(whole) < len(values):
            return None
        step, rest = divmod(whole[0] - whole[1], self.numbers[0] - self.numbers[1])
        start = whole[0] - step * self.numbers[0]
        fits = all(v == start + step * n for v, n in zip(whole, self.numbers, strict=True))
        return OfCase(start, step) if fits and not rest else None

    def _answered(self, at: int, name: str, values: tuple[Value, ...]) -> Answered | None:
        """The latest statement before that answered just this; or, in a column of the same name,
        just one less (a count that is kept)."""
        near: Answered | None = None
        for before in range(at - 1, -1, -1):
            for row in range(min(len(take[before].rows) for take in self.takes)):
                for column, title in enumerate(self.takes[0][before].columns):
                    told = [take[before].rows[row][column] for take in self.takes]
                    if all(str(a) == str(b) for a, b in zip(told, values, strict=True)):
                        return Answered(before, row, column)
                    if near is None and name.endswith(title) and _one_less(told, values):
                        near = Answered(before, row, column, plus=1)
        return near

    def _drawn(self, values: tuple[Value, ...]) -> Drawn:
        lengths = max(len(str(value)) for value in values)
        return self.drawn.setdefault(values, Drawn(len(self.drawn), lengths))


def _one_less(told: Sequence[Value], values: Sequence[Value]) -> bool:
    return all(
        type(value) is int and str(before).isdigit() and int(str(before)) == value - 1
        for before, value in zip(told, values, strict=True)
    )


def _is_content(text: str) -> bool:
    """Whether this is content (JSON, a moment, a sealed text), which nothing is found by."""
    if len(text) > _LONGEST_DRAWN or text[:1] in "{[":
        return True
    return _is_moment(text) or text.startswith("s1.")


def _is_moment(text: str) -> bool:
    return len(text) >= 19 and text[4:5] == text[7:8] == "-" and text[10:11] in " T"


def told(source: Source) -> str:
    """A source in a word or two, for the result."""
    return json.dumps(source.value) if isinstance(source, Constant) else type(source).__name__
