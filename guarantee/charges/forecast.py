"""How long the guarantee will last, from what the last days burnt. Pure; whole fen, whole days.

Deliberately plain: the mean of the last days, and the busiest and the quietest of their halves as
the range. A desk needs "about Thursday", not a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LOOK_BACK_DAYS = 5
COVER_DAYS = 5
"""A suggested top-up carries the stay so many days beyond what is left."""
ROUND_FEN = 10_000
"""Suggestions are rounded up to full hundreds of yuan."""
FARTHEST_DAYS = 365


@dataclass(frozen=True)
class Forecast:
    """`per_day_fen`: mean daily burn. `runs_out_on`: the first day that what is left does not
    carry to its end, between `soonest` and `latest`; None: later than can be seen."""

    per_day_fen: int
    runs_out_on: date | None
    soonest: date | None
    latest: date | None
    suggested_fen: int
    """What to ask for as a top-up; 0 when nothing burns."""


def forecast(
    *, burn: Sequence[tuple[date, int]], left_fen: int, today: date, patient_excess_fen: int = 0
) -> Forecast | None:
    """When `left_fen` will be used up. `burn`: (day, in-scope fen) in any order; days without
    charges between two others are quiet ones. `patient_excess_fen`, what already exceeds the
    guarantee, is part of the suggestion. None while nothing was charged lately or the last days
    only gave back."""
    by_day: dict[date, int] = {}
    for day, fen in burn:
        by_day[day] = by_day.get(day, 0) + fen
    if not by_day:
        return None
    last = max(by_day)
    if today - last > timedelta(days=LOOK_BACK_DAYS):
        return None
    first = max(min(by_day), last - timedelta(days=LOOK_BACK_DAYS - 1))
    days = [by_day.get(first + timedelta(days=n), 0) for n in range((last - first).days + 1)]
    mean = sum(days) // len(days)
    if mean <= 0:
        return None
    ranked = sorted(days)
    half = (len(ranked) + 1) // 2
    quiet, busy = sum(ranked[:half]) // half, sum(ranked[-half:]) // half
    need = mean * COVER_DAYS + patient_excess_fen
    return Forecast(
        per_day_fen=mean,
        runs_out_on=_out(left_fen, mean, today),
        soonest=_out(left_fen, busy, today),
        latest=_out(left_fen, quiet, today),
        suggested_fen=-(-need // ROUND_FEN) * ROUND_FEN,
    )


def _out(left_fen: int, per_day_fen: int, today: date) -> date | None:
    """The first day that what is left does not carry to its end."""
    if per_day_fen <= 0 or left_fen // per_day_fen > FARTHEST_DAYS:
        return None
    return today + timedelta(days=max(left_fen, 0) // per_day_fen)
