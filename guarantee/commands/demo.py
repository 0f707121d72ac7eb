"""`flask demo load`: a believable quarter in an empty database, and the ways into it."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext

from guarantee.business_time import now
from guarantee.commands.terminal import as_json, done, refuse, tell
from guarantee.db import db, writing
from guarantee.demo.load import NotEmpty, is_empty, load, logins
from guarantee.demo.mark import is_demo

demo = click.Group("demo", help="Demo data, for trying the system.")


@demo.command("load")
@click.option("--if-empty", is_flag=True, help="Load nothing into a database that is in use.")
@as_json
@with_appcontext
def load_demo(if_empty: bool, as_json: bool) -> None:
    """Fill an empty database and print every login; once filled, print the logins again."""
    settings = current_app.config["SETTINGS"]
    with writing():
        empty, made_for_trying = is_empty(), is_demo()
        db.session.rollback()
        if empty:
            load(at=now(), settings=settings, tell=lambda said: click.echo(said, err=True))
        elif not made_for_trying and not if_empty:
            refuse(NotEmpty.code, *NotEmpty.words, as_json=as_json)
    known = empty or made_for_trying
    found = done(lambda: logins(at=now()), as_json=as_json) if known else []
    facts = [{k: v for k, v in asdict(one).items() if v is not None} for one in found]
    text = "\n".join(
        f"{one.role:<17} {one.username:<20} {one.password}  {one.token}" for one in found
    )
    tell({"logins": facts}, text, as_json=as_json)


COMMANDS = (demo,)
