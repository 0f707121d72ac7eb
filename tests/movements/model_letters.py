"""The rule book's covers, cases and letters as plain figures in fen. No database, no domain code.

A movement changes the figures or raises `Refused` with the code it expects; a refused one may
leave the figures half changed, whoever calls takes them back. Covers, cases, letters and requests
go by the caller's keys, institutions by their numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

PRE, IN = "pre_hospital", "in_hospital"
FIRST = {PRE: 100_000, IN: 500_000}
PRESENT_WITHIN = timedelta(hours=72)

Key = str


class Refused(Exception):
    """The movement is against the rules. `code`: what the caller is to be told."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse(code: str, when: object) -> None:
    if when:
        raise Refused(code)


def day_of(at: datetime) -> date:
    """The calendar day in Shanghai, which knows no summer time."""
    return (at.astimezone(UTC) + timedelta(hours=8)).date()


@dataclass
class Promise:
    """What one part of a letter guarantees. placed = held + captured + released."""

    placed: int
    held: int
    captured: int = 0

    @property
    def released(self) -> int:
        return self.placed - self.held - self.captured


@dataclass
class Cover:
    insurer: int
    insured: int
    caps: dict[str, int | None]
    """The most that top-ups may reach: of 'outpatient' and of 'inpatient' treatment."""
    promises: list[Promise] = field(default_factory=list)

    @property
    def held(self) -> int:
        return sum(p.held for p in self.promises)

    @property
    def captured(self) -> int:
        return sum(p.captured for p in self.promises)

    @property
    def available(self) -> int:
        return self.insured - self.held - self.captured


@dataclass
class Case:
    cover: Key
    center: int
    state: str = "open"
    method: str = ""
    """How it was verified last."""
    against: str = ""
    """The code of what the verification found against a letter."""
    letters: list[Key] = field(default_factory=list)
    """Initial letters, oldest first; at most the last one is live."""


@dataclass
class Letter:
    """An initial letter with all that its case used of it, or a top-up (`amends`)."""

    case: Key
    hospital: int
    lapses_at: datetime
    parts: dict[str, Promise]
    provisional: bool = False
    amends: Key | None = None
    state: str = "issued"
    top_ups: list[Key] = field(default_factory=list)
    charged: Counter[str] = field(default_factory=Counter)
    in_scope: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    """Of the in-scope lines of a part: what the guarantee took."""
    items: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    """What was charged for each item of a part, refunds taken off."""
    drawn: int = 0
    """What the reserve fund paid of the in-hospital part."""
    waiting: Key | None = None
    """The top-up request that waits for a decision."""
    billed: int | None = None
    closed_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """What it did not use has gone back to its cover."""
        return self.state in ("closed", "lapsed")


