"""Letters not presented in time lapse by themselves: once, whenever the job runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from guarantee.jobs.running import run_due
from guarantee.ledger.check import check_ledger
from guarantee.ledger.holds import holds_of, remaining_fen
from guarantee.ledger.models import Cover
from guarantee.letters.lifecycle import lapse, present, void
from guarantee.letters.models import Letter
from tests.charges.situations import post, ride
from tests.factories import make_enrolment, make_letter, make_staff
from tests.jobs.situations import (
    LAPSE,
    OVERDUE,
    Clock,
    at_the,
    overdue_letters,
    runs,
    states,
    times_lapsed,
    worker,
)


@pytest.fixture
def clock(at):
    return Clock(at + OVERDUE)


def test_run_twice_a_letter_lapses_once_and_its_hold_goes_back_once(session, at, clock):
    letters = overdue_letters(3, at=at)
    ids = [one.id for one in letters]
    cover = letters[0].case.enrolment.cover_id
    first = run_due(worker(clock), jobs=LAPSE)
    clock.move(minutes=1)
    second = run_due(worker(clock), jobs=LAPSE)
    assert [(one.outcome, one.did) for one in first + second] == [
        ("done", {"lapsed": 3}),
        ("done", {}),
    ]
    assert states(ids) == ["lapsed"] * 3
    assert set(times_lapsed().values()) == {(2, 1)}  # an entry for each of the two parts
    assert remaining_fen(session.get_one(Cover, cover)) == 10_000_000
    assert check_ledger().faults == []


def test_within_its_slot_the_job_is_done_and_not_done_again(session, at, clock):
    assert len(run_due(worker(clock), jobs=LAPSE)) == 1
    overdue_letters(1, at=at)
    clock.move(seconds=20)
    assert run_due(worker(clock), jobs=LAPSE) == []
    [again] = run_due(worker(clock), jobs=LAPSE, again=True)
    assert (again.tries, again.did) == (2, {"lapsed": 1})


def test_a_week_in_which_nobody_ran_it_is_one_run_late(session, at, clock):
    run_due(worker(clock), jobs=LAPSE)
    ids = [one.id for one in overdue_letters(2, at=at)]
    clock.move(days=7)
    ended = run_due(worker(clock), jobs=LAPSE)
    assert [one.did for one in ended] == [{"lapsed": 2}]
    assert states(ids) == ["lapsed"] * 2
    assert [run.due_at for run in runs()] == [clock.at - timedelta(days=7), clock.at]


def test_what_is_not_due_stays_as_it_is(session, at):
    due, presented = overdue_letters(2, at=at)
    desk = make_staff("billing_desk", hospital=presented.hospital)
    present(letter=presented, by=desk, at=at)
    young = make_letter(at=at + timedelta(hours=2))
    session.commit()
    ids = [due.id, presented.id, young.id]
    run_due(worker(Clock(due.lapses_at)), jobs=LAPSE)  # to the moment: not past its time yet
    assert states(ids) == ["issued", "presented", "issued"]
    run_due(worker(Clock(due.lapses_at + timedelta(minutes=1))), jobs=LAPSE)
    assert states(ids) == ["lapsed", "presented", "issued"]


def test_a_letter_that_changed_after_it_was_found_due_is_looked_at_again(session, at, clock):
    void_one, lapse_one, due = overdue_letters(3, at=at)
    ids = [void_one.id, lapse_one.id, due.id]
    hotline = make_staff("hotline")
    session.commit()

    def meanwhile():
        letters = [session.get_one(Letter, one) for one in ids]
        void(letter=letters[0], reason="写错", by=hotline, at=at)
        assert lapse(letter=letters[1], by=hotline, at=clock.at)
        session.commit()

    # asked before the run and before its first piece: by then all three are found
    [ended] = run_due(worker(clock, stopping=at_the(2, meanwhile)), jobs=LAPSE)
    assert (ended.outcome, ended.did) == ("done", {"lapsed": 1})
    assert states(ids) == ["voided", "lapsed", "lapsed"]
    assert set(times_lapsed().values()) == {(2, 1)}


def test_what_was_captured_before_the_letter_lapsed_stays_captured(session, at, clock):
    """Outside the network no letter is presented, and yet the ride under it was real."""
    letter = make_letter(at=at, enrolment=make_enrolment())
    post(letter, ride(40_000), at=at)
    session.commit()
    run_due(worker(clock), jobs=LAPSE)
    session.expire_all()
    assert session.get_one(Letter, letter.id).state == "lapsed"
    figures = {h.part: (h.captured_fen, h.held_fen, h.released_fen) for h in holds_of([letter.id])}
    assert figures == {"pre_hospital": (40_000, 0, 60_000), "in_hospital": (0, 0, 500_000)}
    assert remaining_fen(letter.case.enrolment.cover) == 10_000_000 - 40_000
    assert check_ledger().faults == []


def test_one_bad_letter_stops_no_other_and_is_named_without_personal_data(session, at, clock):
    letters = overdue_letters(4, at=at)
    ids, numbers = [one.id for one in letters], [one.number for one in letters]
    name = letters[1].case.member.name
    session.execute(  # the cover's books say that nothing is held: there is nothing to give back
        text(
            "UPDATE ledger_accounts SET balance_fen = 0 WHERE kind = 'cover_held' AND owner_id = :c"
        ),
        {"c": letters[1].case.enrolment.cover_id},
    )
    session.execute(
        text("UPDATE cases SET state = 'verified', enrolment_id = NULL WHERE id = :c"),
        {"c": letters[2].case_id},
    )
    session.commit()
    with capture_logs() as logged:
        [ended] = run_due(worker(clock), jobs=LAPSE)
    assert states(ids) == ["lapsed", "issued", "issued", "lapsed"]
    assert (ended.outcome, ended.did) == ("partly", {"lapsed": 2, "failed": 2})
    trouble = [
        {"subject": f"letter:{numbers[1]}", "code": "cover_exhausted"},
        {"subject": f"letter:{numbers[2]}", "code": "AssertionError"},
    ]
    assert runs()[-1].trouble == ended.trouble == trouble
    assert [(one["subject"], one["code"]) for one in logged] == [
        (one["subject"], one["code"]) for one in trouble
    ]
    assert all(".py:" in one["where"] for one in logged)
    assert name not in str(logged)


def test_many_bad_letters_are_counted_and_the_first_are_named(session, at, clock):
    letters = overdue_letters(22, at=at)
    cases = [one.case_id for one in letters]
    session.execute(
        text(f"UPDATE cases SET state = 'verified', enrolment_id = NULL WHERE id <= {max(cases)}")
    )
    session.commit()
    [ended] = run_due(worker(clock), jobs=LAPSE)
    assert (ended.did, len(ended.trouble)) == ({"failed": 22}, 20)


def test_a_case_whose_letter_lapsed_may_have_a_new_one(session, at, clock):
    [letter] = overdue_letters(1, at=at)
    case = letter.case
    run_due(worker(clock), jobs=LAPSE)
    session.expire_all()
    assert case.state == "verified"
    anew = make_letter(case=case, at=clock.at)
    session.commit()
    assert session.scalars(select(Letter.state).order_by(Letter.id)).all() == ["lapsed", "issued"]
    assert anew.number != letter.number
