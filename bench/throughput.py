"""Issuing and verifying, against what the database itself costs on this machine.

Issue: everything from the locked cover to the committed letter (four seals, snapshot, holds,
ledger, audit), without the PDF. Its reference is the least a durable commit can cost: one row
inserted and committed. Verify: the public answer about a number; its reference is one SELECT by
that number. SQLite in a file, one process; `ratio` is ours / reference.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from guarantee import create_app
from guarantee.business_time import now
from guarantee.cases.models import Case
from guarantee.config import Settings
from guarantee.db import Base, db
from guarantee.edge.transaction import committed
from guarantee.letters.issue import issue
from guarantee.letters.verify import check_number
from tests import factories

LETTERS = 120


def run(letters: int = LETTERS) -> dict[str, Any]:
    """Medians in milliseconds over interleaved single runs."""
    with _house() as app:
        settings = app.config["SETTINGS"]
        center, hospital = factories.make_center(), factories.make_hospital()
        dispatcher = factories.make_staff("dispatcher", center=center)
        cases = [
            factories.make_verified_case(center=center, by=dispatcher).id for _ in range(letters)
        ]
        db.session.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, said TEXT)"))
        db.session.commit()
        numbers: list[str] = []

        def issued(n: int) -> None:
            numbers.append(
                committed(
                    lambda: issue(
                        case=db.session.get_one(Case, cases[n]),
                        hospital=hospital,
                        channel="center",
                        by=dispatcher,
                        at=now(),
                        settings=settings,
                    )
                ).letter.number
            )

        def bare_commit(n: int) -> None:
            def insert() -> None:
                db.session.execute(text("INSERT INTO bare (said) VALUES (:n)"), {"n": str(n)})

            committed(insert)

        def verified(n: int) -> None:
            assert check_number(numbers[n], at=now()).genuine
            db.session.rollback()

        def bare_select(n: int) -> None:
            number = {"n": numbers[n]}
            found = db.session.execute(text("SELECT state FROM letters WHERE number = :n"), number)
            assert found.scalar_one() == "issued"
            db.session.rollback()

        writing = _interleaved(letters, issued, bare_commit)
        reading = _interleaved(letters, verified, bare_select)
    return {
        "what": "issue and verify on SQLite, one process, each against the bare database",
        "letters": letters,
        "issue_ms": writing[0],
        "bare_commit_ms": writing[1],
        "issue_ratio": round(writing[0] / writing[1], 1),
        "issues_per_second": round(1000 / writing[0], 1),
        "verify_ms": reading[0],
        "bare_select_ms": reading[1],
        "verify_ratio": round(reading[0] / reading[1], 1),
        "verifies_per_second": round(1000 / reading[0], 1),
    }


def _interleaved(
    times: int, ours: Callable[[int], None], reference: Callable[[int], None]
) -> tuple[float, float]:
    taken: tuple[list[float], list[float]] = ([], [])
    for n in range(times):
        for kept, work in zip(taken, (ours, reference), strict=True):
            start = time.perf_counter()
            work(n)
            kept.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(taken[0]), 3), round(statistics.median(taken[1]), 3)


@contextmanager
def _house() -> Iterator[Flask]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        app = create_app(Settings(demo=True, database_url=url))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            yield app
            db.session.close()
            db.engine.dispose()
