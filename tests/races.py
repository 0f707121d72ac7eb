"""Many at once, over real connections: what two clicks, two people or two machines do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask

from guarantee.edge.transaction import committed
from guarantee.refusals import Refusal

T = TypeVar("T")


def all_at_once(app: Flask, times: int, work: Callable[[int], T]) -> list[T | str]:
    """Run `work(0) … work(times - 1)` at the same moment, each in a transaction of its own.

    Answers what each returned, or the code of the refusal it met. Anything else raises.
    """
    ready = Barrier(times)

    def one(i: int) -> T | str:
        with app.app_context():
            ready.wait()
            try:
                return committed(lambda: work(i))
            except Refusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))
