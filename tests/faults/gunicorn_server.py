"""gunicorn as in production, to be killed: a master, its workers, their log.

Loading the program and its fonts costs four seconds of a core for every worker. So it is loaded
once, by a fork server of the standard library's; each server is forked from there and is from then
on gunicorn itself, with gunicorn.conf.py, wsgi.py and processes of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from gunicorn.app.wsgiapp import run

from guarantee.config import ROOT
from tests.databases import settings_for

WORKERS = 2
_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["tests.faults.warmed"])
_LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")


class GunicornServer:
    """A server on this database, from `start` to `kill`, and again."""

    def __init__(self, database_url: str) -> None:
        settings = settings_for(database_url)
        self._environment = {
            "DATABASE_URL": database_url,
            **{
                name: getattr(settings, name.lower()).get_secret_value()
                for name in ("SECRET_KEY", "ENCRYPTION_KEY", "SIGNING_KEY")
            },
            "PORT": "0",  # whichever is free
            "WEB_CONCURRENCY": str(WORKERS),
            "THREADS": "8",
            "LOG_LEVEL": "info",
        }
        self.log: list[str] = []
        self.port = 0

    def start(self) -> None:
        """From here on it listens; its workers may still be starting."""
        log, writing = _forking.Pipe(duplex=False)
        process = _forking.Process(target=_serve, args=(self._environment, writing), daemon=True)
        process.start()
        writing.close()
        self._process, self._pid = process, process.pid
        self._heard = os.fdopen(os.dup(log.fileno()), encoding="utf-8")
        log.close()
        for line in iter(self._heard.readline, ""):
            self.log.append(line)
            if heard := _LISTENING.search(line):
                self.port = int(heard[1])
                break
        self._rest = Thread(target=self.log.extend, args=(self._heard,), daemon=True)
        self._rest.start()

    def kill(self) -> None:
        """SIGKILL to the master and all its workers at once."""
        os.killpg(self._pid, signal.SIGKILL)

    def wait_until_gone(self) -> None:
        """Returns once no process is left: the log ends when nobody can write to it any more."""
        self._process.join()
        self._rest.join()
        self._heard.close()

    def kill_worker(self, which: int) -> None:
        """SIGKILL to one worker; the master starts another."""
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        os.kill(int(children[which % len(children)]), signal.SIGKILL)

    def workers_started(self) -> int:
        """How many there were since the beginning, over all starts."""
        return sum("Booting worker" in line for line in self.log)


def _serve(environment: dict[str, str], log: Connection) -> None:
    os.setsid()  # a group of its own, to be killed as one
    os.chdir(ROOT)
    os.environ.update(environment)
    for stream in (1, 2):
        os.dup2(log.fileno(), stream)
    log.close()
    sys.argv = ["gunicorn", "wsgi:app"]
    run()
