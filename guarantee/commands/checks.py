"""`flask ledger check`, `flask audit verify`: exit code 1 when something does not agree."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from guarantee.audit import verify_chain
from guarantee.commands.terminal import as_json, done, found_wrong, read, tell
from guarantee.ledger.check import LedgerVerdict, check_ledger, snapshot
from guarantee.ledger.check_one import Check, Checked
from guarantee.letters import check_holds as _letters_checks  # noqa: F401  each floor adds its own
from guarantee.settlement import check_captured as _settlement_checks  # noqa: F401

ledger = click.Group("ledger", help="The double-entry ledger.")
audit = click.Group("audit", help="The audit chain.")


@ledger.command()
@as_json
@with_appcontext
def check(as_json: bool) -> None:
    """Recompute every balance from the postings, and every invariant.

    Reads one moment of the database: it may run while letters are being issued.
    """
    report = None if as_json else _tell_check

    def look() -> LedgerVerdict:
        with snapshot() as connection:
            return check_ledger(on=connection, beginning=_show_progress, ended=report or _silent)

    verdict = read(look, as_json=as_json)
    _clear_progress()
    facts = {"ok": not verdict.wrong, **asdict(verdict)}
    tell(facts, _sum_up(verdict), as_json=as_json)
    if verdict.wrong:
        found_wrong()


def _sum_up(verdict: LedgerVerdict) -> str:
    return (
        f"{verdict.entries} entries, {verdict.postings} postings, {verdict.accounts} accounts, "
        f"{verdict.covers} covers, {verdict.holds} holds: "
        + (f"{verdict.wrong} faults" if verdict.wrong else "all agree")
    )


def _tell_check(done: Checked) -> None:
    """A line for the check that has ended, and one for each row it found wrong."""
    _clear_progress()
    proves = done.check.proves
    click.echo(
        f"{'FAULT' if done.wrong else 'ok':<5} {done.check.name:<17} {done.rows:>9} rows "
        f"{done.seconds:>6.2f} s  {proves.zh}  {proves.en}"
    )
    for fault in done.faults:
        click.echo(f"      {fault}")
    if more := done.wrong - len(done.faults):
        click.echo(f"      … and {more} more")


def _silent(_done: Checked) -> None:
    """With --json nothing is said before the end."""


def _show_progress(check: Check) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K… {check.name}", nl=False, err=True)


def _clear_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)


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
