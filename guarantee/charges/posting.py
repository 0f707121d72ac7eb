"""Posting charges: lines in, the guarantee used, the patient's share left over.

The hospital posts in-hospital lines on a letter it has accepted; the centre posts pre-hospital
lines, also after the final bill. A line id counts once for its sender. Everything happens under
the lock of the case's cover, so that parallel postings never use more than the guarantee.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import func, select

from guarantee import audit
from guarantee.business_time import business_day
from guarantee.charges import capturing
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
from guarantee.letters.visible import UnknownLetter, initial_of
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Forbidden, Words
from guarantee.roles import Role

SENDERS: dict[Part, frozenset[Role]] = {
    Part.IN_HOSPITAL: frozenset({Role.BILLING_DESK}),
    Part.PRE_HOSPITAL: frozenset({Role.CENTER_FINANCE, Role.CREW, Role.HOTLINE}),
}
_TAKES = {
    Part.IN_HOSPITAL: frozenset({"presented"}),
    Part.PRE_HOSPITAL: frozenset({"issued", "presented", "closed"}),
}


class NotYourPart(Forbidden):
    code = "not_your_part"
    words = Words(
        "院内费用由医院记账，院前费用由急救中心记账。",
        "The hospital posts in-hospital charges, the centre pre-hospital ones.",
    )


class NotAccepted(Conflict):
    code = "not_presented"
    words = Words("请先接收担保函再记账。", "Accept the letter first; then charges can be posted.")


class LetterClosed(Conflict):
    code = "letter_closed"
    words = Words(
        "担保函已结案，不能再记院内费用。如有遗漏请致电联盟热线。",
        "The letter is closed: no more in-hospital charges. Call the hotline if one is missing.",
    )


class LetterVoided(Conflict):
    code = "letter_voided"
    words = Words(
        "担保函已作废，不能记账。请致电联盟热线。",
        "The letter is voided and takes no charges. Call the hotline.",
    )


class LetterLapsed(Conflict):
    code = "letter_lapsed"
    words = Words(
        "担保函已逾期失效，不能记账。请致电联盟热线。",
        "The letter has lapsed and takes no charges. Call the hotline.",
    )


class RefundTooLarge(Conflict):
    code = "refund_too_large"
    words = Words(
        "退费超过“{item}”已记的金额 {posted} 元。",
        "The refund is larger than the {posted} yuan posted for “{item}”.",
    )


_REFUSED_IN: dict[str, type[Conflict]] = {
    "issued": NotAccepted,
    "closed": LetterClosed,
    "voided": LetterVoided,
    "lapsed": LetterLapsed,
}


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
    `letter_lapsed` by state; `line_conflict` for other content under a posted id;
    `refund_too_large` where an item's refunds exceed its charges. Above the guarantee nothing is
    refused: the excess is the patient's.
    """
    check_lines(lines, today=business_day(at))
    part = _part_of(lines, by)
    initial = lock_letter(initial_of(letter))
    _check_own(initial, part, by)
    fresh, duplicates = _fresh(initial, lines)
    before = _position(initial, part)
    if fresh:
        if initial.state not in _TAKES[part]:
            raise _REFUSED_IN[initial.state]()
        _check_refunds(initial, part, lines, fresh)
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


def known_lines(letter: Letter, part: Part, line_ids: Iterable[str]) -> dict[str, Charge]:
    """The sender's lines that were posted before under these ids, on whichever letter."""
    initial = initial_of(letter)
    sender = (
        Charge.hospital_id == initial.hospital_id
        if part == Part.IN_HOSPITAL
        else Charge.center_id == initial.case.center_id
    )
    ids = list(line_ids)
    found: dict[str, Charge] = {}
    for start in range(0, len(ids), 500):
        query = select(Charge).where(sender, Charge.line_id.in_(ids[start : start + 500]))
        found.update({charge.line_id: charge for charge in db.session.scalars(query)})
    return found


def same_line(charge: Charge, line: ChargeLine, letter: Letter) -> bool:
    """Whether a posted charge and a line sent again are the same, field by field."""
    return (
        charge.letter_id == initial_of(letter).id
        and (charge.part, charge.charged_on, charge.category, charge.code, charge.name)
        == (line.part, line.charged_on, line.category, line.code, line.name)
        and (charge.quantity, charge.unit_price_fen, charge.amount_fen, charge.in_scope)
        == (line.quantity, line.unit_price_fen, line.amount_fen, line.in_scope)
        and charge.receipt_number == line.receipt_number
    )


def _part_of(lines: Sequence[ChargeLine], by: Staff) -> Part:
    part = lines[0].part
    for place, line in enumerate(lines):
        if line.part != part or by.role not in SENDERS[line.part]:
            raise NotYourPart(field=f"lines.{place}.part")
    return part


def _check_own(initial: Letter, part: Part, by: Staff) -> None:
    if part == Part.IN_HOSPITAL and by.hospital_id != initial.hospital_id:
        raise UnknownLetter()
    if by.center_id is not None and by.center_id != initial.case.center_id:
        raise UnknownLetter()


def _fresh(initial: Letter, lines: Sequence[ChargeLine]) -> tuple[list[int], int]:
    """The places of lines that were not posted before, and how many were."""
    part = lines[0].part
    known = known_lines(initial, part, {line.line_id for line in lines})
    within: dict[str, ChargeLine] = {}
    fresh = []
    for place, line in enumerate(lines):
        before, twin = known.get(line.line_id), within.get(line.line_id)
        if before is not None:
            if not same_line(before, line, initial):
                raise LineConflict(field=f"lines.{place}.line_id", line_id=line.line_id)
        elif twin is not None:
            if astuple(twin) != astuple(line):
                raise LineConflict(field=f"lines.{place}.line_id", line_id=line.line_id)
        else:
            within[line.line_id] = line
            fresh.append(place)
    return fresh, len(lines) - len(fresh)


def _check_refunds(
    initial: Letter, part: Part, lines: Sequence[ChargeLine], fresh: Sequence[int]
) -> None:
    """No item may end below zero: its refunds never exceed what was charged for it."""
    refunds = {
        (lines[p].item, lines[p].in_scope): p for p in reversed(fresh) if lines[p].amount_fen < 0
    }
    if not refunds:
        return
    item = func.coalesce(func.nullif(Charge.code, ""), Charge.name)
    query = (
        select(item, Charge.in_scope, func.sum(Charge.amount_fen))
        .where(Charge.letter_id == initial.id, Charge.part == part)
        .group_by(item, Charge.in_scope)
    )
    net = {(name, scope): int(fen) for name, scope, fen in db.session.execute(query)}
    posted = dict(net)
    for place in fresh:
        line = lines[place]
        key = (line.item, line.in_scope)
        net[key] = net.get(key, 0) + line.amount_fen
        if line.amount_fen > 0:
            posted[key] = posted.get(key, 0) + line.amount_fen
    for key, place in refunds.items():
        if net[key] < 0:
            raise RefundTooLarge(
                field=f"lines.{place}.amount_fen", item=key[0], posted=yuan(posted.get(key, 0))
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
