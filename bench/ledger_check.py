"""`flask ledger check` over a million entries, run as the operator runs it, on both engines.

The ledger is one case with all that can happen to it (made by the domain's own functions) copied
in SQL. The reference is the least that a check of balances could be: one statement, in the same
database, that adds up every account's postings and compares them with the kept balance; beside it
a bare scan of the postings. `seconds` is the whole command, from the shell and back, with what the
program needs to start; `ratio` is all checks to the reference. Processor time, of the program and
of the server's process, stands beside the clock: it tells the same on a machine shared with others.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from bench.floor.cloning import clone
from bench.floor.house import KEYS, house_on, hung_up, postgres_url
from bench.floor.seeding import Place, settled, specimen_of
from bench.floor.server import on_own_server, postmaster
from guarantee.business_time import now
from guarantee.charges.final_bill import close_with_final_bill
from guarantee.charges.lines import ChargeLine
from guarantee.charges.posting import post_charges
from guarantee.db import Base, db
from guarantee.ledger.models import Entry, Part
from guarantee.letters.lifecycle import present
from guarantee.letters.top_up import ask, decide
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from tests import factories

ENTRIES, FEW = 1_000_000, 10_000
_ids = itertools.count(1)
_COPIED = {
    "covers", "ledger_accounts", "members", "enrolments", "cases", "letters", "holds", "charges",
    "ledger_entries", "ledger_postings",
}  # fmt: skip
_SCAN = "SELECT count(*), sum(amount_fen) FROM ledger_postings"
_BALANCES = """
SELECT count(*) FROM ledger_accounts LEFT JOIN (
  SELECT id, sum(fen) AS fen FROM (
    SELECT debit_account_id AS id, amount_fen AS fen FROM ledger_postings
    UNION ALL SELECT credit_account_id, -amount_fen FROM ledger_postings) AS sides
   GROUP BY id) AS moved ON moved.id = ledger_accounts.id
 WHERE balance_fen <> coalesce(fen, 0)
"""
_RUN = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, used.ru_utime + used.ru_stime, file=sys.stderr)
sys.exit(done.returncode)
"""
"""Starts the command from a small process: its peak would else begin with ours."""


def run() -> dict[str, Any]:
    """On a server of its own where PGHOST names none; SQLite in a file."""
    if os.environ.get("PGHOST"):
        postgresql = measure()
    else:
        postgresql = on_own_server("bench.ledger_check")
    with tempfile.TemporaryDirectory() as folder:
        sqlite = measure(f"sqlite:///{Path(folder) / 'ledger.sqlite3'}")
    return {
        "what": "ledger check, a million entries; reference: one statement over all balances",
        "goal": "under 20 s on PostgreSQL; memory that does not grow with the ledger",
        "postgresql": postgresql,
        "sqlite": sqlite,
    }


def measure(url: str = "", entries: int = ENTRIES) -> dict[str, Any]:
    """One engine: first few entries, for the memory, then all of them."""
    url = url or postgres_url("bench_ledger_check")
    app = house_on(url)
    with app.app_context():
        place = Place.made()
        _a_whole_case(place)  # opens the accounts that all cases share
        few = _filled(place, FEW)
        settled()
        server = postmaster() if url.startswith("postgresql") else None
        small = _checked(url, server)
        _filled(place, entries - few)
        settled()
        whole = [_checked(url, server) for _ in range(3)]
        took = {
            name: _middle(whole, name) for name in ("seconds", "checking_seconds", "cpu_seconds")
        }
        scan, balances = (min(_timed(sql) for _ in range(3)) for sql in (_SCAN, _BALANCES))
        counts = {name: whole[0][name] for name in ("entries", "postings", "accounts", "holds")}
    hung_up(app)
    assert counts["entries"] >= entries, counts
    slowest = sorted(whole[0]["checks"], key=lambda one: -one["seconds"])[:3]
    return {
        **counts,
        **took,
        "entries_per_second": round(counts["entries"] / took["checking_seconds"]),
        "cpu_seconds_of_the_start": small["cpu_seconds"],
        "reference_seconds": balances,
        "ratio": round(took["checking_seconds"] / balances, 1),
        "bare_scan_seconds": scan,
        "peak_mb": max(one["peak_mb"] for one in whole),
        f"peak_mb_with_{small['entries']}_entries": small["peak_mb"],
        "slowest": ", ".join(f"{one['name']} {one['seconds']:.2f} s" for one in slowest),
    }


