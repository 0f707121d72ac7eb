"""A movement made on the house and on the model, and all their figures laid side by side."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from guarantee import audit
from guarantee.ledger.check import check_ledger
from guarantee.refusals import Refusal
from tests.movements import figures
from tests.movements.desk import Desk
from tests.movements.finance import Finance
from tests.movements.model_letters import Key, Refused
from tests.movements.model_settlement import Model
from tests.movements.people import ApiRefused, Clock, People

T = TypeVar("T")
DONE = "done"


class SideBySide(RuleBasedStateMachine):
    """The house, the model, and what ties the model's keys to the house's rows."""

    data: st.DataObject
    """What the movement under way draws from."""
    check_each = 1
    """After every so many steps the ledger's own check is run, too."""

    def __init__(self, empty_house: Callable[[], Flask], clock: Clock, seen: Counter[Any]) -> None:
        super().__init__()
        clock.reset()
        self.people = People(empty_house(), clock)
        self.desk, self.finance = Desk(self.people), Finance(self.people)
        self.model = Model()
        self.ids: dict[Key, int] = {}
        self.seen = seen
        self.written = (0, 0)
        self._nth: Counter[str] = Counter()
        self._steps = 0

    def key(self, kind: str) -> Key:
        """A name that nothing has yet: 'letter 3'."""
        self._nth[kind] += 1
        return f"{kind} {self._nth[kind]}"

    def draw(self, strategy: st.SearchStrategy[T], label: str) -> T:
        return self.data.draw(strategy, label=label)

    def pick(
        self, what: str, among: Iterable[T], likely: Callable[[T], object] = lambda _: False
    ) -> T:
        """Any of them, but more often one with which the movement can succeed."""
        every = list(among)
        return self.draw(st.sampled_from([x for x in every if likely(x)] * 3 + every), what)

    def one_in(self, times: int, label: str) -> bool:
        return self.draw(st.sampled_from([False] * (times - 1) + [True]), label)

    def through_the_api(self) -> bool:
        return self.one_in(2, "through the API")

    def move(
        self, name: str, by_the_rules: Callable[[], Key | None], in_the_house: Callable[[], Any]
    ) -> Key | None:
        """Make a movement on both: both accept it, or both refuse it with the same code.

        `by_the_rules` answers the key of what the movement made or found, `in_the_house` its row.
        Answers that key (`DONE` where there is none), or None where both refused.
        """
        self.people.clock.pass_by(timedelta(minutes=1))
        before, key, answer = copy.deepcopy(self.model), None, None
        expected = said = "accepted"
        try:
            key = by_the_rules()
        except Refused as refused:
            expected, self.model = refused.code, before
        try:
            answer = in_the_house()
        except (Refusal, ApiRefused) as refused:
            said = refused.code
        self.seen[name, said] += 1
        assert said == expected, f"{name}: {said} in the house, {expected} by the rules"
        if key is not None:
            assert self.ids.setdefault(key, answer) == answer, f"{name}: not {key}"
        self.look_what_was_written(moved=said == "accepted")
        return (key or DONE) if said == "accepted" else None

    def look_what_was_written(self, *, moved: bool) -> None:
        """Nothing written ever goes; what was refused or asked again writes nothing."""
        written = self.people.read(figures.written)
        assert all(now >= then for now, then in zip(written, self.written, strict=True))
        assert moved or written == self.written
        self.written = written

    @invariant()
    def every_figure_is_the_same(self) -> None:
        found = self.people.read(figures.in_the_books)
        expected = figures.by_the_rules(self.model, self.ids)
        for what, figures_ in expected.items():
            differ = {
                of: f"{found[what].get(of)} in the house, {figures_.get(of)} by the rules"
                for of in found[what].keys() | figures_.keys()
                if found[what].get(of) != figures_.get(of)
            }
            assert not differ, f"{what}: {differ}"
        assert sum(found["accounts"].values()) == 0
        for key, cover in self.model.covers.items():
            assert cover.held + cover.captured <= cover.insured, key
        self._steps += 1
        if self._steps % self.check_each == 0:
            self._check_ledger()

    def _check_ledger(self) -> None:
        verdict = self.people.read(check_ledger)
        assert verdict.faults == []

    def teardown(self) -> None:
        """`ledger check` finds nothing, and the audit of the whole run is one unbroken chain."""
        self._check_ledger()
        chain = self.people.read(audit.verify_chain)
        assert chain.broken_at is None, chain.reason
        assert not chain.reason
