"""Issuing: the number that lets a patient in without a deposit.

Lock the cover, look again whether everything still holds, hold the money, fix what the letter
says. Two presses, two people or two machines at once get the same letter: the database lets a
case have one live initial letter, and whoever comes second is answered with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.orm.attributes import set_committed_value

from guarantee import audit
from guarantee.business_time import business_day
from guarantee.cases.first_guarantee import first_guarantee_on
from guarantee.cases.models import Case
from guarantee.config import Settings
from guarantee.db import change, db, insert_row, take_in
from guarantee.eligibility import REASONS, PolicyFacts, judge
from guarantee.events import publish
from guarantee.ledger.holds import lock_cover, place_holds
from guarantee.ledger.models import Part
from guarantee.letters import number as numbers
from guarantee.letters.content import CopySeal
from guarantee.letters.facts import CaseFacts, read_facts
from guarantee.letters.keys import signing_key
from guarantee.letters.lifecycle import void
from guarantee.letters.models import Letter, LetterCopy
from guarantee.letters.snapshot import take_snapshot
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words
from guarantee.tables import CASE

_ADD_COPIES = insert(cast(Table, LetterCopy.__table__)).returning(LetterCopy.copy_no, LetterCopy.id)


class NotVerified(Conflict):
    code = "case_not_verified"
    words = Words("现场核实尚未完成，不能出函。", "The verification at the scene is not done yet.")


class NotEligible(Conflict):
    code = "not_eligible"
    words = Words("不可担保：{reason}", "Not eligible: {reason_en}")


class ConditionOutOfScope(Conflict):
    code = "condition_out_of_scope"
    words = Words(
        "病情不属于意外伤害或急性病，不能出函。",
        "The condition is neither an accidental injury nor an acute illness.",
    )


class ExclusionApplies(Conflict):
    code = "exclusion_applies"
    words = Words(
        "免责条款 {codes} 适用，不能出函。可转联盟坐席。",
        "Exclusion {codes} applies. You may hand the call to the hotline.",
    )


class NothingToGuarantee(Conflict):
    code = "nothing_to_guarantee"
    words = Words(
        "按现行首次担保额度，此函没有可担保的金额；如为临时核实，请核实证件后再出函。",
        "By today's first guarantee this letter would guarantee nothing. If it is provisional, "
        "issue it once the document has been seen.",
    )


class HospitalNotAccepting(Conflict):
    code = "hospital_not_accepting"
    words = Words("该医院暂停接收，请另选医院。", "This hospital is not accepting. Choose another.")
    field = "hospital"


class LetterExists(Conflict):
    code = "letter_exists"
    words = Words(
        "本案例已有担保函，发往另一家医院。请先作废再重新出函。",
        "The case has a letter to another hospital. Void it first.",
    )
    field = "hospital"


@dataclass(frozen=True)
class Issued:
    """The case's letter, and whether this call made it (or found it made)."""

    letter: Letter
    fresh: bool


def issue(
    *,
    case: Case,
    hospital: Hospital,
    channel: str,
    by: Staff,
    at: datetime,
    settings: Settings,
) -> Issued:
    """The case's initial letter to `hospital`, issued by the `center` or the `hotline` for it.

    Pressed again it answers the letter there is. A provisional letter is replaced once the
    document has been seen. Refuses `case_not_verified`, `condition_out_of_scope`,
    `exclusion_applies`, `not_eligible`, `nothing_to_guarantee`, `hospital_not_accepting`,
    `letter_exists`, `characters_missing`, `letter_too_long`.
    """
    if case.enrolment is None:
        raise NotVerified()
    available = lock_cover(case.enrolment.cover_id)
    facts = read_facts(case)
    if facts is None or facts.cover_id != available.owner_id:
        raise NotVerified()
    replaces = _letter(facts.voided_id)
    if standing := _letter(facts.standing_id):
        if not standing.provisional or facts.provisional or standing.state != "issued":
            return _found(standing, hospital)
        void(letter=standing, reason="身份已核实，换发正式担保函", by=by, at=at)
        facts, replaces = replace(facts, case_state=case.state), standing
    _check(facts, hospital, remaining_fen=available.balance_fen, day=business_day(at))
    parts = first_parts(available.balance_fen, provisional=facts.provisional, at=at)
    if not any(parts.values()):
        raise NothingToGuarantee()
    change(case, state=CASE.move(facts.case_state, "issue"))
    letter = Letter(
        case_id=case.id,
        kind="initial",
        hospital_id=hospital.id,
        channel=channel,
        provisional=facts.provisional,
        replaces_id=replaces.id if replaces else None,
        pre_hospital_fen=parts[Part.PRE_HOSPITAL],
        in_hospital_fen=parts[Part.IN_HOSPITAL],
        total_in_hospital_fen=parts[Part.IN_HOSPITAL],
        issued_at=at,
        issued_by_id=by.id,
        lapses_at=at + timedelta(hours=settings.first_letter_hours),
    )
    write_letter(letter, facts, hospital, by, settings=settings, replaces=replaces)
    set_committed_value(letter, "case", case)
    place_holds(
        cover_id=facts.cover_id,
        letter_id=letter.id,
        parts=parts,
        cause=f"letter:{letter.number}",
        by=by,
        at=at,
    )
    audit.record(
        by=by,
        at=at,
        action="letter issued",
        subject=f"letter:{letter.number}",
        case=case.id,
        pre_hospital_fen=letter.pre_hospital_fen,
        in_hospital_fen=letter.in_hospital_fen,
        hospital=hospital.code,
        provisional=letter.provisional,
    )
    publish(
        topic=f"center:{facts.center_code}",
        kind="issued",
        at=at,
        case=case.id,
        number=letter.number,
    )
    publish(topic=f"hospital:{hospital.id}", kind="letter", at=at, number=letter.number)
    return Issued(letter, fresh=True)


