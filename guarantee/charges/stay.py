"""What has been charged to a case so far: the figures a desk sees, and posting starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from guarantee.charges.models import Charge
from guarantee.db import db
from guarantee.ledger.models import Hold, Part
from guarantee.letters.models import Letter
from guarantee.letters.visible import initial_of


@dataclass(frozen=True)
class Charged:
    """One part's lines summed, in fen, refunds taken off. total = guaranteed + patient."""

    lines: int = 0
    total_fen: int = 0
    in_scope_fen: int = 0
    guaranteed_fen: int = 0

    @property
    def patient_fen(self) -> int:
        """The patient's own share: self-pay items and what exceeds the guarantee."""
        return self.total_fen - self.guaranteed_fen

    @property
    def self_pay_fen(self) -> int:
        """Items outside the catalogue."""
        return self.total_fen - self.in_scope_fen

    @property
    def excess_fen(self) -> int:
        """Within the catalogue, but above the guarantee."""
        return self.in_scope_fen - self.guaranteed_fen


def charged(letter: Letter, part: Part = Part.IN_HOSPITAL) -> Charged:
    """The sums of one part of the letter's case."""
    row = db.session.execute(
        select(
            func.count(Charge.id),
            func.coalesce(func.sum(Charge.amount_fen), 0),
            func.coalesce(func.sum(case((Charge.in_scope, Charge.amount_fen), else_=0)), 0),
            func.coalesce(func.sum(Charge.guaranteed_fen), 0),
        ).where(Charge.letter_id == initial_of(letter).id, Charge.part == part)
    ).one()
    return Charged(*(int(figure) for figure in row))


def charges_of(letter: Letter, part: Part | None = None) -> list[Charge]:
    """The lines of the letter's case, by the day they arose, then as they were posted."""
    query = select(Charge).where(Charge.letter_id == initial_of(letter).id)
    if part is not None:
        query = query.where(Charge.part == part)
    return list(db.session.scalars(query.order_by(Charge.charged_on, Charge.id)))


def burn_of(letter: Letter) -> list[tuple[date, int]]:
    """In-scope in-hospital fen by day, oldest first: what the forecast reads."""
    query = (
        select(Charge.charged_on, func.sum(Charge.amount_fen))
        .where(
            Charge.letter_id == initial_of(letter).id,
            Charge.part == Part.IN_HOSPITAL,
            Charge.in_scope,
        )
        .group_by(Charge.charged_on)
        .order_by(Charge.charged_on)
    )
    return [(day, int(fen)) for day, fen in db.session.execute(query)]


@dataclass(frozen=True)
class Standing:
    """A case at a glance, in-hospital figures in fen, for a line of a list."""

    guaranteed_fen: int = 0
    used_fen: int = 0
    patient_fen: int = 0


def standings(initial_ids: Sequence[int]) -> dict[int, Standing]:
    """Guaranteed, used and patient's share of many cases, by their initial letter's id."""
    owner = func.coalesce(Letter.amends_id, Letter.id)
    holds = (
        select(owner, func.sum(Hold.placed_fen), func.sum(Hold.captured_fen))
        .join(Letter, Letter.id == Hold.letter_id)
        .where(owner.in_(initial_ids), Hold.part == Part.IN_HOSPITAL, Letter.state != "voided")
        .group_by(owner)
    )
    shares = (
        select(Charge.letter_id, func.sum(Charge.amount_fen - Charge.guaranteed_fen))
        .where(Charge.letter_id.in_(initial_ids), Charge.part == Part.IN_HOSPITAL)
        .group_by(Charge.letter_id)
    )
    patient = {key: int(fen) for key, fen in db.session.execute(shares)}
    return {
        key: Standing(int(placed), int(captured), patient.get(key, 0))
        for key, placed, captured in db.session.execute(holds)
    }
