"""Server-sent events: what a signed-in person's desk must see at once, and what it missed.

The rows are written by `events.publish` inside the transaction that caused them; here they are
read and told. Between two looks the session is closed, so an open desk holds a thread and no
database connection. A stream ends after a while by itself and the browser comes back with the id
it saw last: that way a disabled account stops listening without anybody having to find its stream.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from flask import Response, request, stream_with_context
from sqlalchemy import select

from guarantee import events
from guarantee.business_time import now
from guarantee.db import db
from guarantee.events import LiveEvent
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.roles import Role

LOOK_EVERY = 0.4
"""Seconds between two looks at the table."""
HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent: proxies keep the line, a gone reader shows."""
LONGEST = 120.0
"""Seconds after which a stream ends and the reader comes back."""
SETTLE = 10.0
"""Ids are given before commit, so on PostgreSQL a lower one may become visible after a higher:
for so many seconds a stream looks again behind what it has told."""
WITHOUT_ID = timedelta(minutes=10)
"""How far back a reader hears who doesn't say what it saw last."""
_MOST = 200

_ending = threading.Event()
_counting = threading.Condition()
_open_lines = [0]


def topics_of(staff: Staff) -> list[str]:
    """What this person listens to: the own extension, the centres or the hospital, the role."""
    topics = [f"role:{staff.role}"]
    if staff.hospital_id:
        topics.append(f"hospital:{staff.hospital_id}")
    ids = staff.center_ids()
    if ids != []:
        codes = select(Center.code)
        codes = codes if ids is None else codes.where(Center.id.in_(ids))
        topics += [f"center:{code}" for code in db.session.scalars(codes)]
    if staff.role == Role.DISPATCHER and staff.center and staff.extension:
        topics.append(f"extension:{staff.center.code}/{staff.extension}")
    return topics


def event_stream(staff: Staff) -> Response:
    """The answer to `GET /events`: everything after `Last-Event-ID` (or `?since=`), then what
    comes. With `?once=1` it ends after what there is."""
    seen = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    last_id = int(seen) if seen.isdecimal() and len(seen) < 18 else None
    once = request.args.get("once") == "1"
    told = stream_with_context(tell(topics_of(staff), last_id, once=once))
    answer = Response(told, mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def tell(
    topics: Sequence[str],
    last_id: int | None,
    *,
    once: bool,
    pause: Callable[[float], bool | None] = _ending.wait,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """The stream's text. `pause` (true: end now) and `clock` are the machine's unless a test has
    its own."""
    if last_id is None:
        last_id = events.id_before(now() - WITHOUT_ID)
    tail = _Tail(topics, last_id)
    with _line():
        began = spoke = clock()
        yield "retry: 2000\n\n"
        while True:
            for event in tail.news(clock()):
                spoke = clock()
                yield as_text(event)
            if once or clock() - began > LONGEST:
                return
            if clock() - spoke > HEARTBEAT:
                spoke = clock()
                yield ": still here\n\n"
            if pause(LOOK_EVERY):
                return


def end_all(within: float = 5.0) -> None:
    """End every stream of this process and wait until they have: for a server that stops."""
    _ending.set()
    with _counting:
        _counting.wait_for(lambda: not _open_lines[0], within)
    _ending.clear()


@contextmanager
def _line() -> Iterator[None]:
    with _counting:
        _open_lines[0] += 1
    try:
        yield
    finally:
        with _counting:
            _open_lines[0] -= 1
            _counting.notify_all()


def as_text(event: LiveEvent) -> str:
    """One event as the reader gets it: id, name, and a line of JSON."""
    data = {"kind": event.kind, "topic": event.topic, "at": event.at.isoformat(), **event.payload}
    return f"id: {event.id}\nevent: {event.kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


class _Tail:
    """Reads on, and tells each event once, even one that became visible late."""

    def __init__(self, topics: Sequence[str], last_id: int) -> None:
        self._topics = topics
        self._floor = last_id
        self._told: dict[int, float] = {}

    def news(self, at: float) -> list[LiveEvent]:
        found = events.since(self._floor, self._topics, limit=_MOST)
        fresh = [event for event in found if event.id not in self._told]
        db.session.close()  # the connection goes back while this reader waits
        self._told.update({event.id: at for event in fresh})
        full = len(found) == _MOST
        settled = [i for i, when in self._told.items() if full or at - when > SETTLE]
        if settled:
            self._floor = max(settled)
            self._told = {i: when for i, when in self._told.items() if i > self._floor}
        return fresh
