"""Two who want different things of one letter at the same moment: one of them gets it, the other is
told why not, and what the letter held is where it belongs."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from guarantee.charges.final_bill import close_with_final_bill
from guarantee.charges.models import FinalBill
from guarantee.charges.posting import post_charges
from guarantee.db import db
from guarantee.ledger.entries import balance
from guarantee.ledger.holds import holds_of, remaining_fen
from guarantee.ledger.models import AccountKind
from guarantee.letters import lifecycle
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.letters.position import position_of
from guarantee.letters.top_up import ask, decide
from guarantee.parties.staff import Staff
from tests.charges.situations import line
from tests.factories import (
    SETTINGS,
    make_center,
    make_hospital,
    make_letter,
    make_staff,
    make_verified_case,
)
from tests.races import all_at_once, never_overdrawn, nothing_is_wrong

PAIRS = 8
WHOLE = 10_000_000
"""A cover's sum insured, in fen."""


class Scene:
    """A centre and a network hospital with its people; letters between the two."""

    def __init__(self, session, at):
        self.session, self.at = session, at
        self.center, self.hospital = make_center(), make_hospital()
        self.taker = make_staff("dispatcher", center=self.center)
        self.desk = make_staff("billing_desk", hospital=self.hospital)
        self.hotline, self.system = make_staff("hotline"), make_staff("admin")

    def case(self):
        return make_verified_case(center=self.center, by=self.taker, at=self.at)

    def letter(self):
        return make_letter(case=self.case(), hospital=self.hospital, at=self.at)

    def presented(self, *lines):
        letter = lifecycle.present(letter=self.letter(), by=self.desk, at=self.at)
        if lines:
            post_charges(letter=letter, lines=lines, by=self.desk, at=self.at)
        return letter

    def asked(self, fen=100_000):
        request = ask(
            letter=self.presented(), amount_fen=fen, reason="手术", setting="inpatient",
            by=self.desk, at=self.at, settings=SETTINGS,
        )  # fmt: skip
        return request.letter

    # ── what somebody does to a letter, over a connection of their own ────────────────────────

    def present(self, letter):
        return lifecycle.present(letter=letter, by=self.by(self.desk), at=self.at).state

    def void(self, letter):
        lifecycle.void(letter=letter, reason="姓名有误", by=self.by(self.taker), at=self.at)
        return "voided"

    def hand_back(self, letter):
        lifecycle.hand_back(letter=letter, reason="转院", by=self.by(self.desk), at=self.at)
        return "handed back"

    def posts(self, letters, fen):
        """Whoever posts one line of `fen` to each letter: the same line when tried again."""
        lines = {letter.id: line(fen) for letter in letters}

        def post(letter):
            post_charges(letter=letter, lines=[lines[letter.id]], by=self.by(self.desk), at=self.at)
            return "posted"

        return post

    def close(self, letter):
        return close_with_final_bill(letter=letter, by=self.by(self.desk), at=self.at).total_fen

    def grant(self, letter):
        request = db.session.scalars(
            select(TopUpRequest).where(TopUpRequest.letter_id == letter.id)
        ).one()
        return decide(
            request=request, approve=True, amount_fen=None, reason="", by=self.by(self.hotline),
            at=self.at, settings=SETTINGS,
        ).state  # fmt: skip

    def by(self, staff):
        return db.session.get_one(Staff, staff.id)

    def duels(self, app, letters, one, other):
        """For each letter two at once; answers the pairs of what they were told."""
        ids = [letter.id for letter in letters]
        self.session.commit()

        def work(i):
            return (other if i % 2 else one)(db.session.get_one(Letter, ids[i // 2]))

        told = all_at_once(app, 2 * len(ids), work)
        nothing_is_wrong()
        self.session.expire_all()
        for letter in letters:
            never_overdrawn(letter.case.enrolment.cover)
        return list(zip(told[::2], told[1::2], strict=True))


@pytest.fixture
def scene(session, at):
    return Scene(session, at)


def left(letter):
    return remaining_fen(letter.case.enrolment.cover)


def held(letter):
    return sum(hold.held_fen for hold in holds_of([letter.id]))


def test_a_letter_voided_and_presented_at_once_is_one_of_the_two(app, scene):
    letters = [scene.letter() for _ in range(PAIRS)]
    for letter, told in zip(
        letters, scene.duels(app, letters, scene.void, scene.present), strict=True
    ):
        if letter.state == "voided":
            assert told == ("voided", "wrong_state")
            assert (left(letter), letter.case.state) == (WHOLE, "verified")
        else:
            assert told == ("wrong_state", "presented")
            assert (letter.state, held(letter)) == ("presented", 600_000)
            assert letter.case.state == "guaranteed"


def test_a_letter_handed_back_and_charged_at_once_is_one_of_the_two(app, scene):
    letters = [scene.presented() for _ in range(PAIRS)]
    charge = scene.posts(letters, 70_000)
    for letter, told in zip(
        letters, scene.duels(app, letters, scene.hand_back, charge), strict=True
    ):
        captured = position_of(letter).in_hospital.captured_fen
        if letter.state == "issued":
            assert (told, captured) == (("handed back", "not_presented"), 0)
        else:
            assert (told, captured) == (("already_captured", "posted"), 70_000)
        assert held(letter) == 600_000 - captured


def test_a_final_bill_and_a_refund_at_once_agree_on_what_is_owed(app, scene):
    letters = [scene.presented(line(30_000)) for _ in range(PAIRS)]
    refund = scene.posts(letters, -30_000)
    owed = 0
    for letter, told in zip(letters, scene.duels(app, letters, scene.close, refund), strict=True):
        captured = position_of(letter).in_hospital.captured_fen
        owed += captured
        assert told in ((0, "posted"), (30_000, "letter_closed"))
        assert (letter.state, held(letter), left(letter)) == ("closed", 0, WHOLE - captured)
        assert captured == told[0]
    assert balance(AccountKind.HOSPITAL_PAYABLE, scene.hospital.id) == -owed


def test_a_final_bill_and_a_top_up_at_once_leave_nothing_held(app, scene, session):
    letters = [scene.asked() for _ in range(PAIRS)]
    for letter, told in zip(
        letters, scene.duels(app, letters, scene.close, scene.grant), strict=True
    ):
        request = session.scalars(
            select(TopUpRequest).where(TopUpRequest.letter_id == letter.id)
        ).one()
        assert told == (0, "granted" if request.state == "granted" else "wrong_state")
        assert request.state in ("granted", "withdrawn")
        if request.top_up:
            assert (request.top_up.state, held(request.top_up)) == ("closed", 0)
        assert (letter.state, left(letter)) == ("closed", WHOLE)


def test_one_closing_of_32_makes_the_bill(app, scene, session):
    letter = scene.presented(line(30_000))
    letter_id = letter.id
    session.commit()
    told = all_at_once(app, 32, lambda _: scene.close(db.session.get_one(Letter, letter_id)))
    assert told == [30_000] * 32
    nothing_is_wrong()
    assert session.scalar(select(func.count(FinalBill.id))) == 1


def test_four_lapse_runs_at_once_let_each_letter_lapse_once(app, scene, session):
    letters = [scene.letter() for _ in range(16)]
    late = max(letter.lapses_at for letter in letters) + timedelta(seconds=1)
    session.commit()

    def work(_):
        by = scene.by(scene.system)
        return [letter.id for letter in lifecycle.lapse_due(at=late, by=by)]

    swept = [lapsed for run in all_at_once(app, 4, work) for lapsed in run]
    assert sorted(swept) == sorted(letter.id for letter in letters)
    nothing_is_wrong()
    session.expire_all()
    for letter in letters:
        assert (letter.state, left(letter), letter.case.state) == ("lapsed", WHOLE, "verified")


def test_letters_lapse_or_are_presented_while_four_runs_sweep(app, scene, session):
    letters = [scene.letter() for _ in range(PAIRS)]
    ids = [letter.id for letter in letters]
    late = max(letter.lapses_at for letter in letters) + timedelta(seconds=1)
    session.commit()

    def work(i):
        if i < 4:
            swept = lifecycle.lapse_due(at=late, by=scene.by(scene.system))
            return frozenset(letter.id for letter in swept)
        return scene.present(db.session.get_one(Letter, ids[i - 4]))

    told = all_at_once(app, 4 + PAIRS, work)
    nothing_is_wrong()
    session.expire_all()
    swept = Counter(letter_id for run in told[:4] for letter_id in run)
    for letter, presented in zip(letters, told[4:], strict=True):
        lapsed = letter.state == "lapsed"
        assert presented == ("wrong_state" if lapsed else "presented")
        assert (swept[letter.id], letter.state) in ((1, "lapsed"), (0, "presented"))
        assert left(letter) == (WHOLE if lapsed else WHOLE - 600_000)
