"""What the system does by itself: each job's schedule, its last run, its next; what failed."""

from __future__ import annotations

from flask import Blueprint, render_template

from guarantee.business_time import now
from guarantee.edge.access import allow
from guarantee.jobs.models import JobRun
from guarantee.jobs.standing import failures, standings
from guarantee.jobs.table import COUNTS, JOBS
from guarantee.roles import Role
from guarantee.web.audit_words import subject_words

blueprint = Blueprint("jobs", __name__, url_prefix="/admin/jobs")

FAILURES_SHOWN = 20
_LOOKS = {"done": ("ok", "check"), "partly": ("wait", "warn"), "failed": ("bad", "cross")}


@blueprint.get("")
@allow(Role.ADMIN, Role.AUDITOR)
def index() -> str:
    """Every job, and the latest runs in which something failed."""
    at = now()
    return render_template(
        "admin/jobs.html",
        at=at,
        standings=standings(at),
        failures=failures(most=FAILURES_SHOWN),
        jobs=JOBS,
        counts=COUNTS,
        look=_look,
        subject_words=subject_words,
    )


def _look(run: JobRun) -> tuple[str, str]:
    """Tone and shape of a run's state."""
    return _LOOKS.get(run.outcome or "", ("move", "half"))
