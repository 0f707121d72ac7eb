"""A PostgreSQL of one test's own: one that may crash while others test on theirs."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from random import Random

import psycopg
from sqlalchemy import URL

_TELL = 'echo "ready $PGHOST $PGPORT $PGUSER $PGPASSWORD"; exec cat'
_OTHERS = """
    SELECT {} FROM pg_stat_activity WHERE backend_type = 'client backend'
    AND pid <> pg_backend_pid() AND datname = current_database()
"""


@contextmanager
def cluster_of_its_own() -> Iterator[URL]:
    """The address of a fresh cluster's database, whose commits outlast a crash of the server (they
    need not outlast one of the machine: no fsync). Gone when the block ends, or the tests do."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    cluster = subprocess.Popen(
        ["pg_virtualenv", "-t", "-c", "--encoding=UTF8 --locale=C.UTF-8", "-o", "fsync=off",
         "-o", "max_connections=60", "sh", "-c", _TELL],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=outside, text=True,
    )  # fmt: skip
    with cluster:
        assert cluster.stdout is not None
        ready = next((line for line in cluster.stdout if line.startswith("ready ")), "")
        assert ready, "pg_virtualenv could not start a cluster"
        host, port, user, password = ready.split()[1:]
        yield URL.create("postgresql+psycopg", user, password, host, int(port), "postgres")
        # leaving closes its stdin: `cat` ends, and the cluster with it


def crash(database: URL, random: Random) -> None:
    """SIGKILL to one of the server's processes while it works for somebody: the server then ends
    every session and starts again from its log. Returns when it takes sessions again."""
    with closing(_connect(database)) as here:
        query = _OTHERS.format("pid, state = 'active'")
        at_work = sorted(here.execute(query), key=lambda row: (not row[1], row[0]))
        busy = [pid for pid, active in at_work if active] or [pid for pid, _ in at_work]
        os.kill(random.choice(busy), signal.SIGKILL)
        with suppress(psycopg.OperationalError):
            while True:
                here.execute("SELECT 1")
    while True:
        with suppress(psycopg.OperationalError):
            _connect(database).close()
            return


def end_all_sessions(database: URL) -> None:
    """As an administrator who wants everybody out."""
    with closing(_connect(database)) as here:
        here.execute(_OTHERS.format("pg_terminate_backend(pid, 5000)"))


def _connect(database: URL) -> psycopg.Connection:
    address = database.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)
