"""How charges divide between the guarantee and the patient. Pure: figures in, figures out.

Only in-scope lines count, in the order they are posted, up to the guarantee; what exceeds it is
the patient's. A refund takes from the patient's excess first. So, whatever the order of lines,
the guarantee has taken min(guarantee, sum of in-scope lines).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ALERT_PERCENTS = (60, 80, 95, 100)


@dataclass(frozen=True, slots=True)
class Taken:
    """One part of a case so far, in fen: in-scope lines summed, what of them the guarantee took,
    and the most it can take."""

    in_scope_fen: int
    taken_fen: int
    limit_fen: int

    @property
    def catch_up_fen(self) -> int:
        """Earlier excess that the guarantee can take by now, after a top-up."""
        return min(self.limit_fen, self.in_scope_fen) - self.taken_fen


def divide(amounts: Sequence[tuple[int, bool]], so_far: Taken) -> list[int]:
    """What the guarantee takes of each (amount_fen, in_scope); negative where a refund gives back.

    Charges count before the refunds that came with them. Each answer lies between 0 and its
    amount.
    """
    in_scope, taken = so_far.in_scope_fen, so_far.taken_fen
    answer = [0] * len(amounts)
    refunds_last = sorted(range(len(amounts)), key=lambda place: amounts[place][0] < 0)
    for place in refunds_last:
        amount, counts = amounts[place]
        if not counts:
            continue
        if amount > 0:
            answer[place] = min(amount, max(0, so_far.limit_fen - taken))
        else:
            excess = in_scope - taken
            answer[place] = min(0, amount + excess)
        in_scope += amount
        taken += answer[place]
    return answer


def crossed(before_percent: int, after_percent: int) -> tuple[int, ...]:
    """The alert thresholds that lie between two degrees of use: (59, 96) → (60, 80, 95)."""
    return tuple(p for p in ALERT_PERCENTS if before_percent < p <= after_percent)
