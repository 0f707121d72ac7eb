"""A process of its own that prints letters: warm, recycled, and its crash costs nobody anything.

Page layout is native code under Python: a font can bring the process down, and memory grows. So
the job that prints ahead asks a child for each PDF. A child that dies, or that does not answer, is
replaced by a fresh one and asked once more; after `most` letters it is replaced as well.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from guarantee.collector import pass_over_what_stays
from guarantee.letters.content import LetterContent
from guarantee.letters.paper import render
from guarantee.refusals import Conflict, Refusal, Words

RECYCLED_AFTER = 500
PATIENCE = 60.0
"""Seconds for one letter, a cold start included; a warm child takes a twentieth of one."""
CRASHED, ALTERED = "renderer_crashed", "snapshot_altered"
_SPAWN = multiprocessing.get_context("spawn")


class NotPrinted(Conflict):
    """The PDF could not be made; the letter and its number stand."""

    code = "letter_not_printed"
    words = Words(
        "担保函号有效，但 PDF 未能生成（{reason}）。",
        "The number stands, but its PDF could not be made ({reason}).",
    )

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class Renderer:
    """Hands letters to a child process, one at a time; made once and kept."""

    def __init__(
        self,
        *,
        most: int = RECYCLED_AFTER,
        patience: float = PATIENCE,
        work: Callable[[LetterContent], bytes] = render,
    ) -> None:
        self._most, self._patience, self._work = most, patience, work
        self._one_at_a_time = threading.Lock()
        self._child: multiprocessing.process.BaseProcess | None = None
        self._wire: Connection | None = None
        self._printed = 0

    def pdf_of(self, content: LetterContent) -> bytes:
        """The letter's PDF. Refuses `NotPrinted`, whose reason is a refusal's code, the kind of
        error, or `renderer_crashed` when two children died over it."""
        with self._one_at_a_time:
            for _ in range(2):
                try:
                    return self._asked(content)
                except (EOFError, OSError):  # died, or was killed; a timeout is an OSError too
                    self._end()
            raise NotPrinted(CRASHED)

    def stop(self) -> None:
        """End the child; the next letter starts another."""
        with self._one_at_a_time:
            self._end()

    @property
    def pid(self) -> int | None:
        """The child's process id, where there is one."""
        return self._child.pid if self._child else None

    def _asked(self, content: LetterContent) -> bytes:
        if self._printed >= self._most:
            self._end()
        wire = self._wire or self._start()
        wire.send(content)
        if not wire.poll(self._patience):
            raise TimeoutError
        pdf, reason = wire.recv()
        self._printed += 1
        if reason:
            raise NotPrinted(reason)
        return bytes(pdf)

    def _start(self) -> Connection:
        ours, theirs = _SPAWN.Pipe()
        self._child = _SPAWN.Process(
            target=_serve, args=(theirs, self._work), name="letters", daemon=True
        )
        self._child.start()
        theirs.close()  # or the child's death would not be noticed
        self._wire, self._printed = ours, 0
        return ours

    def _end(self) -> None:
        if self._wire is not None:
            self._wire.close()
        if self._child is not None:
            self._child.kill()
            self._child.join()
        self._child = self._wire = None


def _serve(wire: Connection, work: Callable[[LetterContent], bytes]) -> None:
    """The child: a content in, its PDF or what went wrong out, until nobody is there any more."""
    parent, settled = os.getppid(), False
    while os.getppid() == parent:
        try:
            content = wire.recv()
        except EOFError:
            return
        try:
            wire.send((work(content), ""))
        except Exception as error:
            wire.send((b"", reason_of(error)))
        if not settled:  # forms and fonts are made with the first letter, and stay
            pass_over_what_stays()
            settled = True


def reason_of(error: Exception) -> str:
    """What kind of failure it was; never its words, which may hold values."""
    if isinstance(error, NotPrinted):
        return error.reason
    return error.code if isinstance(error, Refusal) else type(error).__name__
