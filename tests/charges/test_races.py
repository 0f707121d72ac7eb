from __future__ import annotations

from sqlalchemy import func, select

from guarantee.charges.models import Charge, FinalBill
from guarantee.charges.posting import Posted, post_charges
from guarantee.charges.stay import charged
from guarantee.db import db
from guarantee.letters.models import Letter
from guarantee.letters.position import position_of
from guarantee.parties.staff import Staff
from tests.charges.situations import desk_of, line, ride
from tests.charges.test_final_bill import close
from tests.factories import make_enrolment, make_presented_letter, make_verified_case
from tests.races import all_at_once, nothing_is_wrong


def poster(letter: Letter, desk: Staff, at, lines_of):
    letter_id, desk_id = letter.id, desk.id

    def work(i: int) -> Posted:
        return post_charges(
            letter=db.session.get_one(Letter, letter_id),
            lines=lines_of(i),
            by=db.session.get_one(Staff, desk_id),
            at=at,
        )

    return work


def test_parallel_postings_never_pass_the_guarantee(app, session, at):
    letter = make_presented_letter(at=at)
    desk = desk_of(letter)
    session.commit()
    calls = [[line(90_000), line(20_000)] for _ in range(8)]
    answers = all_at_once(app, 8, poster(letter, desk, at, lambda i: calls[i]))
    session.expire_all()
    assert all(isinstance(answer, Posted) for answer in answers)
    assert position_of(letter).in_hospital.captured_fen == 500_000
    assert (charged(letter).total_fen, charged(letter).patient_fen) == (880_000, 380_000)
    alerts = sorted(percent for answer in answers for percent in answer.alerts)
    assert alerts == [60, 80, 95, 100]
    nothing_is_wrong()


def test_the_same_line_from_eight_threads_counts_once(app, session, at):
    letter = make_presented_letter(at=at)
    desk = desk_of(letter)
    session.commit()
    one = line(90_000)
    answers = all_at_once(app, 8, poster(letter, desk, at, lambda i: [one]))
    assert sorted(answer.duplicates for answer in answers) == [0, 1, 1, 1, 1, 1, 1, 1]
    session.expire_all()
    assert position_of(letter).in_hospital.captured_fen == 90_000
    assert session.scalar(select(func.count(Charge.id))) == 1


def test_one_line_id_sent_to_two_letters_at_once_lands_on_one(app, session, at):
    first = make_presented_letter(at=at)
    second = make_presented_letter(hospital=first.hospital, at=at)
    desk = desk_of(first)
    session.commit()
    one = line(90_000)
    works = [poster(letter, desk, at, lambda i: [one]) for letter in (first, second)]
    answers = all_at_once(app, 2, lambda i: works[i](i))
    assert answers.count("line_conflict") == 1
    assert session.scalar(select(func.count(Charge.id))) == 1


def test_two_letters_on_one_cover_never_overdraw_it_together(app, session, at):
    enrolment = make_enrolment(sum_insured_fen=800_000)
    letters = [
        make_presented_letter(case=make_verified_case(enrolment=enrolment, at=at), at=at)
        for _ in range(2)
    ]
    assert position_of(letters[1]).in_hospital.guaranteed_fen == 100_000
    works = [poster(letter, desk_of(letter), at, lambda i: [line(400_000)]) for letter in letters]
    session.commit()
    all_at_once(app, 6, lambda i: works[i % 2](i))
    session.expire_all()
    captured = [position_of(letter).in_hospital.captured_fen for letter in letters]
    assert captured == [500_000, 100_000]
    nothing_is_wrong()


def test_a_final_bill_beside_postings_leaves_no_line_out(app, session, at):
    letter = make_presented_letter(at=at)
    desk = desk_of(letter)
    session.commit()
    letter_id = letter.id
    lines = [line(30_000) for _ in range(32)]
    posting = poster(letter, desk, at, lambda i: [lines[i]])

    def work(i: int) -> object:
        if i == 3:
            return close(db.session.get_one(Letter, letter_id), at).total_fen
        return posting(i)

    answers = all_at_once(app, 32, work)
    session.expire_all()
    posted = sum(isinstance(answer, Posted) for answer in answers)
    assert session.scalars(select(FinalBill.total_fen)).one() == posted * 30_000
    assert answers.count("letter_closed") == 31 - posted
    nothing_is_wrong()


def test_late_rides_from_many_sides_stay_within_their_part(app, session, at):
    letter = make_presented_letter(at=at)
    close(letter, at)
    from_center = letter.case.opened_by
    from_center.role = "crew"
    session.commit()
    answers = all_at_once(app, 6, poster(letter, from_center, at, lambda i: [ride(30_000)]))
    session.expire_all()
    assert all(isinstance(answer, Posted) for answer in answers)
    assert position_of(letter).pre_hospital.captured_fen == 100_000
    nothing_is_wrong()
