"""The same letters asked for through HTTP: gunicorn as in production, and a caller that costs
next to nothing beside it (a bare socket each, kept open)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.floor.house import KEYS
from bench.floor.seeding import Seeds

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds until gunicorn must answer


class Served(NamedTuple):
    """A running gunicorn: its main process, and where it listens."""

    process: int
    port: int


@contextmanager
def gunicorn(url: str) -> Iterator[Served]:
    """gunicorn on the database at `url` with the project's gunicorn.conf.py, nothing changed."""
    port = _free_port()
    settings = {name.upper(): value for name, value in KEYS.items()}
    started = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "wsgi:app"],
        cwd=ROOT,
        env={**os.environ, **settings, "DATABASE_URL": url, "PORT": str(port)},
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        _until_it_answers(started, port)
        yield Served(started.pid, port)
    finally:
        started.terminate()
        started.wait(30)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _until_it_answers(started: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as one:
                one.sendall(
                    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )
                if one.recv(16):
                    return
        except OSError:
            if started.poll() is not None:
                raise RuntimeError(f"gunicorn ended with {started.returncode}") from None
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


class Caller:
    """Asks for the letter of the n-th prepared case: a token, an Idempotency-Key, one POST."""

    def __init__(self, port: int, tokens: Sequence[str], seeds: Seeds) -> None:
        self.port, self.tokens, self.seeds = port, tokens, seeds
        self.body = json.dumps({"hospital": seeds.hospital_code, "channel": "center"}).encode()
        self._line: socket.socket | None = None  # opened after the fork, in each client

    def __call__(self, n: int) -> None:
        """Refuses every answer but 201: a letter that was made now."""
        token = self.tokens[os.getpid() % len(self.tokens)]
        asked = (
            f"POST /api/v1/cases/{self.seeds.case_id(n)}/letters HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: {uuid.uuid4()}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n".encode()
            + self.body
        )
        answer = self._asked(asked)
        if not answer.startswith(b"HTTP/1.1 201"):
            raise RuntimeError(answer[:600].decode(errors="replace"))

    def _asked(self, asked: bytes) -> bytes:
        """The answer; asked once more, under the same key, when the line was idle for too long
        and the server had hung up."""
        if self._line is not None:
            try:
                self._line.sendall(asked)
                return _whole_answer(self._line)
            except ConnectionError:
                self._line.close()
        self._line = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line.sendall(asked)
        return _whole_answer(self._line)


def _whole_answer(line: socket.socket) -> bytes:
    answer = _more(line)
    while b"\r\n\r\n" not in answer:
        answer += _more(line)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    missing = int(length) - len(body)
    while missing > 0:
        piece = _more(line)
        answer += piece
        missing -= len(piece)
    return answer


def _more(line: socket.socket) -> bytes:
    piece = line.recv(65536)
    if not piece:
        raise ConnectionError("the server hung up")
    return piece
