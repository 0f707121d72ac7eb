from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from guarantee.letters.guesses import MOST_FAILED, WITHIN, CheckAttempt, note_guess, too_many


def fail(address, at, times):
    for _ in range(times):
        note_guess(address, False, at)


def test_whoever_fails_too_often_must_wait_and_nobody_else(session, at):
    fail("198.51.100.7", at, MOST_FAILED - 1)
    assert not too_many("198.51.100.7", at)
    fail("198.51.100.7", at, 1)
    assert too_many("198.51.100.7", at)
    assert not too_many("198.51.100.8", at)


def test_after_a_while_one_may_try_again(session, at):
    fail("198.51.100.7", at, MOST_FAILED)
    assert too_many("198.51.100.7", at + WITHIN - timedelta(seconds=1))
    assert not too_many("198.51.100.7", at + WITHIN + timedelta(seconds=1))


def test_a_number_that_exists_leaves_no_trace(session, at):
    note_guess("198.51.100.7", True, at)
    assert session.scalar(select(func.count(CheckAttempt.id))) == 0


def test_addresses_are_not_kept_readable_and_not_for_more_than_a_day(session, at):
    fail("198.51.100.7", at, 2)
    kept = session.scalars(select(CheckAttempt.address)).all()
    assert not any("198" in one and "." in one for one in kept)
    fail("198.51.100.8", at + timedelta(hours=25), 1)
    assert session.scalar(select(func.count(CheckAttempt.id))) == 1
