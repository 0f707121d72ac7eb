"""`flask demo load`: a believable quarter in an empty database, and how to get in."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext

from guarantee.business_time import now
from guarantee.commands.terminal import as_json, done, refuse, tell
from guarantee.config import Settings
from guarantee.db import writing
from guarantee.demo.load import NotEmpty, is_empty, load, logins
from guarantee.refusals import Refusal

demo = click.Group("demo", help="Demo data.")


@demo.command("load")
@click.option("--if-empty", is_flag=True, help="Where there is data already, only tell the logins.")
@as_json
@with_appcontext
def load_demo(if_empty: bool, as_json: bool) -> None:
    """Fill an empty database, and print every login with a fresh API token."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.demo:
        refuse(
            "not_demo",
            "演示数据只在演示模式（DEMO=1）下装入。",
            "Demo data is loaded in demo mode (DEMO=1) only.",
            as_json=as_json,
        )
    if is_empty() or not if_empty:
        _fill(settings, as_json=as_json)
    found = done(lambda: logins(at=now()), as_json=as_json)
    entries = [{k: v for k, v in asdict(one).items() if v is not None} for one in found]
    lines = [
        f"{e['role']:<18} {e['username']:<22} {e['password']:<22} {e['token']}" for e in entries
    ]
    secrets = settings.webhook_secrets()
    lines += [f"webhook secret: {secret}" for secret in secrets]
    facts = {"logins": entries, "webhook_secrets": list(secrets)}
    tell(facts, "\n".join(lines), as_json=as_json)


def _fill(settings: Settings, *, as_json: bool) -> None:
    """The demo commits as it goes: twelve weeks are too much for one transaction."""
    try:
        with writing():
            load(
                at=now(),
                settings=settings,
                tell=lambda line: click.echo(line, err=True) if not as_json else None,
            )
    except NotEmpty as refusal:
        _refused(refusal, as_json=as_json)


def _refused(refusal: Refusal, *, as_json: bool) -> None:
    refuse(refusal.code, refusal.message("zh"), refusal.message("en"), as_json=as_json)


COMMANDS = (demo,)
