"""`flask settlement run | reconcile`: what Monday does by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from guarantee.business_time import now, week_before
from guarantee.commands.members import A_FILE
from guarantee.commands.terminal import as_json, done, tell
from guarantee.money import yuan
from guarantee.parties.centers import center_by_code
from guarantee.parties.staff import Staff, staff_by_name, system
from guarantee.settlement.batch import batch_of, run_week
from guarantee.settlement.hospital_weeks import open_hospital_week
from guarantee.settlement.models import Batch, HospitalBatch
from guarantee.settlement.report_upload import reconcile_batch, take_report
from guarantee.settlement.totals import current_differences, totals_of
from guarantee.settlement.visible import UnknownBatch, batch_for

settlement = click.Group("settlement", help="The weekly settlement.")


@settlement.command()
@click.option("--week", metavar="W", help="2026-W47; the week before this one unless given.")
@click.option("--center", metavar="CODE", help="This centre only, and no hospital.")
@as_json
@with_appcontext
def run(week: str | None, center: str | None, as_json: bool) -> None:
    """Open the week's batch of every centre, and of every hospital that is owed something.

    Running it twice changes nothing.
    """

    def open_them() -> dict[str, list[dict[str, Any]]]:
        at = now()
        batches = run_week(
            week=week or week_before(at),
            by=system(),
            at=at,
            centers=[center_by_code(center)] if center else None,
            remittance_days=current_app.config["SETTINGS"].remittance_days,
        )
        hospitals = []
        if not center:
            hospitals = open_hospital_week(
                week=week or week_before(at),
                by=system(),
                at=at,
                remittance_days=current_app.config["SETTINGS"].remittance_days,
            )
        return {
            "batches": [_facts(batch) for batch in batches],
            "hospital_batches": [_hospital_facts(batch) for batch in hospitals],
        }

    opened = done(open_them, as_json=as_json)
    lines = [
        f"{b['center']} {b['week']}: {b['state']}, {yuan(b['total_fen'])}"
        for b in opened["batches"]
    ] or ["no centres"]
    lines += [
        f"{b['hospital']} {b['week']}: {b['state']}, {yuan(b['total_fen'])}"
        for b in opened["hospital_batches"]
    ]
    tell(opened, "\n".join(lines), as_json=as_json)


@settlement.command()
@click.argument("batch")
@click.option("--report", "file", required=True, type=A_FILE, help="The centre's table.")
@click.option("--by", "username", metavar="NAME", help="In whose name; the system's unless given.")
@as_json
@with_appcontext
def reconcile(batch: str, file: Path, username: str | None, as_json: bool) -> None:
    """Take a centre's report and compare. BATCH is its id, or centre and week: 3101/2026-W47."""
    data = file.read_bytes()

    def compare() -> dict[str, Any]:
        by, at = _person(username), now()
        found = _batch(batch, by)
        report = take_report(batch=found, data=data, filename=file.name, by=by, at=at)
        came_out = reconcile_batch(batch=found, by=by, at=at)
        return {
            **_facts(found),
            "rows": len(report.rows),
            "handed_back": [{"row": r.row, "code": r.code} for r in report.handed_back],
            "matched": came_out.matched,
            "differences": [
                {
                    "id": one.id,
                    "kind": str(one.kind),
                    "letter_number": one.letter_number,
                    "system_fen": one.system_fen,
                    "report_fen": one.report_fen,
                    "why_zh": one.why_zh,
                    "why_en": one.why_en,
                }
                for one in current_differences(found)
            ],
        }

    facts = done(compare, as_json=as_json)
    lines = [
        f"{facts['center']} {facts['week']}: {facts['matched']} matched, "
        f"{len(facts['differences'])} differences, {len(facts['handed_back'])} handed back"
    ]
    lines += [f"  {d['kind']}: {d['why_zh']} {d['why_en']}" for d in facts["differences"]]
    tell(facts, "\n".join(lines), as_json=as_json)


def _person(username: str | None) -> Staff:
    return staff_by_name(username) if username else system()


def _batch(text: str, viewer: Staff) -> Batch:
    if text.isdecimal():
        return batch_for(int(text), viewer)
    center, _, week = text.partition("/")
    found = batch_of(center=center_by_code(center), week=week)
    if found is None:
        raise UnknownBatch()
    return batch_for(found.id, viewer)


def _facts(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "center": batch.center.code,
        "week": batch.week,
        "state": batch.state,
        "lines": len(batch.lines),
        "total_fen": totals_of(batch).total_fen,
    }


def _hospital_facts(batch: HospitalBatch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "hospital": batch.hospital.code,
        "week": batch.week,
        "state": batch.state,
        "letters": len(batch.lines),
        "total_fen": batch.total_fen,
    }


COMMANDS = (settlement,)
