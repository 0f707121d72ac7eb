"""What can become of a letter: presented, handed back, voided, lapsed. (Closing: charges.)

Irrevocable once presented: from then on only the hospital itself can give it back, and only while
nothing of it is captured.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select

from guarantee import audit
from guarantee.cases.models import Case, HospitalRefusal
from guarantee.db import db, lock_row
from guarantee.events import publish
from guarantee.ledger.holds import holds_of, lock_cover, release
from guarantee.letters.models import Letter
from guarantee.letters.visible import initial_of
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Invalid, Words
from guarantee.roles import Role
from guarantee.tables import CASE, LETTER, WrongState
from guarantee.tickets import open_ticket


class ReasonMissing(Invalid):
    code = "reason_missing"
    words = Words("请填写原因。", "Please give a reason.")
    field = "reason"


class AlreadyCaptured(Conflict):
    code = "already_captured"
    words = Words(
        "该担保函已有扣用，不能作废或退回。",
        "Part of this letter is captured already; it can't be taken back.",
    )


class ProvisionalNotPresentable(Conflict):
    code = "provisional_letter"
    words = Words(
        "临时担保函仅保院前费用，身份核实后换发正式函再交医院。",
        "A provisional letter covers the pre-hospital part only. A full one follows once the "
        "document has been seen.",
    )


class Lapsed(Conflict):
    code = "letter_lapsed"
    words = Words(
        "担保函已逾期失效，请致电联盟热线重新出函。",
        "The letter has lapsed. Call the hotline for a new one.",
    )


def present(*, letter: Letter, by: Staff, at: datetime) -> Letter:
    """The hospital accepts the letter; the same press again answers the same.

    Refuses `wrong_state`, `letter_lapsed` past its time even before the job has run,
    `provisional_letter`.
    """
    locked = _locked(letter)
    if locked.state == "presented":
        return locked
    if locked.state == "issued" and locked.kind == "initial" and at > locked.lapses_at:
        raise Lapsed()
    if locked.provisional:
        raise ProvisionalNotPresentable()
    locked.state = LETTER.move(locked.state, "present")
    locked.presented_at = at
    tell(locked, "presented", by, at)
    return locked


def refuse(*, letter: Letter, reason: str, by: Staff, at: datetime) -> HospitalRefusal:
    """The hospital does not accept the letter: recorded, and the hotline is called in.

    The letter stays as it is. Refuses `reason_missing`, and `wrong_state` unless it is issued.
    """
    if not reason.strip():
        raise ReasonMissing()
    LETTER.move(letter.state, "present")
    noted = HospitalRefusal(
        case_id=letter.case_id, hospital_id=letter.hospital_id, reason=reason, at=at, by_id=by.id
    )
    db.session.add(noted)
    open_ticket(
        kind="hospital_refuses",
        by=by,
        at=at,
        note=reason,
        center_id=letter.case.center_id,
        case_id=letter.case_id,
    )
    tell(letter, "refused by hospital", by, at)
    return noted


def hand_back(*, letter: Letter, reason: str, by: Staff, at: datetime) -> Letter:
    """The hospital gives a presented letter back; its top-ups go with it.

    Refuses `reason_missing`, `wrong_state`, `already_captured`.
    """
    if not reason.strip():
        raise ReasonMissing()
    letter = _locked(initial_of(letter))
    state = LETTER.move(letter.state, "hand_back")
    _check_nothing_captured(letter)
    for top_up in top_ups_of(letter):
        if top_up.state in ("issued", "presented"):
            _end(top_up, "voided", reason, by, at)
    letter.state, letter.presented_at = state, None
    tell(letter, "handed back", by, at, reason=reason)
    return letter


def void(*, letter: Letter, reason: str, by: Staff, at: datetime) -> Letter:
    """Take an issued letter back for a reason; what it held returns to the cover. Its number is
    never used again. Refuses `reason_missing`, `wrong_state`, `already_captured`."""
    if not reason.strip():
        raise ReasonMissing()
    letter = _locked(letter)
    LETTER.move(letter.state, "void")
    if letter.kind == "top_up":
        # a granted top-up is part of a presented promise: only the hospital gives it back
        said, done = LETTER.states["presented"], LETTER.events["void"]
        raise WrongState(state=said.zh, state_en=said.en, event=done.zh, event_en=done.en)
    _check_nothing_captured(letter)
    _end(letter, "voided", reason, by, at)
    _withdraw(letter.case)
    return letter


def due_to_lapse(*, at: datetime, limit: int | None = None) -> dict[int, str]:
    """The initial letters that were not presented in time, id and number, longest overdue first."""
    query = (
        select(Letter.id, Letter.number)
        .where(Letter.state == "issued", Letter.kind == "initial", Letter.lapses_at < at)
        .order_by(Letter.lapses_at, Letter.id)
        .limit(limit)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def lapse(*, letter: Letter, by: Staff, at: datetime) -> bool:
    """Let a letter lapse that is due to; False when it isn't, or no longer.

    May run twice, late or on two machines: the letter is locked and looked at again.
    """
    letter = _locked(letter)
    if letter.state != "issued" or letter.kind != "initial" or letter.lapses_at >= at:
        return False
    _end(letter, LETTER.move(letter.state, "lapse"), "", by, at)
    _withdraw(letter.case)
    return True


def lapse_due(*, at: datetime, by: Staff, limit: int = 500) -> list[Letter]:
    """Let every letter lapse that is due to, in one transaction; answers which."""
    due = [db.session.get_one(Letter, one) for one in due_to_lapse(at=at, limit=limit)]
    return [letter for letter in due if lapse(letter=letter, by=by, at=at)]


def end_case(*, case: Case, outcome: str, by: Staff, at: datetime) -> Case:
    """Close a case that needs no (more) letter: died, refused, left. An issued letter is voided;
    a presented one is the hospital's to close by its final bill (`wrong_state`)."""
    if not outcome.strip():
        raise ReasonMissing(field="outcome")
    letters = _letters_of(case)
    lock_row(case)
    for letter in letters:
        if letter.state == "presented":
            LETTER.move(letter.state, "void")
        if letter.state == "issued" and letter.kind == "initial":
            if any(h.captured_fen for h in holds_of([letter.id])):
                # real charges stay captured; only the rest goes back
                _end(letter, LETTER.move(letter.state, "lapse"), "", by, at)
            else:
                _end(letter, "voided", outcome, by, at)
    case.state = CASE.move(case.state, "close")
    case.outcome, case.closed_at = outcome, at
    db.session.flush()
    audit.record(by=by, at=at, action="case closed", subject=f"case:{case.id}", outcome=outcome)
    publish(topic=f"center:{case.center.code}", kind="closed", at=at, case=case.id)
    return case


