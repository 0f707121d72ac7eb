"""Verifying a letter's number, against what the database itself costs on this machine.

The public answer about a number; its reference is one SELECT by that number. SQLite in a file, one
process; `ratio` is ours / reference. (Issuing: bench/issuing.py and bench/issuing_sqlite.py.)
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.floor.house import house_on, hung_up
from bench.floor.issuer import Issuer
from bench.floor.seeding import Place, prepare
from guarantee.business_time import now
from guarantee.db import db
from guarantee.letters.models import Letter
from guarantee.letters.verify import check_number

LETTERS, ROUNDS = 1_000, 5


def run(letters: int = LETTERS) -> dict[str, Any]:
    """Medians in milliseconds over interleaved single calls."""
    with tempfile.TemporaryDirectory() as folder:
        app = house_on(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        with app.app_context():
            seeds = prepare(Place.made(), letters)
            issuer = Issuer(app, seeds)
            numbers = [issuer(n).letter.number for n in range(1, letters + 1)]
            issuer.end()
            by_number = select(Letter.state)

            def verified(number: str) -> None:
                assert check_number(number, at=now()).genuine
                db.session.rollback()

            def bare_select(number: str) -> None:
                found = db.session.execute(by_number.where(Letter.number == number))
                assert found.scalar_one() == "issued"
                db.session.rollback()

            ours, reference = _interleaved(numbers * ROUNDS, verified, bare_select)
        hung_up(app)
    return {
        "what": "a number verified on SQLite, one process; reference: one SELECT by the number",
        "letters": letters,
        "verify_ms": ours,
        "bare_select_ms": reference,
        "verify_ratio": round(ours / reference, 1),
        "verifies_per_second": round(1000 / ours, 1),
    }


def _interleaved(
    numbers: list[str], ours: Callable[[str], None], reference: Callable[[str], None]
) -> tuple[float, float]:
    taken: tuple[list[float], list[float]] = ([], [])
    for number in numbers:
        for kept, work in zip(taken, (ours, reference), strict=True):
            start = time.perf_counter()
            work(number)
            kept.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(taken[0]), 3), round(statistics.median(taken[1]), 3)
