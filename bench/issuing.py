"""Issuing on PostgreSQL against pgbench: a letter with all its rows, by 1, 8 and 32 clients.

The floor is pgbench running the very statements that `issue()` was heard to say, in its order,
from BEGIN to COMMIT, with new values each time: what the database alone costs. Beside it the domain
function, and the same letter asked for through HTTP under gunicorn. Once every case on a cover of
its own, once all cases on one cover. All ways take turns in one server, in one run.
"""

from __future__ import annotations

from typing import Any

from bench.floor.costs import Meter
from bench.floor.house import house_on, hung_up, postgres_url
from bench.floor.issuer import Issuer
from bench.floor.pgbench import script_of
from bench.floor.rounds import Numbers, side_by_side, warmed_up
from bench.floor.seeding import Place, prepare, settled, tokens_for
from bench.floor.server import on_own_server, postmaster, settings_now
from bench.floor.ways import DOMAIN, FLOOR, HTTP, caller_way, floor_way, heard
from bench.floor.web import Caller, gunicorn
from bench.floor.written import books_agree

CLIENTS = (1, 8, 32)
COVERS, CASES_ON_ONE = 100_000, 80_000
_BESIDE = {HTTP: {"idempotent_answers"}}
"""Tables a way writes beside what a letter is: the kept answer of the Idempotency-Key."""


def run() -> dict[str, Any]:
    """On a server of its own; several minutes."""
    return on_own_server("bench.issuing")


def measure(
    spread: int = COVERS,
    hot: int = CASES_ON_ONE,
    rounds: int = 3,
    seconds: float = 5,
    clients: tuple[int, ...] = CLIENTS,
) -> dict[str, Any]:
    """On the server that PGHOST … name."""
    database = "bench_issuing"
    url = postgres_url(database)
    app = house_on(url)
    with app.app_context():
        place = Place.made()
        seeds = prepare(place, spread, hot=hot)
        tokens = tokens_for(place, max(clients))
        settled()
        server = postmaster()
        about: dict[str, Any] = {"postgresql": settings_now()}
    issuer = Issuer(app, seeds)
    scopes: dict[str, dict[str, Any]] = {}
    for name, first, last in (
        (f"{spread} covers", 1, spread),
        ("one cover", spread + 1, spread + hot),
    ):
        # listened to in an application of its own: an engine that was listened to stays slower
        script = script_of(heard(Issuer(house_on(url), seeds), first))
        numbers = Numbers(seeds, first, last)
        with gunicorn(url) as web, app.app_context():
            ways = {
                FLOOR: floor_way(script, database, Meter(server)),
                DOMAIN: caller_way(issuer, Meter(server)),
                HTTP: caller_way(Caller(web.port, tokens, seeds), Meter(server, web.process)),
            }
            about["rows written for a letter"] = warmed_up(ways, numbers, _BESIDE)
            scopes[name] = {
                f"{count} clients": side_by_side(
                    ways, numbers, clients=count, rounds=rounds, seconds=seconds
                )
                for count in clients
            }
        about["statements from BEGIN to COMMIT"] = script.statements
        about["where the floor says something else"] = script.otherwise
    with app.app_context():
        about["check_ledger afterwards"] = books_agree()
    hung_up(app)
    return {
        "what": "issuing a letter on PostgreSQL; reference: pgbench with the same statements",
        "goal": "the domain function at 0.35 of pgbench's floor or better, HTTP at 0.25",
        "how": "pgbench -M prepared, since psycopg prepares too; our clients are processes",
        "rounds": rounds,
        "seconds of a round": seconds,
        "part of the floor": _ratios(scopes),
        "p99, milliseconds": _p99(scopes),
        **about,
        **scopes,
    }


def _ratios(scopes: dict[str, dict[str, Any]]) -> dict[str, float]:
    return {
        f"{way}, {scope}, {count}": figures[f"{way} / {FLOOR}"]["median"]
        for way in (DOMAIN, HTTP)
        for scope, counts in scopes.items()
        for count, figures in counts.items()
    }


def _p99(scopes: dict[str, dict[str, Any]]) -> dict[str, float]:
    return {
        f"{way}, {scope}, {count}": figures[way]["p99_ms"]
        for way in (FLOOR, DOMAIN, HTTP)
        for scope, counts in scopes.items()
        for count, figures in counts.items()
    }
