"""What one row of an insurer's file does to the register: 新增, 修改, 退保.

Each function either writes the whole of its row or refuses; the caller gives it a savepoint. The
same row again changes nothing and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from guarantee.business_time import business_day
from guarantee.db import db
from guarantee.ledger.holds import change_sum_insured, open_cover
from guarantee.members.lookup import document_fingerprint, member_of_document, phone_fingerprint
from guarantee.members.models import Enrolment, Member, MemberPhone, Policy
from guarantee.members.names import name_keys
from guarantee.members.rows import Contradiction, EndBeforeStart, ParsedRow, name_key
from guarantee.parties.insurers import Insurer, Product
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words


class NotEnrolled(Conflict):
    code = "not_enrolled"
    words = Words(
        "没有找到可修改或退保的有效参保记录，请核对证件号码、保单号、险种和起保日期。",
        "No enrolment in force was found to change or cancel. Check document, policy, product "
        "and first day.",
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """What a row did. `changes` names what it changed of things that were there before; None when
    it changed nothing at all (the same row again)."""

    member: Member
    changes: tuple[str, ...] | None
    warnings: tuple[str, ...] = ()


def take(
    parsed: ParsedRow, *, insurer: Insurer, product: Product, by: Staff, at: datetime
) -> Taken:
    """Bring one row into the register. Refuses `conflict`, `not_enrolled`, `end_before_start`,
    `sum_below_use`."""
    if parsed.change == "add":
        return _add(parsed, insurer, product, by, at)
    member = member_of_document(parsed.document.type, parsed.document.number)
    if member is None:
        raise NotEnrolled()
    there = _enrolments(member, insurer, parsed.policy_number, product)
    if parsed.change == "cancel":
        return _cancel(parsed, member, there, at)
    return _modify(parsed, member, there, insurer, by, at)


def _add(parsed: ParsedRow, insurer: Insurer, product: Product, by: Staff, at: datetime) -> Taken:
    assert parsed.start is not None
    assert parsed.end is not None
    assert parsed.sum_insured_fen is not None
    member = member_of_document(parsed.document.type, parsed.document.number)
    warnings: tuple[str, ...] = ()
    there: Sequence[Enrolment] = ()
    if member is None:
        member = _new_member(parsed, at)
    else:
        if name_key(member.name) != name_key(parsed.name):
            if _knows(insurer, member):
                raise Contradiction()
            warnings = ("name_differs",)  # another insurer's spelling: the register keeps its own
        there = _enrolments(member, insurer, parsed.policy_number, product)
    same = next((e for e in there if e.starts_on == parsed.start), None)
    if same is not None:
        return _added_before(parsed, member, same, warnings)
    _check_overlap(there, parsed.start, parsed.end, but=None)
    policy = _policy(insurer, parsed.policy_number)
    cover = open_cover(
        insurer_id=insurer.id,
        sum_insured_fen=parsed.sum_insured_fen,
        cause=f"policy:{policy.id}",
        by=by,
        at=at,
    )
    db.session.add(
        Enrolment(
            member=member,
            policy=policy,
            product=product,
            cover=cover,
            card_number=parsed.card_number,
            starts_on=parsed.start,
            ends_on=parsed.end,
        )
    )
    _add_phones(member, parsed.phones)
    db.session.flush()
    return Taken(member, (), warnings)


def _added_before(
    parsed: ParsedRow, member: Member, same: Enrolment, warnings: tuple[str, ...]
) -> Taken:
    """新增 of what is there: new phones and a card not known yet are taken, nothing is replaced."""
    if same.ends_on != parsed.end or same.cover.sum_insured_fen != parsed.sum_insured_fen:
        raise Contradiction()
    if parsed.card_number and same.card_number not in ("", parsed.card_number):
        raise Contradiction()
    changes = []
    if parsed.card_number and not same.card_number:
        same.card_number = parsed.card_number
        changes.append("card_number")
    if _add_phones(member, parsed.phones):
        changes.append("phone")
    db.session.flush()
    return Taken(member, tuple(changes) or None, warnings)


def _modify(
    parsed: ParsedRow,
    member: Member,
    there: Sequence[Enrolment],
    insurer: Insurer,
    by: Staff,
    at: datetime,
) -> Taken:
    in_force = [e for e in there if e.cancelled_on is None]
    enrolment = next((e for e in in_force if e.starts_on == parsed.start), None)
    if enrolment is None:
        if len(in_force) != 1:
            raise NotEnrolled()
        enrolment = in_force[0]
    changes = []
    start, end = parsed.start or enrolment.starts_on, parsed.end or enrolment.ends_on
    if (start, end) != (enrolment.starts_on, enrolment.ends_on):
        if end < start:
            raise EndBeforeStart()
        _check_overlap(there, start, end, but=enrolment)
        enrolment.starts_on, enrolment.ends_on = start, end
        changes.append("period")
    fen = parsed.sum_insured_fen
    if fen is not None and fen != enrolment.cover.sum_insured_fen:
        change_sum_insured(
            cover=enrolment.cover,
            sum_insured_fen=fen,
            cause=f"policy:{enrolment.policy_id}",
            by=by,
            at=at,
        )
        changes.append("sum_insured")
    if parsed.card_number and parsed.card_number != enrolment.card_number:
        enrolment.card_number = parsed.card_number
        changes.append("card_number")
    if parsed.name != member.name:
        member.name, member.name_keys = parsed.name, name_keys(parsed.name)
        changes.append("name")
    if _change_phones(member, parsed.phones, only_insurer=_is_only(insurer, member)):
        changes.append("phone")
    db.session.flush()
    return Taken(member, tuple(changes) or None)


def _cancel(parsed: ParsedRow, member: Member, there: Sequence[Enrolment], at: datetime) -> Taken:
    """退保: the last day covered is the row's 终保日期 when it is earlier than the enrolment's;
    otherwise the enrolment ends from the day of the file on."""
    if name_key(member.name) != name_key(parsed.name):
        raise Contradiction()
    named = [e for e in there if parsed.start in (None, e.starts_on)]
    open_ones = [e for e in named if e.cancelled_on is None]
    if not open_ones and named:
        return Taken(member, None)
    if len(open_ones) != 1:
        raise NotEnrolled()
    enrolment = open_ones[0]
    if parsed.end is not None and parsed.end < enrolment.ends_on:
        enrolment.cancelled_on = parsed.end + timedelta(days=1)
    else:
        enrolment.cancelled_on = business_day(at)
    db.session.flush()
    return Taken(member, ("cancelled_on",))


def _new_member(parsed: ParsedRow, at: datetime) -> Member:
    """Added to the session, not written yet: one round trip to the database writes all."""
    member = Member(
        name=parsed.name,
        name_keys=name_keys(parsed.name),
        document_type=str(parsed.document.type),
        document_number=parsed.document.number,
        document_fingerprint=document_fingerprint(parsed.document.number),
        birth_date=parsed.document.birth_date,
        sex=parsed.document.sex,
        made_at=at,
        phones=[MemberPhone(phone=p, fingerprint=phone_fingerprint(p)) for p in parsed.phones],
    )
    db.session.add(member)
    return member


def _policy(insurer: Insurer, number: str) -> Policy:
    query = select(Policy).where(Policy.insurer_id == insurer.id, Policy.number == number)
    found = db.session.scalar(query)
    if found is None:
        found = Policy(insurer=insurer, number=number)
        db.session.add(found)
        db.session.flush()
    return found


def _enrolments(
    member: Member, insurer: Insurer, policy_number: str, product: Product
) -> list[Enrolment]:
    query = (
        select(Enrolment)
        .join(Enrolment.policy)
        .where(
            Enrolment.member_id == member.id,
            Enrolment.product_id == product.id,
            Policy.insurer_id == insurer.id,
            Policy.number == policy_number,
        )
        .order_by(Enrolment.starts_on)
    )
    return list(db.session.scalars(query))


def _check_overlap(
    there: Sequence[Enrolment], start: date, end: date, *, but: Enrolment | None
) -> None:
    """Two enrolments in one policy and product never cover the same day: that would count the sum
    insured twice. Refuses `conflict`."""
    for other in there:
        if other is but:
            continue
        last = other.ends_on
        if other.cancelled_on is not None:
            last = min(last, other.cancelled_on - timedelta(days=1))
        if start == other.starts_on or (start <= last and other.starts_on <= end):
            raise Contradiction()


def _knows(insurer: Insurer, member: Member) -> bool:
    return insurer.id in {e.policy.insurer_id for e in member.enrolments}


def _is_only(insurer: Insurer, member: Member) -> bool:
    return {e.policy.insurer_id for e in member.enrolments} == {insurer.id}


def _add_phones(member: Member, phones: Sequence[str]) -> bool:
    known = {p.fingerprint for p in member.phones}
    new = [p for p in phones if phone_fingerprint(p) not in known]
    for phone in new:
        member.phones.append(MemberPhone(phone=phone, fingerprint=phone_fingerprint(phone)))
    return bool(new)


def _change_phones(member: Member, phones: Sequence[str], *, only_insurer: bool) -> bool:
    """The phones of a 修改 row replace the known ones, unless another insurer may have sent
    those. No phone in the row: nothing said."""
    changed = _add_phones(member, phones)
    if phones and only_insurer:
        kept = {phone_fingerprint(p) for p in phones}
        for old in [p for p in member.phones if p.fingerprint not in kept]:
            member.phones.remove(old)
            changed = True
    return changed
