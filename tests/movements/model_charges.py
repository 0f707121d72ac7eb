"""The rule book's top-ups, charges and final bills, on top of the letters. Figures in fen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from tests.movements.model_letters import (
    IN,
    PRE,
    Key,
    Letter,
    Letters,
    Promise,
    Refused,
    day_of,
    refuse,
)


class Line(NamedTuple):
    """A charge line; negative: a refund of its item."""

    line_id: str
    part: str
    day: date
    item: str
    fen: int
    in_scope: bool


@dataclass
class Request:
    letter: Key
    asked: int
    setting: str
    state: str = "asked"


@dataclass
class Ride:
    """What the guarantee took of a pre-hospital line: settled with the centre once."""

    letter: Key
    day: date
    fen: int
    claimed: bool = False


class Charges(Letters):
    """What uses the promises of letters, and what raises them."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: dict[Key, Request] = {}
        self.lines: dict[tuple[str, int, str], tuple[Key, Line]] = {}
        self.rides: list[Ride] = []
        self.owed_to_center: Counter[int] = Counter()
        self.owed_to_hospital: Counter[int] = Counter()

    def ask(self, key: Key, letter: Key, fen: int, setting: str) -> None:
        initial = self.initial(letter)
        refuse("not_presented", initial.state != "presented")
        refuse("top_up_open", initial.waiting)
        self.requests[key] = Request(self.initial_key(letter), fen, setting)
        initial.waiting = key

    def grant(self, key: Key, request: Key, fen: int | None) -> None:
        """`key` becomes the top-up letter's; `fen` None: all that was asked."""
        one = self.requests[request]
        granted = one.asked if fen is None else fen
        self.turn_down(request, "granted")
        initial = self.letters[one.letter]
        refuse("not_presented", initial.state != "presented")
        cover = self.cover_of(initial)
        refuse("above_remaining_cover", granted > cover.available)
        cap = cover.caps[one.setting]
        refuse("above_cap", cap is not None and granted > cap - self.guaranteed(initial))
        parts = {IN: self.promise(cover, granted)}
        self.letters[key] = Letter(
            initial.case, initial.hospital, initial.lapses_at, parts, amends=one.letter
        )
        initial.top_ups.append(key)
        self.take_up_excess(initial)

    def turn_down(self, request: Key, state: str) -> None:
        """Denied by the hotline or withdrawn by the hospital: decided once."""
        one = self.requests[request]
        refuse("wrong_state", one.state != "asked")
        one.state = state
        self.letters[one.letter].waiting = None

    def guaranteed(self, initial: Letter) -> int:
        """In hospital, over the initial letter and its top-ups, those given back left out."""
        letters = [initial, *(t for t in self.top_ups(initial) if t.state != "voided")]
        return sum(one.parts[IN].placed for one in letters)

    def post(self, letter: Key, lines: list[Line]) -> None:
        """A line id counts once for its sender; charges count before the refunds beside them."""
        own, initial, part = self.initial_key(letter), self.initial(letter), lines[0].part
        sender = initial.hospital if part == IN else self.center_of(initial)
        known = {x.line_id: self.lines.get((part, sender, x.line_id)) for x in lines}
        fresh = {x.line_id: x for x in lines if known[x.line_id] is None}
        if any((known[x.line_id] or (own, fresh.get(x.line_id))) != (own, x) for x in lines):
            self._check_takes(initial, part, lines)
            raise Refused("line_conflict")
        if not fresh:
            return
        self._check_takes(initial, part, fresh.values())
        for line in fresh.values():
            initial.items[part, line.item, line.in_scope] += line.fen
        refunded = {(part, x.item, x.in_scope) for x in fresh.values() if x.fen < 0}
        refuse("refund_too_large", any(initial.items[item] < 0 for item in refunded))
        self.take_up_excess(initial)
        for line in sorted(fresh.values(), key=lambda x: x.fen < 0):
            share = self._share(initial, line)
            self.use(initial, part, share)
            initial.charged[part] += line.fen
            initial.in_scope[part] += line.fen * line.in_scope
            initial.taken[part] += share
            self.lines[part, sender, line.line_id] = (own, line)
            if part == PRE:
                self.rides.append(Ride(own, line.day, share))

    def final_bill(self, letter: Key, total: int | None, at: datetime) -> None:
        """What was used stays captured, the rest of both parts returns to the cover."""
        initial = self.initial(letter)
        if initial.billed is not None and total in (None, initial.billed):
            return
        refuse("wrong_state", initial.state != "presented")
        self.take_up_excess(initial)
        refuse("bill_differs", total not in (None, initial.charged[IN]))
        if initial.waiting is not None:
            self.turn_down(initial.waiting, "withdrawn")
        for one in [initial, *self.top_ups(initial)]:
            if one.state != "voided":
                self.end(one, "closed")
        initial.billed, initial.closed_at = initial.charged[IN], at
        self.cases[initial.case].state = "closed"

    def room(self, initial: Letter, part: str) -> int:
        """What the guarantee can still take. After the end: what went back and is still there."""
        promises = self._promises(initial, part)
        if initial.ended:
            return min(sum(p.released for p in promises), self.cover_of(initial).available)
        return sum(p.held for p in promises)

    def take_up_excess(self, initial: Letter) -> None:
        """A raised guarantee takes what exceeded it before."""
        if initial.state == "presented":
            excess = initial.in_scope[IN] - initial.taken[IN]
            more = min(excess, self.room(initial, IN))
            self.use(initial, IN, more)
            initial.taken[IN] += more

    def use(self, initial: Letter, part: str, fen: int) -> None:
        """Capture, the first letter's promise first; or give back, the last one's first. Owed to
        the hospital for the stay, to the centre for the ride."""
        promises = self._promises(initial, part)
        if part == IN:
            self.owed_to_hospital[initial.hospital] += fen
        else:
            self.owed_to_center[self.center_of(initial)] += fen
        for p in promises if fen > 0 else reversed(promises):
            free = p.released if initial.ended else p.held
            step = min(fen, free) if fen > 0 else max(fen, -p.captured)
            self.capture(p, step, initial)
            fen -= step
        assert fen == 0, "no more is used than there is room for, or given back than was used"

    def _check_takes(self, initial: Letter, part: str, lines: Iterable[Line]) -> None:
        """In hospital: while it is presented. A ride also later; not on a voided letter, and on a
        lapsed one only for the days that it stood."""
        code = "not_presented" if initial.state == "issued" else f"letter_{initial.state}"
        last = day_of(initial.lapses_at)
        too_late = initial.state == "lapsed" and any(line.day > last for line in lines)
        if part == IN:
            refuse(code, initial.state != "presented")
        refuse(code, initial.state == "voided" or too_late)

    def _share(self, initial: Letter, line: Line) -> int:
        """In scope and within the guarantee; a refund takes from the patient's excess first."""
        if not line.in_scope:
            return 0
        if line.fen > 0:
            return min(line.fen, self.room(initial, line.part))
        excess = initial.in_scope[line.part] - initial.taken[line.part]
        return min(0, line.fen + excess)

    def _promises(self, initial: Letter, part: str) -> list[Promise]:
        more = self.top_ups(initial) if part == IN else []
        return [one.parts[part] for one in [initial, *more]]
