"""Movements of covers, cases, letters and top-ups: each drawn, then made on both sides."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from tests.movements.machine import SideBySide
from tests.movements.model_letters import Key

SUMS = st.sampled_from(
    [5_000_000, 1_500_000, 700_000, 600_000, 599_999, 350_000, 100_001, 100_000, 60_000, 1]
)
FEN = st.sampled_from([100, 1, 9_999, 100_000, 500_000]) | st.integers(1, 700_000)
AGAINST = st.sampled_from([""] * 5 + ["condition_out_of_scope", "exclusion_applies"])
METHOD = st.sampled_from(["document", "document", "provisional"])
TWO, THREE = st.sampled_from([0, 1]), st.sampled_from([0, 1, 2])


class LetterMoves(SideBySide):
    """What becomes of a cover and its letters, charges aside."""

    def cover(self, product: int, insured: int) -> Key:
        key, row = self.key("cover"), list(self.people.products)[product]
        insurer, caps = self.people.products[row]

        def by_the_rules() -> Key:
            self.model.open_cover(key, insurer, insured, caps)
            return key

        self.move("cover opened", by_the_rules, lambda: self.desk.open_cover(row, insured))
        return key

    def change_sum(self) -> None:
        self.change_sum_of(self.pick("cover", self.model.covers), self.draw(SUMS, "sum insured"))

    def change_sum_of(self, cover: Key, insured: int) -> None:
        self.move(
            "sum changed",
            lambda: self.model.change_sum(cover, insured),
            lambda: self.desk.change_sum(self.ids[cover], insured),
        )

    def admit(self) -> None:
        """Somebody newly insured has an accident and lies in a network hospital."""
        insured, product = self.draw(SUMS, "sum insured"), self.draw(TWO, "product")
        self.lies_in_hospital(self.cover(product, insured), self.draw(TWO, "hospital"))

    def lies_in_hospital(self, cover: Key, hospital: int) -> None:
        letter = self.issue_to(self.case_of(cover, 0, "document", ""), hospital)
        assert letter is not None
        self.present_letter(letter, api=False)

    def call(self) -> None:
        self._calls(self.cover(self.draw(TWO, "product"), self.draw(SUMS, "sum insured")))

    def call_known(self) -> None:
        """Somebody who was insured before, and may have another case."""
        self._calls(self.pick("cover", self.model.covers))

    def _calls(self, cover: Key) -> None:
        """A letter follows mostly."""
        center, method = self.draw(TWO, "center"), self.draw(METHOD, "method")
        case = self.case_of(cover, center, method, self.draw(AGAINST, "against"))
        if not self.one_in(4, "no letter"):
            self.issue_to(case, self.draw(THREE, "hospital"), api=self.through_the_api())

    def case_of(self, cover: Key, center: int, method: str, against: str) -> Key:
        key, at = self.key("case"), self.people.centers[center]

        def by_the_rules() -> Key:
            self.model.open_case(key, cover, at)
            return key

        self.move("case opened", by_the_rules, lambda: self.desk.open_case(self.ids[cover], at))
        self.verify_case(key, method, against)
        return key

    def verify(self) -> None:
        """Again: the document is seen, or something speaks against a letter."""
        case = self.a_case("open", "verified", "guaranteed")
        self.verify_case(case, self.draw(METHOD, "method"), self.draw(AGAINST, "against"))

    def verify_case(self, case: Key, method: str, against: str) -> None:
        self.move(
            "case verified",
            lambda: self.model.verify(case, method, against),
            lambda: self.desk.verify(self.ids[case], method, against),
        )

    def end_case(self) -> None:
        self.end_this_case(self.a_case("verified", "guaranteed"))

    def end_this_case(self, case: Key) -> None:
        center = self.model.cases[case].center
        self.move(
            "case ended",
            lambda: self.model.end_case(case),
            lambda: self.desk.end_case(self.ids[case], center),
        )

    def issue(self) -> None:
        """A first letter, the same again, another to a hospital it was not asked for."""
        case = self.a_case("verified")
        live = self.model.live(self.model.cases[case])
        hospitals = [*self.people.network, self.people.outside]
        same = hospitals.index(self.model.letters[live].hospital) if live else 0
        hospital = same if self.one_in(2, "same hospital") else self.draw(THREE, "hospital")
        self.issue_to(case, hospital, api=self.through_the_api())

    def issue_to(self, case: Key, hospital: int, *, api: bool = False) -> Key | None:
        center, key = self.model.cases[case].center, self.key("letter")
        to = [*self.people.network, self.people.outside][hospital]
        return self.move(
            "letter issued",
            lambda: self.model.issue(key, case, to, self.people.at),
            lambda: self.desk.issue(self.ids[case], center, to, api=api),
        )

    def present(self) -> None:
        self.present_letter(self.a_desks_letter("issued"), api=self.through_the_api())

    def present_letter(self, letter: Key, *, api: bool) -> None:
        hospital = self.model.letters[letter].hospital
        self.move(
            "letter presented",
            lambda: self.model.present(letter, self.people.at),
            lambda: self.desk.present(self.ids[letter], hospital, api=api),
        )

    def hand_back(self) -> None:
        self.hand_back_letter(self.a_desks_letter("presented"), api=self.through_the_api())

    def hand_back_letter(self, letter: Key, *, api: bool) -> None:
        hospital = self.model.letters[letter].hospital
        self.move(
            "letter handed back",
            lambda: self.model.hand_back(letter),
            lambda: self.desk.hand_back(self.ids[letter], hospital, api=api),
        )

    def void(self) -> None:
        self.void_letter(self.a_letter("issued"), api=self.through_the_api())

    def void_letter(self, letter: Key, *, api: bool) -> None:
        center = self.model.center_of(self.model.letters[letter])
        self.move(
            "letter voided",
            lambda: self.model.void(letter),
            lambda: self.desk.void(self.ids[letter], center, api=api),
        )

    def wait(self) -> None:
        """Time passes; letters lapse when the job runs, which may be late, or twice."""
        hours = self.draw(st.sampled_from([1, 20, 73]), "hours")
        self.people.clock.pass_by(timedelta(hours=hours))
        for _ in range(self.draw(THREE, "times that the job runs")):
            self.move("lapse", lambda: self.model.lapse(self.people.at), self.desk.lapse)

    def ask_top_up(self) -> None:
        letter, key = self.a_desks_letter("presented"), self.key("request")
        fen, setting = self.draw(FEN, "fen"), self.pick("setting", ["inpatient", "outpatient"])
        hospital, api = self.model.letters[letter].hospital, self.through_the_api()

        def by_the_rules() -> Key:
            self.model.ask(key, letter, fen, setting)
            return key

        self.move(
            "top-up asked",
            by_the_rules,
            lambda: self.desk.ask_top_up(self.ids[letter], hospital, fen, setting, api=api),
        )

    def grant_top_up(self) -> None:
        """In full (None), in part, or more than was asked."""
        request, key = self.a_request(), self.key("letter")
        fen, api = self.draw(st.none() | FEN, "fen"), self.through_the_api()

        def by_the_rules() -> Key:
            self.model.grant(key, request, fen)
            return key

        self.move(
            "top-up granted",
            by_the_rules,
            lambda: self.desk.decide(self.ids[request], fen, approve=True, api=api),
        )

    def deny_top_up(self) -> None:
        request, api = self.a_request(), self.through_the_api()
        self.move(
            "top-up denied",
            lambda: self.model.turn_down(request, "denied"),
            lambda: self.desk.decide(self.ids[request], None, approve=False, api=api),
        )

    def withdraw_top_up(self) -> None:
        request = self.a_request()
        hospital = self.model.letters[self.model.requests[request].letter].hospital
        self.move(
            "top-up withdrawn",
            lambda: self.model.turn_down(request, "withdrawn"),
            lambda: self.desk.withdraw(self.ids[request], hospital),
        )

    def a_case(self, *likely: str) -> Key:
        cases = self.model.cases
        return self.pick("case", cases, lambda key: cases[key].state in likely)

    def a_letter(self, *likely: str) -> Key:
        letters = self.model.letters
        return self.pick("letter", letters, lambda key: letters[key].state in likely)

    def a_desks_letter(self, *likely: str) -> Key:
        """One to a hospital in the network: the others have no billing desk with us."""
        letters, network = self.model.letters, self.people.network
        known = [key for key, one in letters.items() if one.hospital in network]
        return self.pick("letter", known, lambda key: letters[key].state in likely)

    def a_request(self) -> Key:
        requests = self.model.requests
        return self.pick("request", requests, lambda key: requests[key].state == "asked")
