"""The processes that make letters, from outside: started, asked, weighed, ended."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from guarantee.config import ROOT


class Recipe(NamedTuple):
    """A module of bench/letters and the name of what starts it there."""

    module: str
    start: str = "start"


class Process:
    """One process with one recipe; `ready_ms` is from its start until it can take a letter."""

    def __init__(self, recipe: Recipe) -> None:
        began = time.perf_counter()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "bench.letters.worker", *recipe],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        self._highest_of_children = 0
        self._answer()
        self.ready_ms = (time.perf_counter() - began) * 1000

    def ask(self, *question: Any) -> Any:
        """Ask, and wait for the answer."""
        self.tell(*question)
        return self.answer()

    def tell(self, *question: Any) -> None:
        """Ask without waiting; `answer` follows."""
        assert self._child.stdin is not None
        pickle.dump(question, self._child.stdin)
        self._child.stdin.flush()

    def answer(self) -> Any:
        return self._answer()

    def now_mb(self) -> float:
        """Resident memory now; of the processes it started, their share (PSS) of what is shared."""
        own = _kb(f"/proc/{self._child.pid}/status", "VmRSS")
        return round((own + self._children_kb()) / 1024, 1)

    def peak_mb(self) -> float:
        """The highest resident memory of the process itself, and of the processes it started the
        highest share seen when asked."""
        self._children_kb()
        own = _kb(f"/proc/{self._child.pid}/status", "VmHWM")
        return round((own + self._highest_of_children) / 1024, 1)

    def _children_kb(self) -> int:
        found = sum(_kb(f"/proc/{pid}/smaps_rollup", "Pss") for pid in _below(self._child.pid))
        self._highest_of_children = max(self._highest_of_children, found)
        return found

    def _answer(self) -> Any:
        assert self._child.stdout is not None
        return pickle.load(self._child.stdout)

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        try:
            self._child.wait(20)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def _below(pid: int) -> list[int]:
    """Every process that descends from this one."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *_below(int(child))]
    except OSError:  # ended while we looked
        pass
    return found


def _kb(file: str, name: str) -> int:
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", Path(file).read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0
