"""What must hold between charges, drawdowns and the books; part of `flask ledger check`."""

from __future__ import annotations

from sqlalchemy import func, literal, select, union_all

from guarantee.charges.models import Charge
from guarantee.ledger import check
from guarantee.ledger.check_one import Check
from guarantee.ledger.models import Hold, Part
from guarantee.letters.models import Letter
from guarantee.refusals import Words
from guarantee.settlement.models import ReserveDrawdown

_initial = func.coalesce(Letter.amends_id, Letter.id)
_none = literal(0)
_figures = union_all(
    select(
        _initial.label("letter_id"),
        Hold.part,
        Hold.captured_fen.label("captured"),
        _none.label("used"),
    )
    .select_from(Hold)
    .join(Letter, Letter.id == Hold.letter_id),
    select(Charge.letter_id, Charge.part, _none, Charge.guaranteed_fen),
    select(
        ReserveDrawdown.letter_id,
        literal(Part.IN_HOSPITAL.value),
        _none,
        ReserveDrawdown.amount_fen,
    ),
).subquery()
_captured, _used = func.sum(_figures.c.captured), func.sum(_figures.c.used)

CAPTURED = Check(
    "letter_captured",
    Words(
        "每案各部分的扣用等于费用中由担保承担的部分与备用金垫付之和",
        "what each part of a case has captured is its charges' guaranteed share and its drawdowns",
    ),
    "letters",
    select(
        _figures.c.letter_id.label("id"),
        _figures.c.part,
        func.count().label("looked_at"),
        _captured.label("kept"),
        _used.label("recomputed"),
        (_captured != _used).label("wrong"),
    ).group_by(_figures.c.letter_id, _figures.c.part),
    "{part}: its holds have captured {kept}, its charges and drawdowns give {recomputed}",
)

check.more_checks.append(CAPTURED)
