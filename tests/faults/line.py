"""The line between the program and PostgreSQL, as a thing that can be cut: a real TCP proxy."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress

_COMMIT = b"COMMIT"
_IDLE = b"Z\x00\x00\x00\x05I"
"""The server's ReadyForQuery outside a transaction: what was asked is done."""


class Line:
    """Bytes go through, until they don't."""

    def __init__(self) -> None:
        self.lose_next_commit = ""
        """'question': the next COMMIT does not reach the server. 'answer': it does, and is carried
        out, and the word of it is lost. Each time the line is cut with it, once."""
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._serve()

    def cut(self) -> None:
        """Every connection is gone at once; new ones are taken."""
        while self._pairs:
            for end in self._pairs.pop():
                _close(end)

    def down(self) -> None:
        """Cut, and nobody listens any more."""
        _close(self._listener)
        self.cut()

    def up(self) -> None:
        """Listen again, at the same place."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._serve()

    def silent(self) -> None:
        """Cut; new connections are taken and never answered."""
        self.down()
        self._listener = socket.create_server(("127.0.0.1", self.port))

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                pair = client, _server()
                self._pairs.append(pair)
                for pump in (self._ask, self._tell):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if _COMMIT in data and self.lose_next_commit == "question":
                    self.lose_next_commit = ""
                    break
                server.sendall(data)
        _close(client)
        _close(server)

    def _tell(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if self.lose_next_commit == "answer" and _COMMIT in data:
                    while not data.endswith(_IDLE):
                        data += server.recv(65536)
                    self.lose_next_commit = ""
                    break
                client.sendall(data)
        _close(client)
        _close(server)


def _server() -> socket.socket:
    host, port = os.environ["PGHOST"], int(os.environ.get("PGPORT", "5432"))
    if host.startswith("/"):
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server
    return socket.create_connection((host, port))


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
