from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee.charges.division import Taken, crossed, divide

calm = settings(deadline=None, max_examples=60)

CHARGES = st.lists(st.tuples(st.integers(1, 400_000), st.booleans()), min_size=1, max_size=12)


@st.composite
def stays(draw: st.DrawFn) -> tuple[list[tuple[int, bool]], int]:
    """Charges and refunds of some of them, and a guarantee that may or may not be enough."""
    charges = draw(CHARGES)
    refunded = draw(st.lists(st.sampled_from(charges), max_size=len(charges), unique=True))
    refunds = [(-draw(st.integers(1, amount)), scope) for amount, scope in refunded]
    return charges + refunds, draw(st.integers(0, 2_000_000))


def in_scope(lines: list[tuple[int, bool]]) -> int:
    return sum(amount for amount, scope in lines if scope)


@calm
@given(stays(), st.randoms(use_true_random=False))
def test_in_whatever_order_charges_arrive_the_guarantee_takes_all_it_can_and_no_more(stay, dice):
    lines, limit = stay
    charges = [one for one in lines if one[0] > 0]
    refunds = [one for one in lines if one[0] < 0]
    dice.shuffle(charges)
    dice.shuffle(refunds)
    so_far = Taken(0, 0, limit)
    for one in charges + refunds:
        (share,) = divide([one], so_far)
        so_far = Taken(so_far.in_scope_fen + one[0] * one[1], so_far.taken_fen + share, limit)
        assert so_far.taken_fen == min(limit, so_far.in_scope_fen)
    assert sum(divide(lines, Taken(0, 0, limit))) == so_far.taken_fen == min(limit, in_scope(lines))


@calm
@given(stays(), st.integers(0, 12))
def test_how_lines_are_cut_into_calls_makes_no_difference(stay, cut):
    lines, limit = stay
    charges = sorted(lines, reverse=True)
    first, second = charges[:cut], charges[cut:]
    taken = sum(divide(first, Taken(0, 0, limit)))
    taken += sum(divide(second, Taken(in_scope(first), taken, limit)))
    assert taken == min(limit, in_scope(lines))


@calm
@given(stays())
def test_of_each_line_the_guarantee_takes_between_nothing_and_the_amount(stay):
    lines, limit = stay
    for (amount, scope), share in zip(lines, divide(lines, Taken(0, 0, limit)), strict=True):
        low, high = sorted((0, amount))
        assert low <= share <= high
        assert scope or share == 0


@calm
@given(stays(), st.integers(0, 2_000_000))
def test_a_raised_guarantee_catches_up_to_what_it_would_have_taken_from_the_start(stay, more):
    lines, limit = stay
    taken = sum(divide(lines, Taken(0, 0, limit)))
    raised = Taken(in_scope(lines), taken, limit + more)
    assert taken + raised.catch_up_fen == sum(divide(lines, Taken(0, 0, limit + more)))


def test_every_threshold_between_two_degrees_is_crossed_once():
    assert crossed(0, 59) == ()
    assert crossed(59, 96) == (60, 80, 95)
    assert crossed(60, 60) == ()
    assert crossed(99, 100) == (100,)
    assert crossed(100, 40) == ()
