"""The demo's time: everything that happens in the quarter, in the order in which it happens."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from guarantee.business_time import business_day
from guarantee.db import db

Happening = Callable[[datetime], None]


class Calendar:
    """A queue of happenings. Those after `until` never take place: they lie in the future."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._order = itertools.count()
        self._queue: list[tuple[datetime, int, Happening]] = []

    def at(self, moment: datetime, happening: Happening) -> None:
        """Let `happening` take place at `moment` (UTC)."""
        if moment <= self.until:
            heapq.heappush(self._queue, (moment, next(self._order), happening))

    def run(self, on_day: Callable[[datetime], None] | None = None) -> None:
        """Let everything take place, committed day by day; `on_day` is told each new day."""
        day = None
        while self._queue:
            moment, _, happening = heapq.heappop(self._queue)
            if business_day(moment) != day:
                db.session.commit()
                day = business_day(moment)
                if on_day:
                    on_day(moment)
            happening(moment)
        db.session.commit()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