def _checked(url: str, server: int | None) -> dict[str, Any]:
    """What the command says, the seconds until it has ended, and its peak memory. `server`: the
    number of PostgreSQL's main process."""
    keys = {name.upper(): value for name, value in KEYS.items()}
    command = [sys.executable, "-c", _RUN, sys.executable, "-m", "flask", "--app", "wsgi"]
    served = _served(server)
    began = time.perf_counter()
    done = subprocess.run(
        [*command, "ledger", "check", "--json"],
        env={**os.environ, **keys, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    peak, used = done.stderr.split()[-2:]
    checking = sum(one["seconds"] for one in told["checks"])
    return {
        **told,
        "seconds": round(seconds, 2),
        "checking_seconds": round(checking, 2),
        "peak_mb": int(peak) // 1024,
        "cpu_seconds": round(float(used) + _served(server) - served, 2),
    }


def _served(server: int | None) -> float:
    """Processor time in seconds of the server's processes that have ended."""
    if server is None:
        return 0.0
    time.sleep(0.5)  # a backend ends a moment after its client
    told = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return (int(told[13]) + int(told[14])) / os.sysconf("SC_CLK_TCK")


def _middle(runs: list[dict[str, Any]], name: str) -> float:
    return float(sorted(one[name] for one in runs)[len(runs) // 2])


def _timed(sql: str) -> float:
    began = time.perf_counter()
    db.session.execute(text(sql)).all()
    seconds = time.perf_counter() - began
    db.session.rollback()
    return round(seconds, 3)


def _filled(place: Place, entries: int) -> int:
    """Write at least `entries` more; answers how many there are in all."""
    others = {table.name for table in Base.metadata.sorted_tables} - _COPIED
    specimen = specimen_of(lambda: _a_whole_case(place), without=others)
    clone(db.session.connection(), specimen, -(-entries // len(specimen.rows["ledger_entries"])))
    db.session.commit()
    return db.session.scalar(select(func.count(Entry.id))) or 0


def _a_whole_case(place: Place) -> None:
    """A letter with charges of both parts, topped up, closed by its final bill, charged late."""
    at, settings = now() - timedelta(hours=2), factories.SETTINGS
    desk = factories.make_staff(Role.BILLING_DESK, hospital=place.hospital)
    hotline = factories.make_staff(Role.HOTLINE)
    enrolment = factories.make_enrolment(product=place.product)
    case = factories.make_verified_case(
        center=place.center, by=place.dispatcher, enrolment=enrolment, at=at
    )
    letter = factories.make_letter(case=case, hospital=place.hospital, at=at)
    present(letter=letter, by=desk, at=at)
    finance = factories.make_staff(Role.CENTER_FINANCE, center=place.center)

    def charge(part: Part, fen: int, by: Staff) -> None:
        line = ChargeLine(
            line_id=f"L{letter.id}-{next(_ids)}", part=part, charged_on=at.date(), category="治疗",
            code="", name="清创缝合术", quantity=Decimal(1), unit_price_fen=fen, amount_fen=fen,
            in_scope=True,
        )  # fmt: skip
        post_charges(letter=letter, lines=[line], by=by, at=at)

    charge(Part.PRE_HOSPITAL, 60_000, finance)
    charge(Part.IN_HOSPITAL, 200_000, desk)
    charge(Part.IN_HOSPITAL, 250_000, desk)
    request = ask(
        letter=letter, amount_fen=300_000, reason="x", setting="inpatient", by=desk, at=at,
        settings=settings,
    )  # fmt: skip
    decide(
        request=request, approve=True, amount_fen=None, reason="", by=hotline, at=at,
        settings=settings,
    )  # fmt: skip
    charge(Part.IN_HOSPITAL, 120_000, desk)
    close_with_final_bill(letter=letter, by=desk, at=at)


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
