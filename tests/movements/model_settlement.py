"""The rule book's reserve fund, weekly settlement and bank, on top of charges. Figures in fen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.movements.model_charges import Charges, Ride
from tests.movements.model_letters import IN, PRE, Key, Letter, day_of, refuse

FUND, COURIER = "reserve_fund", "courier"


@dataclass
class Paid:
    """What a centre paid itself, to be settled once: a hospital from its fund, or a courier."""

    center: int
    day: date
    fen: int
    letter: Key | None = None
    claimed: bool = False


@dataclass
class BatchLine:
    """One letter's part in a week. `settled`: what is paid of it, known from the approval on."""

    part: str
    letter: Key | None
    late: bool
    fen: int
    settled: int | None = None
    carried: bool = False


@dataclass
class Batch:
    """What is paid at once: to a centre for a week, or to a hospital for its closed letters."""

    payee: int
    week: date
    """Its Monday."""
    lines: list[BatchLine] = field(default_factory=list)
    state: str = "open"
    ordered: int | None = None
    """What the bank was told to pay, while an order stands."""
    paid: int = 0

    @property
    def total(self) -> int:
        return sum(line.settled or 0 for line in self.lines)

    def of(self, part: str) -> int:
        return sum(line.settled or 0 for line in self.lines if line.part == part)


@dataclass(frozen=True)
class Decision:
    """What a person decided on a difference: 'take_center', 'take_system', 'leave_out', 'carry'."""

    what: str
    reported: int = 0


