"""`flask tidy`: drop what was kept only for a while. Nightly, from a timer."""

from __future__ import annotations

from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext

from guarantee.business_time import now
from guarantee.commands.terminal import as_json, done, tell
from guarantee.idempotency import forget_answers


@click.command()
@as_json
@with_appcontext
def tidy(as_json: bool) -> None:
    """Drop answers kept under an Idempotency-Key for longer than IDEMPOTENCY_DAYS."""
    keep = timedelta(days=current_app.config["SETTINGS"].idempotency_days)
    gone = done(lambda: forget_answers(before=now(), keep=keep), as_json=as_json)
    tell({"answers": gone}, f"{gone} kept answers dropped", as_json=as_json)


COMMANDS = (tidy,)
