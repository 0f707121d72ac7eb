"""`flask ledger check`, `flask audit verify`: exit code 1 when something does not agree."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask.cli import with_appcontext

from guarantee.audit import verify_chain
from guarantee.commands.terminal import as_json, done, found_wrong, tell
from guarantee.ledger.check import check_ledger

ledger = click.Group("ledger", help="The double-entry ledger.")
audit = click.Group("audit", help="The audit chain.")


@ledger.command()
@as_json
@with_appcontext
def check(as_json: bool) -> None:
    """Recompute every balance from the postings, and every invariant."""
    verdict = done(check_ledger, as_json=as_json)
    facts = {"ok": not verdict.faults, **asdict(verdict)}
    text = "\n".join(
        [
            f"{verdict.entries} entries, {verdict.postings} postings, {verdict.accounts} accounts, "
            f"{verdict.covers} covers, {verdict.holds} holds: "
            + ("all agree" if not verdict.faults else f"{len(verdict.faults)} faults"),
            *verdict.faults,
        ]
    )
    tell(facts, text, as_json=as_json)
    if verdict.faults:
        found_wrong()


@audit.command()
@as_json
@with_appcontext
def verify(as_json: bool) -> None:
    """Walk the chain from its first record to its head."""
    verdict = done(verify_chain, as_json=as_json)
    broken = bool(verdict.reason)
    text = f"{verdict.records} records, head {verdict.head}"
    if broken:
        where = f" at record {verdict.broken_at}" if verdict.broken_at else ""
        text = f"broken{where}: {verdict.reason}"
    tell({"ok": not broken, **asdict(verdict)}, text, as_json=as_json)
    if broken:
        found_wrong()


COMMANDS = (ledger, audit)
