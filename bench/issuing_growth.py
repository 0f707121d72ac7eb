"""Issuing where 10 thousand and where 5 million entries stand in the ledger already.

Both databases live in one server and take turns. What stands there is what closed cases leave
behind, each with its cover, letter, holds, entries, postings, copies, charges, bill, audit records
and events: copies of one case that the domain's own functions led from the verification to the
final bill. Runs only when asked for by name: 5 million entries take minutes and some 20 GB.
"""

from __future__ import annotations

import os
import time
from typing import Any

from flask import Flask
from sqlalchemy import text

from bench.floor.cloning import clone
from bench.floor.costs import Meter
from bench.floor.figures import Run, over, ratios
from bench.floor.house import house_on, hung_up, postgres_url
from bench.floor.issuer import Issuer
from bench.floor.rounds import Numbers
from bench.floor.seeding import Place, Seeds, prepare, settled, specimen_of
from bench.floor.server import on_own_server, postmaster, settings_now
from bench.floor.ways import caller_way
from bench.floor.written import rows_by_table
from guarantee.business_time import now
from guarantee.charges.final_bill import close_with_final_bill
from guarantee.db import db
from guarantee.ledger.check import check_ledger
from guarantee.letters.lifecycle import present
from tests import factories
from tests.charges.situations import line, post, ride

ONLY_WHEN_NAMED = True
SMALL = 10_000
LARGE = int(os.environ.get("ENTRIES", "5000000"))
CASES = 15_000
CLIENTS = (1, 8)


def run() -> dict[str, Any]:
    """On a server of its own; ENTRIES=… for another size."""
    return on_own_server("bench.issuing_growth", large=LARGE)


def measure(
    large: int,
    small: int = SMALL,
    cases: int = CASES,
    rounds: int = 5,
    seconds: float = 6,
    clients: tuple[int, ...] = CLIENTS,
) -> dict[str, Any]:
    """On the server that PGHOST … name."""
    houses: dict[str, tuple[Flask, Seeds]] = {}
    about: dict[str, Any] = {}
    for entries in (small, large):
        name = f"{entries} entries"
        app = house_on(postgres_url(f"bench_growth_{entries}"))
        with app.app_context():
            began = time.monotonic()
            seeds = _grown(entries, cases)
            about[f"rows beside {name}"] = {k: v for k, v in rows_by_table().items() if v > 100}
            about[f"size beside {name}"] = _size()
            about[f"seconds to make {name}"] = round(time.monotonic() - began)
            server = postmaster()
            about["postgresql"] = settings_now()
            if entries == small:  # the large one is made the same way
                about["check_ledger"] = {"faults": len(check_ledger().faults)}
        hung_up(app)
        houses[name] = (app, seeds)
    figures: dict[str, Any] = {}
    for count in clients:
        runs: dict[str, list[Run]] = {name: [] for name in houses}
        for _ in range(rounds):
            for name, (app, seeds) in houses.items():
                runs[name].append(_issued(app, seeds, count, seconds, server))
        few, many = runs.values()
        figures[f"{count} clients"] = {name: over(each) for name, each in runs.items()} | {
            "cost of the large over the small": ratios(few, many)
        }
    return {
        "what": "issuing a letter beside many others; reference: the same beside few",
        "goal": "5 million entries cost at most 1.3 times what 10 thousand do",
        "rounds": rounds,
        "seconds of a round": seconds,
        "cost of the large over the small": {
            count: each["cost of the large over the small"]["median"]
            for count, each in figures.items()
        },
        **figures,
        **about,
    }


def _grown(entries: int, cases: int) -> Seeds:
    """So many entries of closed cases, and prepared ones to issue for."""
    place = Place.made()
    closed = specimen_of(lambda: _a_case_to_its_end(place))
    copies = entries // len(closed.rows["ledger_entries"])
    clone(db.session.connection(), closed, copies)
    db.session.commit()
    seeds = prepare(place, cases)
    settled()
    return seeds


def _a_case_to_its_end(place: Place) -> None:
    at = now()
    enrolment = factories.make_enrolment(product=place.product)
    case = factories.make_verified_case(
        center=place.center, by=place.dispatcher, enrolment=enrolment, at=at
    )
    letter = factories.make_letter(case=case, hospital=place.hospital, by=place.dispatcher, at=at)
    desk = factories.make_staff("billing_desk", hospital=place.hospital)
    present(letter=letter, by=desk, at=at)
    post(letter, ride(60_000), at=at)
    post(letter, line(180_000), at=at)
    post(letter, line(90_000), at=at)
    close_with_final_bill(letter=letter, by=desk, at=at)


def _issued(app: Flask, seeds: Seeds, clients: int, seconds: float, server: int) -> Run:
    with app.app_context():
        way = caller_way(Issuer(app, seeds), Meter(server))
        return way(clients, seconds, Numbers(seeds, 1, seeds.count).next_free())


def _size() -> str:
    return str(
        db.session.scalar(text("SELECT pg_size_pretty(pg_database_size(current_database()))"))
    )
