"""`flask jobs work | run | list`: what the system does by itself, and how that stands."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from guarantee.business_time import SHANGHAI, now
from guarantee.commands.terminal import as_json, done, found_wrong, tell
from guarantee.jobs.errand import Worker
from guarantee.jobs.running import Ended, run_due
from guarantee.jobs.standing import Standing, standings
from guarantee.jobs.table import COUNTS, JOBS, job_named
from guarantee.jobs.worker import this_process
from guarantee.jobs.worker import work as work_until_stopped

jobs = click.Group("jobs", help="What is done by itself: letters lapse, batches open, tidying.")


@jobs.command()
@as_json
@with_appcontext
def work(as_json: bool) -> None:
    """Do every job when it is due, until stopped (Ctrl-C, SIGTERM). As many may run as you like.

    Tells of runs that did something or went wrong; with --json of every one, a line each.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = _worker(stop)
    tell({"worker": worker.name}, f"{worker.name} at work", as_json=as_json)
    work_until_stopped(
        current_app._get_current_object(),  # type: ignore[attr-defined]
        worker,
        wait=stop.wait,
        tell=lambda ended: _tell_ended(ended, as_json=as_json),
    )
    tell({"stopped": worker.name}, f"{worker.name} stopped", as_json=as_json)


@jobs.command()
@click.argument("name", required=False)
@click.option("--again", is_flag=True, help="The latest slot once more, even where it is done.")
@as_json
@with_appcontext
def run(name: str | None, again: bool, as_json: bool) -> None:
    """Do what is due now (of the job NAME only), once. For cron; may run twice, or late.

    Exit code 1: something failed, as the output says.
    """

    def do_them() -> list[Ended]:
        wanted = [job_named(name)] if name else list(JOBS.values())
        return run_due(_worker(), jobs=wanted, again=again)

    ended = done(do_them, as_json=as_json)
    text = "\n".join(_line(one) for one in ended) or "nothing is due"
    tell({"runs": [_facts(one) for one in ended]}, text, as_json=as_json)
    if not all(one.well for one in ended):
        found_wrong()


@jobs.command("list")
@as_json
@with_appcontext
def list_jobs(as_json: bool) -> None:
    """Each job: when it is due, its last run, its next one, and whether it is late."""
    found = done(lambda: standings(now()), as_json=as_json)
    text = "\n".join(_standing_line(one) for one in found)
    tell({"jobs": [_standing_facts(one) for one in found]}, text, as_json=as_json)


def _worker(stop: threading.Event | None = None) -> Worker:
    settings = current_app.config["SETTINGS"]
    return Worker(this_process(), now, settings, (stop or threading.Event()).is_set)


def _tell_ended(ended: Ended, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_facts(ended), ensure_ascii=False, default=str))
    elif ended.did or not ended.well:
        click.echo(_line(ended))


def _facts(ended: Ended) -> dict[str, Any]:
    return {**asdict(ended), "due_at": _iso(ended.due_at)}


def _line(ended: Ended) -> str:
    trouble = "".join(f"\n  {one['subject']}: {one['code']}" for one in ended.trouble)
    return f"{ended.job} {_shown(ended.due_at)}: {ended.outcome}{_counts(ended.did)}{trouble}"


def _standing_facts(one: Standing) -> dict[str, Any]:
    last = one.last
    return {
        "job": one.job.name,
        "schedule": one.job.schedule.words.en,
        "next_due": _iso(one.next_due),
        "late_since": _iso(one.late_since),
        "last": last
        and {
            "due_at": _iso(last.due_at),
            "started_at": _iso(last.started_at),
            "finished_at": _iso(last.finished_at),
            "worker": last.worker,
            "tries": last.tries,
            "outcome": last.outcome,
            "did": last.did,
            "trouble": last.trouble,
        },
    }


def _standing_line(one: Standing) -> str:
    last, said = one.last, "has never run"
    if last is not None:
        said = f"last {_shown(last.due_at)} {last.outcome or 'unfinished'}{_counts(last.did)}"
    late = f", LATE since {_shown(one.late_since)}" if one.late_since else ""
    return (
        f"{one.job.name} ({one.job.schedule.words.en}): {said}, next {_shown(one.next_due)}{late}"
    )


def _counts(did: Mapping[str, int]) -> str:
    return "".join(
        f", {n} {COUNTS[name].en if name in COUNTS else name}" for name, n in did.items()
    )


def _shown(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(SHANGHAI).isoformat() if at else None


COMMANDS = (jobs,)
