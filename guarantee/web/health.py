"""Alive, ready, and how much: what a supervisor of processes and a Prometheus ask.

`/healthz` answers as long as the process does; `/readyz` names what is missing; `/metrics` counts
requests in this process (or in all, with PROMETHEUS_MULTIPROC_DIR) and reads the business figures
from the database, so every worker tells the same.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable

import structlog
from flask import Blueprint, Response, current_app, g, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import Select, func, select, text
from sqlalchemy.exc import OperationalError

from guarantee.business_time import now
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.edge.access import public
from guarantee.jobs.standing import last_successes
from guarantee.jobs.table import JOBS
from guarantee.letters.keys import signing_key
from guarantee.letters.models import Letter, LetterKey, TopUpRequest
from guarantee.letters.paper.fonts import missing_characters
from guarantee.settlement.models import Batch

blueprint = Blueprint("health", __name__)
log = structlog.get_logger(__name__)

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "guarantee_requests", "Answers by route and status", ("route", "method", "status"),
    registry=REGISTRY,
)  # fmt: skip
SECONDS = Histogram(
    "guarantee_request_seconds", "How long an answer took, by route", ("route",),
    registry=REGISTRY,
)  # fmt: skip
_FIGURES: dict[str, tuple[str, Select[str, int]]] = {
    "guarantee_letters": (
        "Letters by state",
        select(Letter.state, func.count(Letter.id)).group_by(Letter.state),
    ),
    "guarantee_cases": (
        "Cases by state",
        select(Case.state, func.count(Case.id)).group_by(Case.state),
    ),
    "guarantee_batches": (
        "Settlement batches by state",
        select(Batch.state, func.count(Batch.id)).group_by(Batch.state),
    ),
    "guarantee_top_up_requests": (
        "Top-up requests by state",
        select(TopUpRequest.state, func.count(TopUpRequest.id)).group_by(TopUpRequest.state),
    ),
}


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """Everything is there to do the work; 503 with what is missing."""
    found: dict[str, bool] = {}
    for name, check in CHECKS.items():
        # without the database the rest can't be known, and each would wait for it in turn
        found[name] = found.get("database", True) and _holds(name, check)
    missing = [name for name, fine in found.items() if not fine]
    answer = jsonify(status="ready" if not missing else "not ready", checks=found, missing=missing)
    answer.status_code = 503 if missing else 200
    return answer


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus' text. Keep it behind the proxy: it tells how busy the alliance is."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    business = CollectorRegistry()
    business.register(_Business())
    body = generate_latest(registry) + generate_latest(business)
    return Response(body, content_type=CONTENT_TYPE_LATEST)


@blueprint.before_app_request
def _start() -> None:
    g.setdefault("started", time.perf_counter())  # a second attempt is part of the same wait


@blueprint.after_app_request
def _count(response: Response) -> Response:
    # the rule, never the path: a path may name a member
    route = request.url_rule.rule if request.url_rule else "unknown"
    REQUESTS.labels(route, request.method, response.status_code).inc()
    if started := g.pop("started", None):
        SECONDS.labels(route).observe(time.perf_counter() - started)
    return response


class _Business:
    """The figures of the business, read when asked."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, (what, query) in _FIGURES.items():
            family = GaugeMetricFamily(name, what, labels=["state"])
            for state, count in db.session.execute(query):
                family.add_metric([state], count)
            yield family
        yield _since_success()


def _since_success() -> GaugeMetricFamily:
    """How long ago each job was last done in full; a job that never was: for ever."""
    done, at = last_successes(), now()
    family = GaugeMetricFamily(
        "guarantee_job_seconds_since_success", "Seconds since a job last succeeded", labels=["job"]
    )
    for job in JOBS:
        since = (at - done[job]).total_seconds() if job in done else math.inf
        family.add_metric([job], since)
    return family


def _holds(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        log.warning("not ready", check=name)  # what is missing is the answer, not an accident
        db.session.rollback()
        return False


def _database() -> bool:
    try:
        return _answers()
    except OperationalError:
        db.session.rollback()  # the pool's connection was old; a new one tells
        return _answers()


def _answers() -> bool:
    return db.session.execute(text("SELECT 1")).scalar() == 1


def _migrations() -> bool:
    heads = {one.revision for one in current_app.extensions["alembic"].heads()}
    return set(db.session.scalars(text("SELECT version_num FROM alembic_version"))) == heads


def _keys() -> bool:
    """The key in use opens with our settings' keys. None yet: the first letter makes it."""
    if db.session.scalar(select(LetterKey.id).where(LetterKey.retired_at.is_(None)).limit(1)):
        signing_key(at=now())  # raises when it was wrapped by another key
    return True


def _fonts() -> bool:
    """The letter's fonts are there, rare characters of names included."""
    return missing_characters("担保函䶮㛃𬭎𬱖𠅤") == []


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "letter_keys": _keys,
    "fonts": _fonts,
}
