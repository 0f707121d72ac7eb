"""Issuing where 10 thousand and where 5 million entries stand in the ledger already.

Both databases live in one server and take turns. What stands there is what closed cases leave
behind, each with its cover, letter, holds, entries, postings, copies, charges, bill, audit records
and events: copies of one case that the domain's own functions led from the verification to the
final bill. Runs only when asked for by name: 5 million entries take minutes and some 20 GB.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import text

from bench.floor.cloning import clone
from bench.floor.costs import Meter
from bench.floor.figures import Run, over, ratios
from bench.floor.house import house_on, hung_up, postgres_url
from bench.floor.issuer import Issuer
from bench.floor.rounds import Numbers
from bench.floor.seeding import Place, Seeds, prepare, settled, specimen_of, tokens_for
from bench.floor.server import on_own_server, postmaster, settings_now
from bench.floor.ways import DOMAIN, HTTP, Way, caller_way
from bench.floor.web import Caller, gunicorn
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
COST = "cost of the large over the small"
_SIZE = "SELECT pg_size_pretty(pg_database_size(current_database()))"


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
    about: dict[str, Any] = {}
    with ExitStack() as open_houses:
        houses = {
            f"{entries} entries": open_houses.enter_context(_house(entries, cases, about))
            for entries in (small, large)
        }
        figures: dict[str, Any] = {}
        for way in (DOMAIN, HTTP):
            for count in clients:
                runs: dict[str, list[Run]] = {name: [] for name in houses}
                for _ in range(rounds):
                    for name, house in houses.items():
                        runs[name].append(house.issued(way, count, seconds))
                few, many = runs.values()
                figures[f"{way}, {count} clients"] = {
                    **{name: over(each) for name, each in runs.items()},
                    COST: ratios(few, many),
                }
    return {
        "what": "issuing a letter beside many others; reference: the same beside few",
        "goal": "5 million entries cost at most 1.3 times what 10 thousand do",
        "rounds": rounds,
        "seconds of a round": seconds,
        COST: {name: each[COST]["median"] for name, each in figures.items()},
        **figures,
        **about,
    }


@dataclass
class House:
    """A database with its entries, and the ways to issue there."""

    app: Flask
    seeds: Seeds
    ways: dict[str, Way]

    def issued(self, way: str, clients: int, seconds: float) -> Run:
        with self.app.app_context():
            first = Numbers(self.seeds, 1, self.seeds.count).next_free()
            return self.ways[way](clients, seconds, first)


@contextmanager
def _house(entries: int, cases: int, about: dict[str, Any]) -> Iterator[House]:
    url = postgres_url(f"bench_growth_{entries}")
    app = house_on(url)
    began = time.monotonic()
    with app.app_context():
        place = Place.made()
        seeds = _grown(place, entries, cases)
        tokens = tokens_for(place, max(CLIENTS))
        about[f"{entries} entries, beside them"] = {
            "size": db.session.scalar(text(_SIZE)),
            "seconds to make": round(time.monotonic() - began),
            **{name: count for name, count in rows_by_table().items() if count > 100},
        }
        if entries == SMALL:  # the large one is made the same way
            about["check_ledger"] = {"faults": len(check_ledger().faults)}
        about["postgresql"] = settings_now()
        server = postmaster()
    hung_up(app)
    with gunicorn(url) as web:
        ways = {
            DOMAIN: caller_way(Issuer(app, seeds), Meter(server)),
            HTTP: caller_way(Caller(web.port, tokens, seeds), Meter(server, web.process)),
        }
        yield House(app, seeds, ways)
    hung_up(app)


def _grown(place: Place, entries: int, cases: int) -> Seeds:
    """So many entries of closed cases, and prepared ones to issue for."""
    closed = specimen_of(lambda: _a_case_to_its_end(place))
    clone(db.session.connection(), closed, entries // len(closed.rows["ledger_entries"]))
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
