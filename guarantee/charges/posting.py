"""Posting charges: lines in, the guarantee used, the patient's share left over.

The hospital posts in-hospital lines on a letter it has accepted; the centre posts pre-hospital
lines, also after the final bill. A line id counts once for its sender. Everything happens under
the lock of the case's cover, so that parallel postings never use more than the guarantee.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from guarantee import audit
from guarantee.business_time import business_day
from guarantee.charges import capturing
from guarantee.charges.checks import (
    SENDERS,
    check_own,
    check_refunds,
    check_state,
    fresh_places,
    part_of,
)
from guarantee.charges.division import Taken, crossed, divide
from guarantee.charges.lines import ChargeLine, LineConflict, check_lines
from guarantee.charges.models import Charge
from guarantee.charges.stay import charged
from guarantee.db import db
from guarantee.events import publish
from guarantee.ledger.models import Part
from guarantee.letters import top_up
from guarantee.letters.lifecycle import lock_letter
from guarantee.letters.models import Letter
from guarantee.letters.position import PartPosition, position_of
from guarantee.letters.visible import initial_of
from guarantee.parties.staff import Staff

__all__ = ["SENDERS", "Posted", "post_charges", "refund_of", "take_up_excess"]

REFUND_MARK = "-R"
"""What the id of a line that takes another back ends in."""


@dataclass(frozen=True)
class Posted:
    """Where the part that was posted to stands now, in fen: guaranteed = captured + remaining
    (and released, after the final bill). `patient_fen`: the patient's share of all its lines."""

    guaranteed_fen: int
    captured_fen: int
    remaining_fen: int
    patient_fen: int
    duplicates: int
    """Lines that were posted before with the same content: not counted again."""
    alerts: tuple[int, ...]
    """Thresholds in per cent of the in-hospital guarantee that this posting crossed."""


def post_charges(*, letter: Letter, lines: Sequence[ChargeLine], by: Staff, at: datetime) -> Posted:
    """Post lines of one part to the letter's case; all of them or none.

    Refuses what `check_lines` refuses; `not_your_part` for another's part or a mixture of both;
    `unknown_letter` for another institution's; `not_presented`, `letter_closed`, `letter_voided`,
    `letter_lapsed` by state (`check_state`); `line_conflict` for other content under a posted id;
    `refund_too_large` where an item's refunds exceed its charges. Above the guarantee nothing is
    refused: the excess is the patient's.
    """
    check_lines(lines, today=business_day(at))
    part = part_of(lines, by)
    initial = lock_letter(initial_of(letter))
    check_own(initial, part, by)
    try:
        fresh, duplicates = fresh_places(initial, lines)
    except LineConflict:
        check_state(initial, part, lines)  # that the letter takes no lines is the better answer
        raise
    before = _position(initial, part)
    if fresh:
        check_state(initial, part, [lines[place] for place in fresh])
        check_refunds(initial, part, lines, fresh)
        take_up_excess(letter=initial, by=by, at=at)
        _post(initial, part, [lines[place] for place in fresh], by, at)
        _record(initial, part, [lines[place] for place in fresh], duplicates, by, at)
    after = _position(initial, part)
    alerts: tuple[int, ...] = ()
    if part == Part.IN_HOSPITAL:
        alerts = crossed(before.used_percent, after.used_percent)
        _tell(initial, alerts, at)
    return Posted(
        guaranteed_fen=after.guaranteed_fen,
        captured_fen=after.captured_fen,
        remaining_fen=after.left_fen,
        patient_fen=charged(initial, part).patient_fen,
        duplicates=duplicates,
        alerts=alerts,
    )


