"""A PostgreSQL server of the benchmark's own: durable, and otherwise as Debian sets it up."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import text

from guarantee.db import db

_SHOWN = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "wal_sync_method",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "max_connections",
    "autovacuum",
    "jit",
)


def on_own_server(module: str, **given: object) -> dict[str, Any]:
    """What `module.measure(**given)` answers, run in a process of its own beside a fresh server.

    pg_virtualenv switches fsync off; here it is on, since a letter that is acknowledged must stay.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = ["pg_virtualenv", "-t", "-o", "fsync=on"]
        command += [sys.executable, "-m", "bench.floor.server", module, json.dumps(given)]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        subprocess.run([*command, str(answer)], check=True, env=clean, stdout=sys.stderr)
        told: dict[str, Any] = json.loads(answer.read_text())
        return told


def settings_now() -> dict[str, str]:
    """The settings that a durable commit depends on, as this server has them."""
    rows = {name: db.session.scalar(text(f"SHOW {name}")) for name in _SHOWN}
    rows["encrypted"] = db.session.scalar(
        text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    )
    db.session.rollback()
    return {name: str(value) for name, value in rows.items()}


def postmaster() -> int:
    """The number of the server's main process."""
    backend = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.rollback()
    return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])


def main(module: str, given: str, answer: str) -> None:
    told = importlib.import_module(module).measure(**json.loads(given))
    Path(answer).write_text(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
