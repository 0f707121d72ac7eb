"""Movements of the reserve fund, of the weeks of centres and hospitals, and of the bank."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from guarantee.business_time import SHANGHAI
from tests.movements.finance import Row
from tests.movements.model_letters import Key, day_of, refuse
from tests.movements.model_settlement import FUND, Decision
from tests.movements.moves_charges import ChargeMoves
from tests.movements.moves_letters import FEN, THREE, TWO

DECISIONS = ["take_center", "take_system", "leave_out", "carry"]
REPORTED = ["same", "same", "same", "more", "less", "not"]


class SettlementMoves(ChargeMoves):
    """What is paid, and from where."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.taken_back: set[str] = set()
        self.references: dict[Key, str] = {}
        self.line_rows: dict[Key, list[int]] = {}
        self.decided: dict[Key, tuple[list[Decision | None], list[tuple[Key, Decision]]]] = {}

    # the fund

    def fill_fund(self) -> None:
        """A new transfer, or one that was told before."""
        key = self.key("transfer")
        to, fen = self.people.centers[self.draw(TWO, "center")], self.draw(FEN, "fen")
        if self.model.fundings and self.one_in(3, "told before"):
            key = self.pick("transfer", self.model.fundings)
            to, fen = self.model.fundings[key]
        self.fill(to, fen, key)

    def fill(self, center: int, fen: int, key: Key) -> None:
        self.move(
            "fund filled",
            lambda: self.model.fill(center, fen, key),
            lambda: self.finance.fill(center, fen, key),
        )

    def take_back_filling(self) -> None:
        if not (left := sorted(self.model.fundings.keys() - self.taken_back)):
            return
        key = self.pick("transfer", left)
        done = self.move(
            "filling taken back",
            lambda: self.model.take_back_filling(key),
            lambda: self.finance.take_back_filling(key),
        )
        if done:
            self.taken_back.add(key)

    def draw_fund(self) -> None:
        letter, fen = self.a_letter("issued", "lapsed"), self.draw(FEN, "fen")
        center = self.model.center_of(self.model.letters[letter])
        network = self.one_in(6, "network hospital")
        hospital = self.people.network[0] if network else self.people.outside
        receipt = self.key("F").replace(" ", "")
        used = sorted(number for of, number in self.model.receipts if of == center)
        if used and self.one_in(5, "old receipt"):
            receipt = self.pick("receipt", used)
        day = day_of(self.people.at) - timedelta(days=self.pick("days ago", [0, 4]))
        self.draw_for(letter, hospital, fen, receipt, day)

    def draw_for(self, letter: Key, hospital: int, fen: int, receipt: str, day: date) -> None:
        center = self.model.center_of(self.model.letters[letter])
        network = hospital != self.people.outside
        self.move(
            "fund drawn",
            lambda: self.model.draw(letter, fen, receipt, day, network=network),
            lambda: self.finance.draw(self.ids[letter], center, hospital, fen, receipt, day),
        )

    def pay_courier(self) -> None:
        center, number = self.people.centers[self.draw(TWO, "center")], self.key("SF")
        fen, day = self.draw(st.integers(1, 5_000), "fen"), day_of(self.people.at)
        self.move(
            "courier paid",
            lambda: self.model.courier(center, fen, day),
            lambda: self.finance.courier(center, fen, number, day),
        )

    # a centre's week

    def monday(self) -> None:
        """The week ends; the batches of the last one are opened for everybody."""
        today = day_of(self.people.at)
        next_monday = today + timedelta(days=7 - today.weekday())
        self.people.clock.at = datetime.combine(next_monday, time(9), tzinfo=SHANGHAI)
        for center in self.people.centers:
            self.open_batch_of(center, self._week(1), api=False)
        self.open_hospital_week_of(self._week(1))

    def open_batch(self) -> None:
        """One that there is already, one of long ago, one of a week that is not over."""
        center = self.people.centers[self.draw(TWO, "center")]
        week = self._week(self.draw(THREE, "weeks ago"))
        self.open_batch_of(center, week, api=self.through_the_api())

    def open_batch_of(self, center: int, week: date, *, api: bool) -> None:
        key = self.key("batch")
        made = self.move(
            "batch opened",
            lambda: self.model.open_batch(key, center, week, self.people.at),
            lambda: self.finance.open_batch(center, week, api=api),
        )
        if made == key:
            self.seen["batch lines", "some" if self.model.batches[key].lines else "none"] += 1
            self._lay_lines_side_by_side(key)

    def _week(self, weeks_ago: int) -> date:
        today = day_of(self.people.at)
        return today - timedelta(days=today.weekday(), weeks=weeks_ago)

    def _lay_lines_side_by_side(self, key: Key) -> None:
        """Both have gathered the same lines; the model's go into the order of the house's."""
        ours = {self.ids[k]: k for k in self.model.letters}
        batch, rows = self.model.batches[key], self.finance.lines_of(self.ids[key])
        theirs = [(x.part, ours.get(x.letter or 0), x.late, x.fen) for x in rows]
        mine = [(x.part, x.letter, x.late, x.fen) for x in batch.lines]
        assert sorted(theirs, key=str) == sorted(mine, key=str), "in the house, by the rules"
        left = list(batch.lines)
        batch.lines = []
        for one in theirs:
            found = next(x for x in left if (x.part, x.letter, x.late, x.fen) == one)
            left.remove(found)
            batch.lines.append(found)
        self.line_rows[key] = [x.line for x in rows]

    def prepare_batch(self) -> None:
        """The centre's table, mostly like ours, is compared, and every difference decided."""
        key = self.a_batch(self.model.batches, "open")
        batch, rows = self.model.batches[key], []
        for line in batch.lines:
            said = self.pick("reported", REPORTED)
            fen = line.fen + {"more": 700, "less": -700}.get(said, 0)
            if line.letter is not None and said != "not" and fen >= 0:
                rows.append((self._number(line.letter), fen, line.part == FUND))
        if self.model.letters and self.one_in(4, "claims more"):
            rows.append((self._number(self.pick("claimed", self.model.letters)), 4_321, False))

        def by_the_rules() -> None:
            refuse("wrong_state", batch.state not in ("open", "reconciled"))
            self.model.batches[key].state = "reconciled"

        table = rows or [("no letter", 100, False)]
        done = self.move(
            "batch prepared",
            by_the_rules,
            lambda: self.finance.report(self.ids[key], batch.payee, table),
        )
        if done:
            self._decide(key)

    def _decide(self, key: Key) -> None:
        def choose(row: Row, reported: int) -> str:
            return self.pick(f"{row.part}: {row.fen} or {reported}", DECISIONS)

        ours = {self.ids[k]: k for k in self.model.letters}
        found = self.finance.decide_all(self.ids[key], choose)
        by_line = {line: decision for line, _, decision in found if line is not None}
        rows = [(ours[x], decision) for line, x, decision in found if line is None and x in ours]
        self.decided[key] = ([by_line.get(row) for row in self.line_rows[key]], rows)
        self.look_what_was_written(moved=False)

    def _number(self, letter: Key) -> str:
        return self.desk.numbers[self.ids[letter]]

    def approve_batch(self) -> None:
        if not self.decided:
            return
        key, api = self.a_batch(self.decided, "reconciled"), self.through_the_api()
        decided, rows = self.decided[key]
        self.move(
            "batch approved",
            lambda: self.model.approve(key, decided, rows),
            lambda: self.finance.approve(self.ids[key], api=api),
        )

    # the hospitals' week

    def open_hospital_week(self) -> None:
        self.open_hospital_week_of(self._week(self.draw(THREE, "weeks ago")))

    def open_hospital_week_of(self, week: date) -> None:
        def by_the_rules() -> None:
            refuse("week_not_over", week == self._week(0))
            for hospital in self.model.due_to_hospitals(week):
                self.model.open_hospital_batch(self.key("hospital batch"), hospital, week)

        def in_the_house() -> None:
            opened = self.finance.open_hospital_week(week)
            for key, one in self.model.hospital_batches.items():
                if one.week == week and one.payee in opened:
                    self.ids[key], lines = opened[one.payee]
                    fens = {self.ids[line.letter or ""]: line.fen for line in one.lines}
                    self.seen["hospital batch", "made or found"] += 1
                    assert lines == fens, f"{key}: {lines} in the house, {fens} by the rules"

        self.move("hospital week opened", by_the_rules, in_the_house)

    def approve_hospital_batch(self) -> None:
        if not self.model.hospital_batches:
            return
        key = self.a_batch(self.model.hospital_batches, "open")
        self.move(
            "hospital batch approved",
            lambda: self.model.approve_hospital(key),
            lambda: self.finance.approve_hospital(self.ids[key]),
        )

    # the bank

    def order_payment(self) -> None:
        key = self.a_batch([*self.model.batches, *self.model.hospital_batches], "approved")

        def in_the_house() -> None:
            hospital = key in self.model.hospital_batches
            self.references[key] = self.finance.pay(self.ids[key], hospital=hospital)

        self.move("payment ordered", lambda: self.model.pay(key), in_the_house)

    def bank_line(self) -> None:
        """Paid in full, in part, too much; or it came back."""
        if not self.references:
            return
        key, serial = self.a_batch(self.references, "remitted", "paid"), self.key("S")
        batch = self.model.batch(key)
        if self.model.serials and self.one_in(6, "told before"):
            serial = self.pick("serial", sorted(self.model.serials))
        left = max((batch.ordered or batch.total) - batch.paid, 1)
        what = {
            "all": left,
            "some": max(left // 2, 1),
            "more": left + 1,
            "back": -max(batch.paid, 1),
            "some back": -max(batch.paid // 2, 1),
            "more back": -batch.paid - 1,
        }
        how = self.pick("the bank says", [*what, "all", "all", "back"])
        self.move(
            f"bank: {how}",
            lambda: self.model.bank_says(key, what[how], serial),
            lambda: self.finance.bank_says(self.references[key], what[how], serial),
        )

    def a_batch(self, among: Iterable[Key], *likely: str) -> Key:
        return self.pick("batch", among, lambda key: self.model.batch(key).state in likely)
