"""Issuing: the number that lets a patient in without a deposit.

Lock the cover, look again whether everything still holds, hold the money, fix what the letter
says. Two presses, two people or two machines at once get the same letter: the database lets a
case have one live initial letter, and whoever comes second is answered with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from guarantee import audit
from guarantee.business_time import business_day
from guarantee.cases.first_guarantee import first_guarantee_on
from guarantee.cases.models import Case, Method, Verification
from guarantee.config import Settings
from guarantee.db import db
from guarantee.eligibility import REASONS, assess_enrolment
from guarantee.events import publish
from guarantee.ledger.holds import place_holds
from guarantee.ledger.models import Part
from guarantee.letters import number as numbers
from guarantee.letters.dossier import Dossier, read_dossier
from guarantee.letters.keys import signing_key
from guarantee.letters.lifecycle import void
from guarantee.letters.models import Letter
from guarantee.letters.snapshot import take_snapshot
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words
from guarantee.tables import CASE


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
    `exclusion_applies`, `not_eligible`, `hospital_not_accepting`, `letter_exists`,
    `characters_missing`, `letter_too_long`.
    """
    dossier = read_dossier(case)
    if dossier is None or dossier.verification is None:
        raise NotVerified()
    provisional = dossier.verification.method == Method.PROVISIONAL
    replaces = dossier.last_voided
    if standing := dossier.standing:
        if not standing.provisional or provisional or standing.state != "issued":
            return _found(standing, hospital)
        void(letter=standing, reason="身份已核实，换发正式担保函", by=by, at=at)
        replaces = standing
    _check(dossier, hospital, at)
    case.state = CASE.move(case.state, "issue")
    parts = first_parts(dossier.available.balance_fen, provisional=provisional, at=at)
    letter = Letter(
        case=case,
        kind="initial",
        hospital=hospital,
        channel=channel,
        provisional=provisional,
        replaces=replaces,
        pre_hospital_fen=parts[Part.PRE_HOSPITAL],
        in_hospital_fen=parts[Part.IN_HOSPITAL],
        total_in_hospital_fen=parts[Part.IN_HOSPITAL],
        issued_at=at,
        issued_by=by,
        lapses_at=at + timedelta(hours=settings.first_letter_hours),
    )
    write_letter(letter=letter, verification=dossier.verification, settings=settings, at=at)
    place_holds(
        cover_id=dossier.enrolment.cover_id,
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
        topic=f"center:{case.center.code}",
        kind="issued",
        at=at,
        case=case.id,
        number=letter.number,
    )
    publish(topic=f"hospital:{hospital.id}", kind="letter", at=at, number=letter.number)
    return Issued(letter, fresh=True)


def write_letter(
    *, letter: Letter, verification: Verification, settings: Settings, at: datetime
) -> None:
    """Give `letter` a number nobody has and fix what it says. Used by top-ups too.

    A number drawn twice (one in ten milliards a centre) is refused by the database, and the
    transaction is tried again with another.
    """
    letter.number = numbers.new(letter.case.center.code)
    take_snapshot(
        letter=letter,
        verification=verification,
        key=signing_key(at=at),
        hotline_phone=settings.hotline_phone,
    )
    db.session.add(letter)
    db.session.flush()


def first_parts(remaining_fen: int, *, provisional: bool, at: datetime) -> dict[Part, int]:
    """What an initial letter issued `at` this moment holds where `remaining_fen` of the cover is
    left. Pre-hospital is held first, in-hospital gets the rest; a provisional letter covers the
    pre-hospital part only (domain rules, Money and Letters)."""
    figures = first_guarantee_on(business_day(at))
    pre = min(figures.pre_hospital_fen, remaining_fen)
    within = min(figures.in_hospital_fen, remaining_fen - pre)
    return {Part.PRE_HOSPITAL: pre, Part.IN_HOSPITAL: 0 if provisional else within}


def _check(dossier: Dossier, hospital: Hospital, at: datetime) -> None:
    assert dossier.verification is not None
    if not dossier.verification.condition_in_scope:
        raise ConditionOutOfScope()
    if applying := [a.code for a in dossier.verification.answers if a.applies]:
        raise ExclusionApplies(codes="、".join(applying))
    verdict = assess_enrolment(
        dossier.enrolment, day=business_day(at), remaining_fen=dossier.available.balance_fen
    )
    if not verdict.eligible:
        reason = REASONS[verdict.reasons[0]]
        raise NotEligible(reason=reason.zh, reason_en=reason.en)
    if hospital.in_network and not hospital.accepting:
        raise HospitalNotAccepting()


def _found(letter: Letter, hospital: Hospital) -> Issued:
    if letter.hospital_id != hospital.id:
        raise LetterExists()
    return Issued(letter, fresh=False)
