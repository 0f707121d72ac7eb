"""Issuing on SQLite against the same statements run by a bare `sqlite3` script, by 1 and 8 clients.

The floor runs what `issue()` was heard to say, with the same pragmas, in its own processes; nothing
of ours is in between. SQLite lets one writer in at a time, so 8 clients are one writer with seven
waiting.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from bench.floor.bare_sqlite import BareScript, noting_answers, pragmas_now
from bench.floor.costs import Meter
from bench.floor.house import house_on, hung_up
from bench.floor.issuer import Issuer
from bench.floor.rounds import Numbers, side_by_side, warmed_up
from bench.floor.seeding import Place, prepare
from bench.floor.ways import DOMAIN, FLOOR, caller_way, heard
from bench.floor.written import books_agree

CLIENTS = (1, 8)
CASES = 60_000


def run(
    cases: int = CASES,
    rounds: int = 3,
    seconds: float = 5,
    clients: tuple[int, ...] = CLIENTS,
) -> dict[str, Any]:
    """In a file in the system's folder for temporary files."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.sqlite3"
        app = house_on(f"sqlite:///{file}")
        with app.app_context():
            seeds = prepare(Place.made(), cases)
            pragmas = pragmas_now()
            issuer = Issuer(app, seeds)
            with noting_answers():
                template = heard(issuer, 1)
            numbers = Numbers(seeds, 1, cases)
            bare = BareScript(template, str(file), pragmas)
            ways = {
                FLOOR: caller_way(bare, Meter()),
                DOMAIN: caller_way(issuer, Meter()),
            }
            rows = warmed_up(ways, numbers, {})
            figures = {
                f"{count} clients": side_by_side(
                    ways, numbers, clients=count, rounds=rounds, seconds=seconds
                )
                for count in clients
            }
            books = books_agree()
        hung_up(app)
    return {
        "what": "issuing a letter on SQLite; reference: a bare sqlite3 script, same statements",
        "rounds": rounds,
        "seconds of a round": seconds,
        "part of the floor": {
            count: each[f"{DOMAIN} / {FLOOR}"]["median"] for count, each in figures.items()
        },
        "sqlite": {"version": sqlite3.sqlite_version, **pragmas},
        "statements from BEGIN on": len(template.steps),
        "rows written for a letter": rows,
        "check_ledger afterwards": books,
        **figures,
    }