class Letters:
    """Covers and the letters that hold them; what is owed because a letter was used."""

    def __init__(self) -> None:
        self.covers: dict[Key, Cover] = {}
        self.cases: dict[Key, Case] = {}
        self.letters: dict[Key, Letter] = {}
        self.owed_by_insurer: Counter[int] = Counter()

    def open_cover(self, key: Key, insurer: int, insured: int, caps: dict[str, int | None]) -> None:
        self.covers[key] = Cover(insurer, insured, caps)

    def change_sum(self, cover: Key, insured: int) -> None:
        one = self.covers[cover]
        refuse("sum_below_use", insured < one.held + one.captured)
        one.insured = insured

    def open_case(self, key: Key, cover: Key, center: int) -> None:
        self.cases[key] = Case(cover, center)

    def verify(self, case: Key, method: str, against: str) -> None:
        one = self.cases[case]
        refuse("wrong_state", one.state == "closed")
        one.method, one.against = method, against
        if one.state == "open":
            one.state = "verified"

    def end_case(self, case: Key) -> None:
        """Real charges stay captured; the rest of an issued letter goes back."""
        one = self.cases[case]
        letters = [self.letters[key] for key in one.letters]
        refuse("wrong_state", one.state == "closed" or any(x.state == "presented" for x in letters))
        for letter in letters:
            if letter.state == "issued":
                self.end(letter, "lapsed" if self.used(letter) else "voided")
        one.state = "closed"

    def issue(self, key: Key, case: Key, hospital: int, at: datetime) -> Key:
        """Answers the case's letter: `key` when this made it. Pre-hospital is held first."""
        one = self.cases[case]
        refuse("case_not_verified", not one.method)
        provisional = one.method == "provisional"
        if (live := self.live(one)) is not None:
            letter = self.letters[live]
            if provisional or not letter.provisional or letter.state != "issued":
                refuse("letter_exists", letter.hospital != hospital)
                return live
            self.void(live)  # the document is seen: a full letter takes its place
        refuse(one.against, one.against)
        cover = self.covers[one.cover]
        refuse("not_eligible", cover.available <= 0)
        refuse("wrong_state", one.state == "closed")
        pre = self.promise(cover, min(FIRST[PRE], cover.available))
        within = self.promise(cover, 0 if provisional else min(FIRST[IN], cover.available))
        parts = {PRE: pre, IN: within}
        self.letters[key] = Letter(case, hospital, at + PRESENT_WITHIN, parts, provisional)
        one.letters.append(key)
        one.state = "guaranteed"
        return key

    def live(self, case: Case) -> Key | None:
        """The initial letter that is neither voided nor lapsed."""
        states = {key: self.letters[key].state for key in case.letters}
        return next((key for key, s in states.items() if s not in ("voided", "lapsed")), None)

    def present(self, letter: Key, at: datetime) -> None:
        one = self.letters[letter]
        if one.state == "presented":
            return
        late = one.amends is None and at > one.lapses_at
        refuse("letter_lapsed", one.state == "issued" and late)
        refuse("provisional_letter", one.provisional)
        refuse("wrong_state", one.state != "issued")
        one.state = "presented"

    def hand_back(self, letter: Key) -> None:
        """Its top-ups go with it; its own promise stands until it is presented again or lapses."""
        initial = self.initial(letter)
        refuse("wrong_state", initial.state != "presented")
        refuse("already_captured", self.used(initial))
        for top_up in self.top_ups(initial):
            if top_up.state in ("issued", "presented"):
                self.end(top_up, "voided")
        initial.state = "issued"

    def void(self, letter: Key) -> None:
        one = self.letters[letter]
        refuse("wrong_state", one.state != "issued" or one.amends is not None)
        refuse("already_captured", self.used(one))
        self.end(one, "voided")
        self.cases[one.case].state = "verified"

    def lapse(self, at: datetime) -> None:
        """Whatever was not presented in time."""
        for one in self.letters.values():
            if one.state == "issued" and one.amends is None and one.lapses_at < at:
                self.end(one, "lapsed")
                self.cases[one.case].state = "verified"

    def capture(self, promise: Promise, fen: int, initial: Letter) -> None:
        """`fen` of a promise are used (negative: given back); the insurer owes them."""
        promise.captured += fen
        if not initial.ended:
            promise.held -= fen
        self.owed_by_insurer[self.cover_of(initial).insurer] += fen

    def initial_key(self, letter: Key) -> Key:
        return self.letters[letter].amends or letter

    def initial(self, letter: Key) -> Letter:
        return self.letters[self.initial_key(letter)]

    def top_ups(self, initial: Letter) -> list[Letter]:
        return [self.letters[key] for key in initial.top_ups]

    def cover_of(self, letter: Letter) -> Cover:
        return self.covers[self.cases[letter.case].cover]

    def center_of(self, letter: Letter) -> int:
        return self.cases[letter.case].center

    def used(self, initial: Letter) -> bool:
        letters = [initial, *self.top_ups(initial)]
        return any(p.captured for one in letters for p in one.parts.values())

    def promise(self, cover: Cover, fen: int) -> Promise:
        made = Promise(fen, fen)
        cover.promises.append(made)
        return made

    def end(self, letter: Letter, state: str) -> None:
        """What is not used goes back to the cover."""
        for promise in letter.parts.values():
            promise.held = 0
        letter.state = state
