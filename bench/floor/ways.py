"""The ways that stand side by side: the floor, and callers of ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench.floor.clients import Call, run_clients
from bench.floor.costs import Meter
from bench.floor.figures import Run
from bench.floor.house import hung_up
from bench.floor.issuer import Issuer
from bench.floor.pgbench import Script, run_pgbench
from bench.floor.recording import recorded
from bench.floor.template import Template, template_of
from guarantee.db import db

Way = Callable[[int, float, int], Run]
"""(clients, seconds, first number) → what came of it."""

FLOOR, DOMAIN, HTTP = "floor", "domain", "http"
_TAKES = (26, 24, 31)
"""Numbers of the cases that are listened to, after some that are not: by then every statement is
prepared, and nothing is new to the program."""


def heard(issuer: Issuer, first: int) -> Template:
    """What `issue()` says, listened to for prepared cases from number `first` on."""
    for n in range(first, first + min(_TAKES) - 2):
        issuer(n)
    numbers = [first + n for n in _TAKES]
    takes = recorded(db.engine, [partial(issuer, n) for n in numbers])
    issuer.end()
    hung_up(issuer.app)
    return template_of(takes, numbers)


def floor_way(script: Script, database: str, meter: Meter) -> Way:
    """pgbench with the script. Within the application's context, as all ways."""

    def way(clients: int, seconds: float, first: int) -> Run:
        db.engine.dispose()
        return run_pgbench(
            script, database=database, meter=meter, clients=clients, seconds=seconds, first=first
        )

    return way


def caller_way(call: Call, meter: Meter) -> Way:
    """`call(n)` by processes of ours, which open their own connections."""

    def way(clients: int, seconds: float, first: int) -> Run:
        db.engine.dispose()
        return run_clients(call, meter=meter, clients=clients, seconds=seconds, first=first)

    return way