def write_letter(
    letter: Letter,
    facts: CaseFacts,
    hospital: Hospital,
    by: Staff,
    *,
    settings: Settings,
    amends: Letter | None = None,
    replaces: Letter | None = None,
) -> None:
    """Give `letter` a number nobody has, fix what it says and write it with its four copies.

    Used by top-ups too. A number drawn twice (one in ten milliards a centre) is refused by the
    database, and the transaction is tried again with another.
    """
    letter.number = numbers.new(facts.center_code)
    copies = take_snapshot(
        letter,
        facts,
        hospital=hospital,
        issued_by=by,
        amends=amends.number if amends else "",
        replaces=replaces.number if replaces else "",
        key=signing_key(at=letter.issued_at),
        hotline_phone=settings.hotline_phone,
    )
    insert_row(letter)
    _write_copies(letter, copies)
    # whoever shows the letter next need not read what is known here
    set_committed_value(letter, "hospital", hospital)


def _write_copies(letter: Letter, seals: Sequence[CopySeal]) -> None:
    rows = [
        {"letter_id": letter.id, "copy_no": seal.copy_no, "code": seal.code, "state": "printed"}
        for seal in seals
    ]
    ids: dict[int, int] = dict(db.session.execute(_ADD_COPIES, rows).all())
    copies = [
        LetterCopy(id=ids[seal.copy_no], **row) for seal, row in zip(seals, rows, strict=True)
    ]
    for copy in copies:
        take_in(copy)
    set_committed_value(letter, "copies", copies)


def first_parts(remaining_fen: int, *, provisional: bool, at: datetime) -> dict[Part, int]:
    """What an initial letter issued `at` this moment holds where `remaining_fen` of the cover is
    left. Pre-hospital is held first, in-hospital gets the rest; a provisional letter covers the
    pre-hospital part only (domain rules, Money and Letters)."""
    figures = first_guarantee_on(business_day(at))
    pre = min(figures.pre_hospital_fen, remaining_fen)
    within = min(figures.in_hospital_fen, remaining_fen - pre)
    return {Part.PRE_HOSPITAL: pre, Part.IN_HOSPITAL: 0 if provisional else within}


def _check(facts: CaseFacts, hospital: Hospital, *, remaining_fen: int, day: date) -> None:
    """Whether the case's own enrolment stands for it now: its clauses were read out, so no other
    policy of the member can take its place."""
    if not facts.condition_in_scope:
        raise ConditionOutOfScope()
    if applying := [clause.code for clause in facts.clauses if clause.applies]:
        raise ExclusionApplies(codes="、".join(applying))
    verdict = judge(
        [PolicyFacts(facts.starts_on, facts.ends_on, facts.cancelled_on, remaining_fen)],
        day=day,
        first_guarantee_fen=0,
        stop_listed=bool(facts.stop_reason),
    )
    if not verdict.eligible:
        reason = REASONS[verdict.reasons[0]]
        raise NotEligible(reason=reason.zh, reason_en=reason.en)
    if hospital.in_network and not hospital.accepting:
        raise HospitalNotAccepting()


def _letter(letter_id: int | None) -> Letter | None:
    return (
        None if letter_id is None else db.session.get_one(Letter, letter_id, populate_existing=True)
    )


def _found(letter: Letter, hospital: Hospital) -> Issued:
    if letter.hospital_id != hospital.id:
        raise LetterExists()
    return Issued(letter, fresh=False)
