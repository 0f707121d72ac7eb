"""What a corruption of the books is: statements that break what a check proves, and the row that
the check must name then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.ledger.books import Books

Broken = tuple[str, list[str]]
"""The row that is wrong then ('holds 7'), and the statements, each of which changes one row."""


@dataclass(frozen=True)
class Corruption:
    """`also`: other checks that see the same damage from their side. No others may."""

    check: str
    what: str
    broken: Callable[[Books], Broken]
    also: tuple[str, ...] = ()


CORRUPTIONS: list[Corruption] = []


def breaks(check: str, what: str, *also: str) -> Callable[[Callable[[Books], Broken]], None]:
    """The function below breaks what `check` proves."""

    def kept(broken: Callable[[Books], Broken]) -> None:
        CORRUPTIONS.append(Corruption(check, what, broken, also))

    return kept


def plus(table: str, column: str, row_id: int, fen: int) -> str:
    """Add `fen` to an amount."""
    return f"UPDATE {table} SET {column} = {column} + {fen} WHERE id = {row_id}"


def to(table: str, row_id: int, **values: object) -> str:
    """Give columns other values."""
    said = ", ".join(f"{k} = {'NULL' if v is None else repr(v)}" for k, v in values.items())
    return f"UPDATE {table} SET {said} WHERE id = {row_id}"
