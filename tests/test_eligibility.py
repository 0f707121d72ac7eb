"""Eligibility: facts in, a verdict out. Pure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee.eligibility import REASONS, WARNINGS, PolicyFacts, judge

TODAY = date(2026, 11, 18)
FIRST = 600_000


def policy(**more: object) -> PolicyFacts:
    facts = {
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "cancelled_on": None,
        "remaining_fen": 10_000_000,
    }
    return PolicyFacts(**{**facts, **more})


def verdict(*policies: PolicyFacts, **more: object):
    return judge(list(policies), day=TODAY, first_guarantee_fen=FIRST, **more)


def test_a_policy_in_force_with_cover_left_is_eligible() -> None:
    found = verdict(policy())
    assert (found.answer, found.reasons, found.warnings) == ("eligible", (), ())
    assert found.remaining_fen == 10_000_000


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"ends_on": TODAY - timedelta(days=1)}, "expired"),
        ({"starts_on": TODAY + timedelta(days=1)}, "not_started"),
        ({"cancelled_on": TODAY}, "cancelled"),
        ({"remaining_fen": 0}, "cover_exhausted"),
    ],
)
def test_a_policy_that_does_not_stand_today_says_why(facts: dict, reason: str) -> None:
    found = verdict(policy(**facts))
    assert (found.answer, found.reasons) == ("not_eligible", (reason,))


def test_the_first_and_the_last_day_are_both_insured() -> None:
    assert verdict(policy(starts_on=TODAY)).eligible
    assert verdict(policy(ends_on=TODAY)).eligible


def test_the_day_before_a_cancellation_is_still_insured() -> None:
    assert verdict(policy(cancelled_on=TODAY + timedelta(days=1))).eligible


def test_nobody_insures_somebody_without_a_policy() -> None:
    assert verdict().reasons == ("no_policy",)


def test_the_stop_list_outweighs_a_good_policy() -> None:
    assert verdict(policy(), stop_listed=True).reasons == ("stop_listed",)


def test_of_two_policies_the_one_with_more_cover_stands_for_the_case() -> None:
    found = verdict(policy(remaining_fen=100), policy(remaining_fen=700_000))
    assert (found.chosen, found.remaining_fen, found.warnings) == (1, 700_000, ())


def test_an_expired_policy_beside_one_in_force_does_not_matter() -> None:
    found = verdict(policy(ends_on=date(2026, 1, 2)), policy())
    assert (found.answer, found.chosen) == ("eligible", 1)


@pytest.mark.parametrize(
    ("facts", "more", "warning"),
    [
        ({"remaining_fen": FIRST - 1}, {}, "cover_low"),
        ({"ends_on": TODAY}, {}, "expires_today"),
        ({}, {"open_cases": 1}, "open_case"),
        ({}, {"old_area_code": True}, "unknown_area_code"),
    ],
)
def test_what_a_dispatcher_should_mind_is_a_warning_and_no_refusal(
    facts: dict, more: dict, warning: str
) -> None:
    found = verdict(policy(**facts), **more)
    assert (found.answer, found.warnings) == ("eligible_with_warnings", (warning,))


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            policy,
            starts_on=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
            ends_on=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
            cancelled_on=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
            remaining_fen=st.integers(0, 10**7),
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_a_verdict_is_eligible_exactly_when_it_has_no_reason(
    policies: list[PolicyFacts], stopped: bool
) -> None:
    found = verdict(*policies, stop_listed=stopped)
    assert found.eligible == (found.reasons == ())
    assert set(found.reasons) <= set(REASONS)
    assert set(found.warnings) <= set(WARNINGS)
    if found.eligible:
        assert found.remaining_fen > 0
        assert policies[found.chosen].state_on(TODAY) == ""
