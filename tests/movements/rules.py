"""The machine: at each step any movement of one kind, each drawn as often as it leads on.

Few rules with many movements each, rather than a rule a movement: hypothesis leaves out some rules
in each run, and a batch that can't be approved is never paid.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.movements.model_charges import Line
from tests.movements.model_letters import IN, PRE, day_of
from tests.movements.moves_settlement import SettlementMoves

NEXT = {
    "open": "prepare_batch",
    "reconciled": "approve_batch",
    "approved": "order_payment",
    "remitted": "bank_line",
}
"""What a batch in this state waits for."""
SELDOM = [
    "bank_line",
    "bank_line",
    "fill_fund",
    "take_back_filling",
    "pay_courier",
    "open_batch",
    "open_hospital_week",
]


class Movements(SettlementMoves):
    """Everything that moves money."""

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Somebody lies in a network hospital, somebody was brought to another; there is money.
        Or a week has passed since; or that week is half settled."""
        self.data = data
        self.lies_in_hospital(self.cover(0, 5_000_000), 0)
        self.issue_to(self.case_of(self.cover(1, 1_500_000), 0, "document", ""), 2)
        for center in self.people.centers:
            self.fill(center, 1_000_000, self.key("transfer"))
        if self.pick("a bad day", [False, True]):
            self._nothing_goes_right()
        weeks = self.pick("so far", [0, 1, 2])
        if weeks:
            self._a_week_passes()
        if weeks > 1:
            self.lies_in_hospital(self.cover(0, 700_000), 1)
            for _ in range(8):
                self._any_of(data, *self._due(), "charge_stay")

    def _nothing_goes_right(self) -> None:
        """A letter to the wrong hospital is voided, the next one handed back, the patient leaves;
        and the insurer lowers what he was insured for."""
        cover = self.cover(1, 2_000_000)
        case = self.case_of(cover, 1, "document", "")
        for hospital in (0, 1):
            letter = self.issue_to(case, hospital)
            assert letter is not None
            if hospital:
                self.present_letter(letter, api=True)
                self.hand_back_letter(letter, api=False)
            else:
                self.void_letter(letter, api=False)
        self.end_this_case(case)
        self.change_sum_of(cover, 1_000_000)

    def _a_week_passes(self) -> None:
        """The first patient goes home, the second one's hospital and ride are paid."""
        stay, other = list(self.model.letters)[:2]
        center, day = self.people.centers[0], day_of(self.people.at)
        for part, letter, sender, fen in (
            (IN, stay, self.people.network[0], 30_000),
            (PRE, stay, center, 40_000),
            (PRE, other, center, 50_000),
        ):
            self.post(letter, sender, [Line(self.key("line"), part, day, "药", fen, True)])
        self.draw_for(other, self.people.outside, 20_000, "F", day)
        self.bill_letter(stay, None)
        self.monday()

    @rule(data=st.data())
    def members(self, data: st.DataObject) -> None:
        """Few covers and much about each, rather than many that nothing happens to."""
        newly = ["admit", "call"] if len(self.model.covers) < 5 else []
        self._any_of(data, *newly, "call_known", "issue", "verify", "change_sum", "end_case")

    @rule(data=st.data())
    def letters(self, data: st.DataObject) -> None:
        likely = ["call_known", "issue"] if self._none("issued") else ["present", "present"]
        self._any_of(data, *likely, "present", "hand_back", "void", "wait")

    @rule(data=st.data())
    def charges(self, data: st.DataObject) -> None:
        """Twice as often as the rest: it comes in pairs."""
        for _ in range(2):
            stay = "present" if self._none("presented") else "charge_stay"
            self._any_of(data, stay, "charge_ride", "draw_fund", "charge_stay", "bill")

    @rule(data=st.data())
    def top_ups(self, data: st.DataObject) -> None:
        if any(one.waiting for one in self.model.letters.values()):
            self._any_of(
                data, *["grant_top_up"] * 4, "deny_top_up", "withdraw_top_up", "ask_top_up"
            )
        else:
            self._any_of(data, "ask_top_up")

    @rule(data=st.data())
    def weeks(self, data: st.DataObject) -> None:
        """What batches wait for, mostly, some of it at once; when nothing waits, the next week."""
        for _ in range(data.draw(st.sampled_from([1, 2, 4]), label="steps")):
            if due := self._due():
                self._any_of(data, *due * (1 + 20 // len(due)), *["monday"] * 4, *SELDOM)
            elif self.model.unsettled():
                self._any_of(data, *["monday"] * 8, *SELDOM)
            else:
                self._any_of(data, "charge_ride", "draw_fund", "charge_stay", "bill", *SELDOM)

    def _due(self) -> list[str]:
        """The next step of every batch that has something in it."""
        centers = [x.state for x in self.model.batches.values() if x.lines]
        hospitals = [x.state for x in self.model.hospital_batches.values()]
        steps = [NEXT[state] for state in centers if state in NEXT]
        approve = {**NEXT, "open": "approve_hospital_batch"}
        return steps + [approve[state] for state in hospitals if state in approve]

    @precondition(lambda self: self.people.calls)
    @rule(data=st.data())
    def retries(self, data: st.DataObject) -> None:
        self._any_of(data, "ask_again")

    def _none(self, state: str) -> bool:
        return all(one.state != state for one in self.model.letters.values())

    def _any_of(self, data: st.DataObject, *movements: str) -> None:
        self.data = data
        name = movements[0]
        if len(set(movements)) > 1:
            name = data.draw(st.sampled_from(movements), label="movement")
        getattr(self, name)()
