"""What must hold before charges are posted, and the refusals when it does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple

from sqlalchemy import func, select

from guarantee.business_time import business_day
from guarantee.charges.lines import ChargeLine, LineConflict
from guarantee.charges.models import Charge
from guarantee.db import db
from guarantee.ledger.models import Part
from guarantee.letters.models import Letter
from guarantee.letters.visible import UnknownLetter, initial_of
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Forbidden, Words
from guarantee.roles import Role

SENDERS: dict[Part, frozenset[Role]] = {
    Part.IN_HOSPITAL: frozenset({Role.BILLING_DESK}),
    Part.PRE_HOSPITAL: frozenset({Role.CENTER_FINANCE, Role.CREW, Role.HOTLINE}),
}
TAKES = {
    Part.IN_HOSPITAL: frozenset({"presented"}),
    Part.PRE_HOSPITAL: frozenset({"issued", "presented", "closed", "lapsed"}),
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


REFUSED_IN: dict[str, type[Conflict]] = {
    "issued": NotAccepted,
    "closed": LetterClosed,
    "voided": LetterVoided,
    "lapsed": LetterLapsed,
}


def check_state(initial: Letter, part: Part, lines: Iterable[ChargeLine]) -> None:
    """Whether the letter takes these lines as it stands now.

    A letter to a hospital outside the network is never presented and so lapses: the ride it
    covered while it stood is still the alliance's. Refuses `not_presented`, `letter_closed`,
    `letter_voided`, `letter_lapsed`.
    """
    late = initial.state == "lapsed" and any(
        line.charged_on > business_day(initial.lapses_at) for line in lines
    )
    if initial.state not in TAKES[part] or late:
        raise REFUSED_IN[initial.state]()


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


def part_of(lines: Sequence[ChargeLine], by: Staff) -> Part:
    """The one part of these lines. Refuses `not_your_part`: another's, or a mixture of both."""
    part = lines[0].part
    for place, line in enumerate(lines):
        if line.part != part or by.role not in SENDERS[line.part]:
            raise NotYourPart(field=f"lines.{place}.part")
    return part


def check_own(initial: Letter, part: Part, by: Staff) -> None:
    """Refuses `unknown_letter` when the letter is another hospital's or centre's."""
    if part == Part.IN_HOSPITAL and by.hospital_id != initial.hospital_id:
        raise UnknownLetter()
    if by.center_id is not None and by.center_id != initial.case.center_id:
        raise UnknownLetter()


def fresh_places(initial: Letter, lines: Sequence[ChargeLine]) -> tuple[list[int], int]:
    """The places of lines that were not posted before, and how many were. Refuses
    `line_conflict`."""
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


def check_refunds(
    initial: Letter, part: Part, lines: Sequence[ChargeLine], fresh: Sequence[int]
) -> None:
    """No item may end below zero: its refunds never exceed what was charged for it. Refuses
    `refund_too_large`."""
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