def top_ups_of(letter: Letter) -> list[Letter]:
    """The top-up letters that amend this initial letter, oldest first."""
    query = select(Letter).where(Letter.amends_id == letter.id).order_by(Letter.id)
    return list(db.session.scalars(query))


def lock_letter(letter: Letter) -> Letter:
    """Lock the letter's cover, then read the letter afresh: the order every movement keeps."""
    return _locked(letter)


def _locked(letter: Letter) -> Letter:
    assert letter.case.enrolment is not None
    lock_cover(letter.case.enrolment.cover_id)
    db.session.refresh(letter)
    return letter


def _letters_of(case: Case) -> list[Letter]:
    if case.enrolment is not None:
        lock_cover(case.enrolment.cover_id)
    query = select(Letter).where(Letter.case_id == case.id).order_by(Letter.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _check_nothing_captured(letter: Letter) -> None:
    letters = [letter.id, *(t.id for t in top_ups_of(letter))]
    if any(hold.captured_fen for hold in holds_of(letters)):
        raise AlreadyCaptured()


def _end(letter: Letter, state: str, reason: str, by: Staff, at: datetime) -> None:
    event: Literal["lapse", "release"] = "lapse" if state == "lapsed" else "release"
    for hold in holds_of([letter.id]):
        release(hold=hold, cause=f"letter:{letter.number}", by=by, at=at, event=event)
    letter.state, letter.presented_at = state, None
    if state == "voided":
        letter.voided_at, letter.void_reason = at, reason[:200]
    tell(letter, state, by, at, reason=reason)


def _withdraw(case: Case) -> None:
    if case.state == "guaranteed":
        case.state = CASE.move(case.state, "withdraw")


def tell(letter: Letter, what: str, by: Staff, at: datetime, **facts: object) -> None:
    """Put into the record that the letter is `what` now, and show it at once to its hospital and
    to its centre (whose dispatcher sees their own work without being told)."""
    db.session.flush()
    audit.record(by=by, at=at, action=f"letter {what}", subject=f"letter:{letter.number}", **facts)
    topics = [f"hospital:{letter.hospital_id}"]
    if by.role != Role.DISPATCHER:
        topics.append(f"center:{letter.case.center.code}")
    for topic in topics:
        publish(topic=topic, kind="letter", at=at, number=letter.number, what=what)
