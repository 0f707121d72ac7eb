"""`flask tokens create`, `flask staff password`, `flask keys rotate`: what opens and what signs."""

from __future__ import annotations

import secrets
from datetime import timedelta

import click
from flask.cli import with_appcontext

from guarantee.business_time import now
from guarantee.commands.terminal import as_json, done, tell
from guarantee.letters.keys import published_keys, rotate_keys
from guarantee.parties.sessions import create_token
from guarantee.parties.staff import staff_by_name, system
from guarantee.parties.staff_changes import reset_password

tokens = click.Group("tokens", help="API tokens.")
staff = click.Group("staff", help="Accounts.")
keys = click.Group("keys", help="The keys that seal letters.")


@tokens.command()
@click.option("--user", required=True, metavar="NAME")
@click.option("--name", default="command", show_default=True, help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it lasts; for ever if not.")
@as_json
@with_appcontext
def create(user: str, name: str, days: int | None, as_json: bool) -> None:
    """Make an API token of an account. It is shown this once; only its hash is kept."""
    at = now()
    lasts = timedelta(days=days) if days else None
    token = done(
        lambda: create_token(
            staff=staff_by_name(user), name=name[:60], at=at, by=system(), lasts=lasts
        ),
        as_json=as_json,
    )
    facts = {
        "username": user,
        "token": token,
        "expires_at": (at + lasts).isoformat() if lasts else None,
    }
    tell(facts, token, as_json=as_json)


@staff.command()
@click.argument("name")
@click.option("--generate", is_flag=True, help="Make one and show it, instead of asking for it.")
@as_json
@with_appcontext
def password(name: str, generate: bool, as_json: bool) -> None:
    """Give an account a new password; its sessions and tokens end. Asked for twice, never shown."""
    new = (
        secrets.token_urlsafe(15)
        if generate
        else click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    )
    done(
        lambda: reset_password(staff=staff_by_name(name), password=new, by=system(), at=now()),
        as_json=as_json,
    )
    facts = {"username": name, **({"password": new} if generate else {})}
    tell(facts, f"{name}: {new}" if generate else f"{name}: changed", as_json=as_json)


@keys.command()
@as_json
@with_appcontext
def rotate(as_json: bool) -> None:
    """The next key signs from now on; the old ones go on being published."""
    kid = done(lambda: rotate_keys(by=system(), at=now()).kid, as_json=as_json)
    published = published_keys()
    retired = [key["kid"] for key in published if "until" in key]
    waiting = [key["kid"] for key in published if "until" not in key and key["kid"] != kid]
    text = f"{kid} signs now; {len(retired)} retired and still published"
    tell({"kid": kid, "retired": retired, "next": waiting}, text, as_json=as_json)


COMMANDS = (tokens, staff, keys)
