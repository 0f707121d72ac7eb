"""Where a case stands: what is guaranteed, used and left in each part, over all its letters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from guarantee.db import db
from guarantee.ledger.holds import holds_of
from guarantee.ledger.models import Hold, Part
from guarantee.letters.models import Letter
from guarantee.letters.visible import initial_of


@dataclass(frozen=True)
class PartPosition:
    """Fen. guaranteed = captured + left + released. `left` may still be used."""

    guaranteed_fen: int = 0
    captured_fen: int = 0
    released_fen: int = 0

    @property
    def left_fen(self) -> int:
        return self.guaranteed_fen - self.captured_fen - self.released_fen

    @property
    def used_percent(self) -> int:
        """Whole per cent of the guarantee that is used, 0 when there is none."""
        return self.captured_fen * 100 // self.guaranteed_fen if self.guaranteed_fen else 0


@dataclass(frozen=True)
class Position:
    """The case's current position, whichever of its letters was asked about."""

    initial: Letter
    current: Letter
    """The letter that states the current total: the latest top-up, or the initial letter."""
    letters: tuple[Letter, ...]
    pre_hospital: PartPosition
    in_hospital: PartPosition


def position_of(letter: Letter) -> Position:
    """The position of the letter's case. Voided top-ups count for nothing."""
    initial = initial_of(letter)
    query = select(Letter).where(Letter.amends_id == initial.id).order_by(Letter.id)
    top_ups = [t for t in db.session.scalars(query) if t.state != "voided"]
    letters = (initial, *top_ups)
    holds = holds_of(one.id for one in letters)
    return Position(
        initial=initial,
        current=letters[-1],
        letters=letters,
        pre_hospital=_sum(h for h in holds if h.part == Part.PRE_HOSPITAL),
        in_hospital=_sum(h for h in holds if h.part == Part.IN_HOSPITAL),
    )


def first_position(letter: Letter) -> Position:
    """The position of a case whose initial letter was issued just now: nothing is used yet."""
    return Position(
        initial=letter,
        current=letter,
        letters=(letter,),
        pre_hospital=PartPosition(letter.pre_hospital_fen),
        in_hospital=PartPosition(letter.in_hospital_fen),
    )


def _sum(holds: Iterable[Hold]) -> PartPosition:
    placed = captured = released = 0
    for hold in holds:
        placed += hold.placed_fen
        captured += hold.captured_fen
        released += hold.released_fen
    return PartPosition(placed, captured, released)