def take_up_excess(*, letter: Letter, by: Staff, at: datetime) -> int:
    """Let a raised guarantee take the in-hospital excess of earlier lines, oldest first; answers
    how much, in fen. Runs by itself when a top-up is granted and before each posting.

    Earlier pre-hospital lines are never taken up: they may be settled already.
    """
    initial = lock_letter(initial_of(letter))
    if initial.state != "presented":
        return 0
    sums = charged(initial)
    room = capturing.room(initial, Part.IN_HOSPITAL)
    due = Taken(sums.in_scope_fen, sums.guaranteed_fen, sums.guaranteed_fen + room).catch_up_fen
    if due <= 0:
        return 0
    left = due
    query = select(Charge).where(
        Charge.letter_id == initial.id,
        Charge.part == Part.IN_HOSPITAL,
        Charge.in_scope,
        Charge.amount_fen > Charge.guaranteed_fen,
        Charge.amount_fen > 0,
    )
    for charge in db.session.scalars(query.order_by(Charge.id)):
        more = min(left, charge.patient_fen)
        charge.guaranteed_fen += more
        left -= more
        if not left:
            break
    db.session.flush()
    capturing.use(initial, Part.IN_HOSPITAL, due, by, at)
    audit.record(
        by=by,
        at=at,
        action="excess taken up",
        subject=f"letter:{initial.number}",
        guaranteed_fen=due,
    )
    return due


top_up.after_grant.append(take_up_excess)


def refund_of(charge: Charge, *, on: date) -> ChargeLine:
    """The line that takes a posted one back whole. Its id follows from the charge's, so that a
    line is taken back once."""
    return ChargeLine(
        line_id=f"{charge.line_id}{REFUND_MARK}",
        part=Part(charge.part),
        charged_on=on,
        category=charge.category,
        code=charge.code,
        name=charge.name,
        quantity=-charge.quantity,
        unit_price_fen=charge.unit_price_fen,
        amount_fen=-charge.amount_fen,
        in_scope=charge.in_scope,
        receipt_number=charge.receipt_number,
    )


def _post(
    initial: Letter, part: Part, lines: Sequence[ChargeLine], by: Staff, at: datetime
) -> None:
    sums = charged(initial, part)
    room = capturing.room(initial, part)
    so_far = Taken(sums.in_scope_fen, sums.guaranteed_fen, sums.guaranteed_fen + room)
    shares = divide([(line.amount_fen, line.in_scope) for line in lines], so_far)
    in_hospital = part == Part.IN_HOSPITAL
    db.session.add_all(
        Charge(
            letter_id=initial.id,
            hospital_id=initial.hospital_id if in_hospital else None,
            center_id=None if in_hospital else initial.case.center_id,
            line_id=line.line_id,
            part=part,
            charged_on=line.charged_on,
            category=line.category,
            code=line.code,
            name=line.name,
            quantity=line.quantity,
            unit_price_fen=line.unit_price_fen,
            amount_fen=line.amount_fen,
            in_scope=line.in_scope,
            receipt_number=line.receipt_number,
            guaranteed_fen=share,
            posted_at=at,
            posted_by_id=by.id,
        )
        for line, share in zip(lines, shares, strict=True)
    )
    db.session.flush()
    capturing.use(initial, part, sum(shares), by, at)


def _position(initial: Letter, part: Part) -> PartPosition:
    position = position_of(initial)
    return position.in_hospital if part == Part.IN_HOSPITAL else position.pre_hospital


def _record(
    initial: Letter,
    part: Part,
    lines: Sequence[ChargeLine],
    duplicates: int,
    by: Staff,
    at: datetime,
) -> None:
    audit.record(
        by=by,
        at=at,
        action="charges posted",
        subject=f"letter:{initial.number}",
        part=str(part),
        lines=len(lines),
        amount_fen=sum(line.amount_fen for line in lines),
        duplicates=duplicates,
    )


def _tell(initial: Letter, alerts: tuple[int, ...], at: datetime) -> None:
    """Desk and hotline hear of the highest threshold that was crossed."""
    if not alerts:
        return
    for topic in (f"hospital:{initial.hospital_id}", "role:hotline"):
        publish(
            topic=topic,
            kind="guarantee_used",
            at=at,
            number=initial.number,
            percent=alerts[-1],
        )
