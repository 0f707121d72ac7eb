"""`flask ledger check`: recompute everything from the postings and name what does not agree.

The database does the counting (check_one.py); what a floor above knows about the books it adds to
`more_checks`. All checks look at one moment, however long they take and whoever writes meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection

from guarantee.db import db
from guarantee.ledger import check_accounts, check_covers, check_entries, check_holds
from guarantee.ledger.check_one import Check, Checked

_OWN = (
    *check_accounts.CHECKS,
    *check_entries.CHECKS,
    *check_covers.CHECKS,
    *check_holds.CHECKS,
)
more_checks: list[Check] = []
"""Letters, charges and settlement add here what must hold between them and the books."""

_COUNTED = {
    check_entries.ENTRIES.name: "entries",
    check_entries.POSTINGS.name: "postings",
    check_accounts.BALANCES.name: "accounts",
    check_covers.SUMS.name: "covers",
    check_holds.FIGURES.name: "holds",
}


@dataclass(frozen=True)
class CheckResult:
    """A check by its name: rows it looked at, how many of them are wrong, seconds it took."""

    name: str
    rows: int
    faults: int
    seconds: float


@dataclass
class LedgerVerdict:
    """How much was looked at, and what was found wrong: the first rows of each check, named."""

    entries: int = 0
    postings: int = 0
    accounts: int = 0
    covers: int = 0
    holds: int = 0
    faults: list[str] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """How many rows are wrong, named or not; one that breaks two rules counts twice."""
        return sum(check.faults for check in self.checks)


def all_checks() -> tuple[Check, ...]:
    """In the order in which they are run."""
    return (*_OWN, *more_checks)


def check_ledger(
    *,
    on: Connection | None = None,
    beginning: Callable[[Check], None] = lambda _: None,
    ended: Callable[[Checked], None] = lambda _: None,
) -> LedgerVerdict:
    """Every check, on a connection in its transaction (default: the session's own, with what it
    has written so far). `beginning` and `ended` hear of each as it comes."""
    if on is None:
        db.session.flush()
        on = db.session.connection()
    verdict = LedgerVerdict()
    for check in all_checks():
        beginning(check)
        checked = check.run(on)
        if check.name in _COUNTED:
            setattr(verdict, _COUNTED[check.name], checked.rows)
        verdict.faults += checked.faults
        verdict.checks.append(
            CheckResult(check.name, checked.rows, checked.wrong, round(checked.seconds, 3))
        )
        ended(checked)
    return verdict


@contextmanager
def snapshot() -> Iterator[Connection]:
    """The whole database as of the first look at it, to read from. Keeps nobody waiting, on either
    engine: letters are issued meanwhile."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            # room to group a million postings in memory; machine code isn't worth its making; one
            # processor is enough, the others issue letters
            for setting in (
                "work_mem = '64MB'",
                "jit = off",
                "max_parallel_workers_per_gather = 0",
            ):
                connection.exec_driver_sql(f"SET LOCAL {setting}")
        yield connection
