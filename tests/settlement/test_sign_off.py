from datetime import timedelta

import pytest

from guarantee.roles import Role
from guarantee.settlement.sign_off import (
    DayNotOver,
    DifferenceNeedsNote,
    NotTheSupervisor,
    SignedAlready,
    due_at,
    figures_of,
    sign,
    week_days,
)
from tests import factories
from tests.settlement.scenes import TUESDAY, WEEK, Week

NEXT_DAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def week(session):
    made = Week()
    made.filled()
    made.charged(30_000)
    made.drawn(20_000)
    Week().charged(99_999)
    return made


def signed(week, *, letters=2, fen=50_000, note="", by=None, at=NEXT_DAY):
    return sign(
        center=week.center, day=TUESDAY.date(), center_letters=letters, center_fen=fen,
        note=note, by=by or week.supervisor, at=at,
    )  # fmt: skip


def test_a_days_figures_are_its_letters_charges_and_drawdowns(week):
    figures = figures_of(week.center, TUESDAY.date())
    assert (figures.letters, figures.charges, figures.drawdowns) == (2, 1, 1)
    assert (figures.letters_fen, figures.paid_fen) == (1_200_000, 50_000)
    assert figures_of(week.center, NEXT_DAY.date()).letters == 0


def test_a_signed_day_shows_what_changed_since(week):
    signed(week)
    state = week_days(week.center, WEEK)[1]
    assert (state.signed is not None, state.changed) == (True, False)
    week.charged(1_000)
    assert week_days(week.center, WEEK)[1].changed
    assert [one.signed is None for one in week_days(week.center, WEEK)] == [
        True, False, True, True, True, True, True,
    ]  # fmt: skip


def test_a_difference_needs_a_note(week):
    with pytest.raises(DifferenceNeedsNote) as refused:
        signed(week, fen=49_000)
    assert "500.00" in refused.value.message("zh")
    assert signed(week, fen=49_000, note="一张票据待补").note == "一张票据待补"


def test_a_day_is_signed_once_when_it_is_over_by_its_supervisor(week):
    with pytest.raises(DayNotOver):
        signed(week, at=TUESDAY)
    for stranger in (factories.make_staff(Role.SUPERVISOR), week.clerk, week.finance):
        with pytest.raises(NotTheSupervisor):
            signed(week, by=stranger)
    signed(week)
    with pytest.raises(SignedAlready):
        signed(week)


def test_the_signature_is_due_at_noon_of_the_next_day():
    assert due_at(TUESDAY.date()).isoformat() == "2026-11-18T12:00:00+08:00"
