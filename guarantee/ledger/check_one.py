"""What one check of the books is: a name, what it proves, and a query over all it looks at.

The query says of each row whether it is wrong; the database counts, so that a million rows cost
this program one. Only what is wrong is fetched, and of that the first hundred rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from guarantee.refusals import Words

NAMED = 100
"""So many wrong rows of a check are named; all are counted."""


@dataclass(frozen=True)
class Check:
    """One thing that must hold, of every row of `rows`.

    `rows` selects `id` (of a row in `table`), `wrong` (true or false, never NULL), and the figures
    that `says` puts into a sentence: what is kept and what was recomputed. Where a row stands for
    several it says how many in `looked_at`.
    """

    name: str
    proves: Words
    table: str
    rows: Select[*tuple[Any, ...]]
    says: str

    def run(self, connection: Connection) -> Checked:
        """Look at every row; one statement where nothing is wrong."""
        began = perf_counter()
        found = self.rows.subquery()
        many: ColumnElement[Any] = func.count()
        if "looked_at" in found.c:
            many = func.coalesce(func.sum(found.c.looked_at), 0)
        looked_at, wrong = connection.execute(
            select(many, func.count().filter(found.c.wrong))
        ).one()
        faults: list[str] = []
        if wrong:
            named = select(found).where(found.c.wrong).order_by(found.c.id).limit(NAMED)
            faults = [self._sentence(row._mapping) for row in connection.execute(named)]
        return Checked(self, int(looked_at), wrong, faults, perf_counter() - began)

    def _sentence(self, row: Any) -> str:
        where = self.table if row["id"] is None else f"{self.table} {row['id']}"
        return f"{where}: {self.says.format(**row)}"


@dataclass(frozen=True)
class Checked:
    """What came out: rows looked at, how many are wrong, the first of them by table and id."""

    check: Check
    rows: int
    wrong: int
    faults: Sequence[str]
    seconds: float