class Model(Charges):
    """Everything that moves money."""

    def __init__(self) -> None:
        super().__init__()
        self.fund: Counter[int] = Counter()
        self.bank = 0
        self.courier_expense = 0
        self.fundings: dict[str, tuple[int, int]] = {}
        self.spent: list[Paid] = []
        self.receipts: set[tuple[int, str]] = set()
        self.batches: dict[Key, Batch] = {}
        self.hospital_batches: dict[Key, Batch] = {}
        self.serials: set[str] = set()

    # the fund

    def fill(self, center: int, fen: int, key: str) -> None:
        if key not in self.fundings:
            self.fundings[key] = (center, fen)
            self._into_fund(center, fen)
            self.bank -= fen

    def take_back_filling(self, key: str) -> None:
        """It was booked by mistake: the same the other way round."""
        center, fen = self.fundings[key]
        self._into_fund(center, -fen)
        self.bank += fen

    def draw(self, letter: Key, fen: int, receipt: str, day: date, *, network: bool) -> None:
        """The centre pays a hospital outside the network from its fund, against a receipt."""
        own, one = self.initial_key(letter), self.initial(letter)
        center = self.center_of(one)
        refuse("network_hospital", network)
        refuse("letter_presented", one.state not in ("issued", "lapsed"))
        refuse("receipt_taken", (center, receipt) in self.receipts)
        self._draw(one, fen)
        self.receipts.add((center, receipt))
        self.spent.append(Paid(center, day, fen, own))

    def courier(self, center: int, fen: int, day: date) -> None:
        self.spent.append(Paid(center, day, fen))

    def _draw(self, letter: Letter, fen: int) -> None:
        """From the fund and of the in-hospital part (negative: a correction)."""
        promise = letter.parts[IN]
        free = promise.held + (promise.released if letter.ended else 0)
        refuse("above_guarantee", fen > free)
        refuse("cover_exhausted", letter.ended and fen > self.cover_of(letter).available)
        self.capture(promise, fen, letter)
        letter.drawn += fen
        self._into_fund(self.center_of(letter), -fen)

    def _into_fund(self, center: int, fen: int) -> None:
        self.fund[center] += fen
        refuse("reserve_fund_empty", self.fund[center] < 0)

    # a centre's week

    def open_batch(self, key: Key, center: int, week: date, at: datetime) -> Key:
        """All of the week and what came too late for an earlier one; each thing in one batch."""
        for found, one in self.batches.items():
            if (one.payee, one.week) == (center, week):
                return found
        sunday = week + timedelta(days=6)
        refuse("week_not_over", day_of(at) <= sunday)
        groups: Counter[tuple[str, Key | None, bool]] = Counter()
        for ride in self.rides:
            if self.center_of(self.letters[ride.letter]) == center and ride.day <= sunday:
                self._claim(groups, ride, PRE, ride.day < week)
        fees = [x for x in self.spent if x.letter is None and x.center == center and not x.claimed]
        late_fee = any(fee.day < week for fee in fees)
        for paid in self.spent:
            if paid.center == center and paid.day <= sunday:
                late = paid.day < week if paid.letter else late_fee
                self._claim(groups, paid, FUND if paid.letter else COURIER, late)
        carried = [
            line
            for one in self.batches.values()
            if one.payee == center and one.state not in ("open", "reconciled")
            for line in one.lines
            if line.carried
        ]
        batch = Batch(center, week, [BatchLine(*group, fen) for group, fen in groups.items()])
        for line in carried:
            line.carried = False
            batch.lines.append(BatchLine(line.part, line.letter, True, line.fen))
        self.batches[key] = batch
        return key

    def _claim(self, groups: Counter, thing: Ride | Paid, part: str, late: bool) -> None:
        if not thing.claimed:
            thing.claimed = True
            groups[part, thing.letter, late] += thing.fen

    def approve(
        self, batch: Key, decided: list[Decision | None], rows: list[tuple[Key, Decision]]
    ) -> None:
        """`decided`: for each line in turn, None where both sides agree. `rows`: what only the
        centre had. A decision that changes a figure becomes a charge, or a drawdown corrected."""
        one = self.batches[batch]
        refuse("wrong_state", one.state != "reconciled")
        for line, decision in zip(one.lines, decided, strict=True):
            what = decision.what if decision else "take_system"
            reported = decision.reported if decision else 0
            line.settled = {"take_center": reported, "take_system": line.fen}.get(what, 0)
            line.carried = what == "carry"
        added = [(key, d.reported) for key, d in rows if d.what == "take_center" and d.reported]
        refuse("negative_total", one.total + sum(fen for _, fen in added) < 0)
        for line in one.lines:
            change = (line.settled or 0) - line.fen
            if change and not line.carried and line.letter is not None:
                self._adjust(self.letters[line.letter], line.part, change)
        for letter, fen in added:
            self._adjust(self.letters[letter], PRE, fen)
            one.lines.append(BatchLine(PRE, letter, False, 0, fen))
        self.courier_expense += one.of(COURIER)
        self.owed_to_center[one.payee] += one.of(COURIER)
        one.state = "approved" if one.total else "paid"

    def _adjust(self, letter: Letter, part: str, fen: int) -> None:
        if part == FUND:
            self._draw(letter, fen)
            return
        refuse("guarantee_used_up", fen > self.room(letter, PRE))
        refuse("refunded_meanwhile", -fen > letter.parts[PRE].captured)
        self.use(letter, PRE, fen)
        for figure in (letter.charged, letter.in_scope, letter.taken):
            figure[PRE] += fen

    # the hospitals' week

    def due_to_hospitals(self, week: date) -> dict[int, dict[Key, int]]:
        """Of each closed letter: what its stay used, less what was settled of it before."""
        end = week + timedelta(days=7)
        batched = {one.payee for one in self.hospital_batches.values() if one.week == week}
        settled: Counter[Key | None] = Counter()
        for one in self.hospital_batches.values():
            for line in one.lines:
                settled[line.letter] += line.fen
        due: dict[int, dict[Key, int]] = {}
        for key, letter in self.letters.items():
            if letter.closed_at is None or day_of(letter.closed_at) >= end:
                continue
            if (fen := letter.taken[IN] - settled[key]) and letter.hospital not in batched:
                due.setdefault(letter.hospital, {})[key] = fen
        return {hospital: fens for hospital, fens in due.items() if sum(fens.values()) > 0}

    def open_hospital_batch(self, key: Key, hospital: int, week: date) -> None:
        fens = self.due_to_hospitals(week)[hospital]
        lines = [BatchLine(IN, letter, False, fen, fen) for letter, fen in fens.items()]
        self.hospital_batches[key] = Batch(hospital, week, lines)

    def approve_hospital(self, batch: Key) -> None:
        one = self.hospital_batches[batch]
        refuse("wrong_state", one.state != "open")
        one.state = "approved"

    def unsettled(self) -> bool:
        """Whether anything would come into a batch after this week."""
        waits = any(not thing.claimed for thing in [*self.rides, *self.spent])
        return waits or bool(self.due_to_hospitals(date.max - timedelta(days=7)))

    # the bank

    def batch(self, key: Key) -> Batch:
        return self.batches.get(key) or self.hospital_batches[key]

    def pay(self, batch: Key) -> None:
        """Ordered once; no money moves before the bank says so."""
        one = self.batch(batch)
        if one.ordered is None:
            refuse("wrong_state", one.state != "approved")
            one.ordered, one.paid, one.state = one.total, 0, "remitted"

    def bank_says(self, batch: Key, fen: int, serial: str) -> None:
        """`fen` went out for this batch's order (negative: came back). The first fen of a centre's
        payment fill its fund up, the rest is what it is owed. A serial number counts once."""
        one = self.batch(batch)
        if serial in self.serials:
            return
        self.serials.add(serial)
        if one.ordered is None or one.paid + min(fen, 0) < 0:
            return  # names no order that stands, or more comes back than went out: for a person
        share = one.of(FUND)
        to_fund = max(0, min(one.paid + fen, share)) - max(0, min(one.paid, share))
        if batch in self.batches:
            self._into_fund(one.payee, to_fund)
            self.owed_to_center[one.payee] -= fen - to_fund
        else:
            self.owed_to_hospital[one.payee] -= fen
        self.bank -= fen
        one.paid += fen
        if fen < 0 and one.paid == 0:
            one.ordered, one.state = None, "approved"
        elif fen > 0 and one.paid >= one.ordered and one.state == "remitted":
            one.state = "paid"
