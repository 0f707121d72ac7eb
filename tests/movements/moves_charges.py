"""Movements of charges, refunds and final bills, and calls that are asked again."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from tests.movements.model_charges import Line
from tests.movements.model_letters import IN, PRE, Key, day_of
from tests.movements.moves_letters import FEN, LetterMoves

KINDS = st.sampled_from(["new"] * 6 + ["refund", "refund", "refund too much", "again", "changed"])
ITEMS = st.sampled_from(["药", "床"])
DAYS_AGO = st.sampled_from([0, 0, 1, 4, 9])


class ChargeMoves(LetterMoves):
    """What uses a letter."""

    def charge_stay(self) -> None:
        letter = self.a_desks_letter("presented")
        self._charge(letter, IN, self.model.letters[letter].hospital)

    def charge_ride(self) -> None:
        letter = self.a_letter("issued", "presented", "closed", "lapsed")
        self._charge(letter, PRE, self.model.center_of(self.model.letters[letter]))

    def _charge(self, letter: Key, part: str, sender: int) -> None:
        kinds = self.draw(st.lists(KINDS, min_size=1, max_size=3), "lines")
        lines = [self._line(kind, letter, part, sender) for kind in kinds]
        self.post(letter, sender, lines, api=self.through_the_api())

    def post(self, letter: Key, sender: int, lines: list[Line], *, api: bool = False) -> None:
        part = lines[0].part
        self.move(
            "stay charged" if part == IN else "ride charged",
            lambda: self.model.post(letter, lines),
            lambda: self.desk.post(self.ids[letter], sender, lines, api=api),
        )

    def _line(self, kind: str, letter: Key, part: str, sender: int) -> Line:
        """A new line, or one that was posted before: taken back, sent again, sent changed."""
        day = day_of(self.people.at) - timedelta(days=self.draw(DAYS_AGO, "days ago"))
        sent = [x for (p, by, _), x in self.model.lines.items() if (p, by) == (part, sender)]
        if kind.startswith("refund"):
            own = self.model.initial_key(letter)
            sent = [(key, line) for key, line in sent if key == own and line.fen > 0]
        if kind == "new" or not sent:
            item, fen = self.draw(ITEMS, "item"), self.draw(FEN, "fen")
            return Line(self.key("line"), part, day, item, fen, not self.one_in(5, "self-pay"))
        _, before = self.pick("line", sent)
        if kind == "again":
            return before
        if kind == "changed":
            return before._replace(fen=before.fen + 1 or 2)
        more = self.draw(FEN, "more than it was") if kind == "refund too much" else 0
        return before._replace(line_id=self.key("line"), day=day, fen=-before.fen - more)

    def bill(self) -> None:
        """Without a total, with the right one, or with one that is a fen off."""
        letter, api = self.a_desks_letter("presented"), self.through_the_api()
        off = self.pick("off by", [None, 0, None, 1])
        charged = self.model.initial(letter).charged[IN]
        self.bill_letter(letter, None if off is None else charged + off, api=api)

    def bill_letter(self, letter: Key, total: int | None, *, api: bool = False) -> None:
        one = self.model.initial(letter)
        self.move(
            "final bill",
            lambda: self.model.final_bill(letter, total, self.people.at),
            lambda: self.desk.final_bill(self.ids[letter], one.hospital, total, api=api),
        )

    def ask_again(self) -> None:
        """An accepted call with its Idempotency-Key: the same answer and nothing moved, whatever
        happened since; with another body it is refused."""
        kept = [c for c in self.people.calls if self.people.at - c.at < timedelta(days=6)]
        if not kept:
            return
        call, other = self.pick("call", kept), self.one_in(4, "with another body")
        body = {**call.body, "other": 1} if other else call.body
        again = self.people.send(call.staff, call.path, body, call.key)
        if other:
            said = again.json["code"]
            assert (again.status_code, said) == (422, "idempotency_key_reused")
        else:
            said = "the same"
            assert (again.status_code, again.data) == (call.status, call.answer)
            assert again.headers["Idempotent-Replayed"] == "true"
        self.seen["asked again", said] += 1
        self.look_what_was_written(moved=False)
