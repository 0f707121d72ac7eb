"""Several who want the last of one cover at the same moment: it is given out once."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from guarantee.cases.models import Case
from guarantee.charges.final_bill import close_with_final_bill
from guarantee.charges.posting import post_charges
from guarantee.db import db
from guarantee.ledger.holds import change_sum_insured, remaining_fen
from guarantee.ledger.models import Cover
from guarantee.letters.issue import issue
from guarantee.letters.lifecycle import present
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.letters.position import position_of
from guarantee.letters.top_up import ask, decide
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from tests.charges.situations import desk_of, finance_of, ride
from tests.factories import (
    SETTINGS,
    make_center,
    make_enrolment,
    make_hospital,
    make_letter,
    make_presented_letter,
    make_staff,
    make_verified_case,
)
from tests.races import all_at_once, never_overdrawn, nothing_is_wrong


def asked(letter, fen, at):
    return ask(
        letter=letter, amount_fen=fen, reason="手术", setting="inpatient", by=desk_of(letter),
        at=at, settings=SETTINGS,
    )  # fmt: skip


def granting(request_ids, hotline_id, at):
    def work(i):
        return decide(
            request=db.session.get_one(TopUpRequest, request_ids[i]), approve=True, amount_fen=None,
            reason="", by=db.session.get_one(Staff, hotline_id), at=at, settings=SETTINGS,
        ).state  # fmt: skip

    return work


def issuing(case_id, hospital_id, at):
    case = db.session.get_one(Case, case_id)
    hospital = db.session.get_one(Hospital, hospital_id)
    made = issue(
        case=case, hospital=hospital, channel="center", by=case.opened_by, at=at, settings=SETTINGS
    )  # fmt: skip
    return made.letter.pre_hospital_fen + made.letter.in_hospital_fen


def test_of_two_top_ups_that_one_cover_can_not_both_bear_one_is_granted(app, session, at):
    covers, requests = [], []
    for _ in range(8):
        enrolment = make_enrolment(sum_insured_fen=1_600_000)  # two letters, and 4,000 yuan
        covers.append(enrolment.cover)
        for _ in range(2):
            case = make_verified_case(enrolment=enrolment, at=at)
            requests.append(asked(make_presented_letter(case=case, at=at), 300_000, at).id)
    hotline = make_staff("hotline").id
    session.commit()
    told = all_at_once(app, len(requests), granting(requests, hotline, at))
    nothing_is_wrong()
    session.expire_all()
    for cover, pair in zip(covers, zip(told[::2], told[1::2], strict=True), strict=True):
        assert sorted(pair) == ["above_remaining_cover", "granted"]
        assert remaining_fen(cover) == 100_000
        never_overdrawn(cover)


def test_of_32_decisions_on_one_request_one_counts(app, session, at):
    letter = make_presented_letter(at=at)
    request, hotline = asked(letter, 300_000, at).id, make_staff("hotline").id
    session.commit()
    told = Counter(all_at_once(app, 32, granting([request] * 32, hotline, at)))
    assert told == {"granted": 1, "wrong_state": 31}
    nothing_is_wrong()
    session.expire_all()
    top_up = session.scalars(select(Letter).where(Letter.kind == "top_up")).one()
    assert (top_up.in_hospital_fen, top_up.total_in_hospital_fen) == (300_000, 800_000)
    assert position_of(letter).in_hospital.guaranteed_fen == 800_000


def test_of_32_who_ask_for_one_letter_one_request_waits(app, session, at):
    letter = make_presented_letter(at=at)
    letter_id, desk = letter.id, desk_of(letter).id
    session.commit()

    def work(_):
        return ask(
            letter=db.session.get_one(Letter, letter_id), amount_fen=100_000, reason="手术",
            setting="inpatient", by=db.session.get_one(Staff, desk), at=at, settings=SETTINGS,
        ).state  # fmt: skip

    assert Counter(all_at_once(app, 32, work)) == {"asked": 1, "top_up_open": 31}
    nothing_is_wrong()
    assert session.scalars(select(TopUpRequest.state)).all() == ["asked"]


def test_a_sum_insured_lowered_while_a_letter_is_issued_still_bears_it(app, session, at):
    hospital, covers, cases = make_hospital().id, [], []
    for _ in range(8):
        enrolment = make_enrolment(sum_insured_fen=1_000_000)
        covers.append(enrolment.cover)
        cases.append(make_verified_case(enrolment=enrolment, at=at).id)
    ids = [cover.id for cover in covers]
    session.commit()

    def work(i):
        if i % 2:
            return issuing(cases[i // 2], hospital, at)
        change_sum_insured(
            cover=db.session.get_one(Cover, ids[i // 2]), sum_insured_fen=450_000, cause="test",
            by=None, at=at,
        )  # fmt: skip
        return "lowered"

    told = all_at_once(app, 16, work)
    nothing_is_wrong()
    session.expire_all()
    for cover, pair in zip(covers, zip(told[::2], told[1::2], strict=True), strict=True):
        assert pair in (("lowered", 450_000), ("sum_below_use", 600_000))
        assert remaining_fen(cover) == cover.sum_insured_fen - pair[1]
        never_overdrawn(cover)


def test_a_late_ride_and_a_new_letter_share_what_is_left(app, session, at):
    hospital, center, covers, closed, cases = make_hospital().id, make_center(), [], [], []
    for _ in range(8):
        enrolment = make_enrolment(sum_insured_fen=600_000)
        covers.append(enrolment.cover)
        first, second = (
            make_verified_case(enrolment=enrolment, center=center, at=at) for _ in range(2)
        )
        letter = make_letter(case=first, at=at)
        desk = desk_of(letter)
        present(letter=letter, by=desk, at=at)
        close_with_final_bill(letter=letter, by=desk, at=at)
        closed.append(letter)
        cases.append(second)
    finance, rides = finance_of(closed[0]).id, [ride(100_000) for _ in closed]
    ids, case_ids = [letter.id for letter in closed], [case.id for case in cases]
    session.commit()

    def work(i):
        if i % 2:
            return issuing(case_ids[i // 2], hospital, at)
        letter = db.session.get_one(Letter, ids[i // 2])
        by = db.session.get_one(Staff, finance)
        return post_charges(letter=letter, lines=[rides[i // 2]], by=by, at=at).captured_fen

    told = all_at_once(app, 16, work)
    nothing_is_wrong()
    session.expire_all()
    for cover, pair in zip(covers, zip(told[::2], told[1::2], strict=True), strict=True):
        assert pair in ((100_000, 500_000), (0, 600_000))
        assert remaining_fen(cover) == 0
        never_overdrawn(cover)
