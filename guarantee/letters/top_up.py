"""Top-ups: the hospital asks, the hotline decides, a numbered amendment states increase and total.

A top-up is a second hold linked to the first letter's. It never exceeds the remaining cover, and
obeys the product's cap for outpatient or inpatient treatment where there is one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from guarantee import audit
from guarantee.config import Settings
from guarantee.db import broke, db
from guarantee.events import publish
from guarantee.ledger.holds import holds_of, lock_cover, place_holds
from guarantee.ledger.models import Part
from guarantee.letters.facts import read_facts
from guarantee.letters.issue import NotVerified, write_letter
from guarantee.letters.lifecycle import ReasonMissing, lock_letter
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.letters.position import position_of
from guarantee.letters.visible import initial_of
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Invalid, Words
from guarantee.tables import TOP_UP_REQUEST

FAR = timedelta(days=366)
"""A top-up belongs to a presented promise: it does not lapse for not being presented."""


class AfterGrant(Protocol):
    """What a floor above does in the same transaction once a top-up is granted."""

    def __call__(self, *, letter: Letter, by: Staff, at: datetime) -> object: ...


after_grant: list[AfterGrant] = []
"""Charges take up here what exceeded the guarantee before; called with the initial letter."""


class NotPresented(Conflict):
    code = "not_presented"
    words = Words("担保函尚未被医院接收，不能追加。", "The letter is not presented yet.")


class RequestOpen(Conflict):
    code = "top_up_open"
    words = Words("已有一份追加申请待决定。", "A top-up request is waiting for a decision already.")


class AmountNotPositive(Invalid):
    code = "bad_amount"
    words = Words("追加金额必须大于零。", "The amount must be above zero.")
    field = "amount_fen"


class AboveRemaining(Conflict):
    code = "above_remaining_cover"
    words = Words("超过剩余保额 {remaining} 元。", "More than the {remaining} yuan that remain.")
    field = "amount_fen"


class AboveCap(Conflict):
    code = "above_cap"
    words = Words(
        "超过该险种限额，最多可追加 {most} 元。", "Above the product's cap: at most {most} yuan."
    )
    field = "amount_fen"


def ask(
    *,
    letter: Letter,
    amount_fen: int,
    reason: str,
    setting: str,
    by: Staff,
    at: datetime,
    settings: Settings,
) -> TopUpRequest:
    """Ask for `amount_fen` more in-hospital guarantee; to be decided within half an hour.

    `setting` is 'outpatient' or 'inpatient'. Refuses `bad_amount`, `reason_missing`,
    `not_presented`, `top_up_open`.
    """
    if amount_fen <= 0:
        raise AmountNotPositive()
    if not reason.strip():
        raise ReasonMissing()
    initial = lock_letter(initial_of(letter))
    if initial.state != "presented":
        raise NotPresented()
    made = TopUpRequest(
        letter=initial,
        asked_fen=amount_fen,
        reason=reason,
        setting=setting,
        asked_at=at,
        asked_by=by,
        due_at=at + timedelta(minutes=settings.top_up_minutes),
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        if broke(error, "uq_top_up_requests_one_open"):
            raise RequestOpen() from error
        raise
    audit.record(
        by=by,
        at=at,
        action="top-up asked",
        subject=f"letter:{initial.number}",
        asked_fen=amount_fen,
    )
    publish(topic="role:hotline", kind="top_up", at=at, request=made.id)
    return made


def decide(
    *,
    request: TopUpRequest,
    approve: bool,
    amount_fen: int | None,
    reason: str,
    by: Staff,
    at: datetime,
    settings: Settings,
) -> TopUpRequest:
    """Grant (all that was asked, or `amount_fen`) or deny with a reason.

    Granted, `request.top_up` is the new letter. Refuses `wrong_state`, `reason_missing`,
    `bad_amount`, `not_presented`, `above_remaining_cover`, `above_cap`.
    """
    initial = lock_letter(request.letter)
    db.session.refresh(request)
    state = TOP_UP_REQUEST.move(request.state, "grant" if approve else "deny")
    granted = request.asked_fen if amount_fen is None else amount_fen
    if not approve:
        if not reason.strip():
            raise ReasonMissing()
    else:
        if granted <= 0:
            raise AmountNotPositive()
        if initial.state != "presented":
            raise NotPresented()
        request.top_up = _issue_top_up(request, initial, granted, by, at, settings)
    request.state, request.decision_reason = state, reason[:300]
    request.decided_at, request.decided_by = at, by
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action=f"top-up {state}",
        subject=f"letter:{initial.number}",
        granted_fen=granted if approve else 0,
        request=request.id,
    )
    if approve:
        for follow in after_grant:
            follow(letter=initial, by=by, at=at)
    publish(
        topic=f"hospital:{initial.hospital_id}",
        kind="top_up",
        at=at,
        request=request.id,
        state=state,
    )
    return request


def withdraw(*, request: TopUpRequest, by: Staff, at: datetime) -> TopUpRequest:
    """The hospital needs it no more. Refuses `wrong_state`."""
    lock_letter(request.letter)
    db.session.refresh(request)
    request.state = TOP_UP_REQUEST.move(request.state, "withdraw")
    request.decided_at, request.decided_by = at, by
    audit.record(by=by, at=at, action="top-up withdrawn", subject=f"letter:{request.letter.number}")
    return request


def most_that_can_be_granted(request: TopUpRequest) -> int:
    """In fen: the remaining cover, within the product's cap for the setting."""
    enrolment = request.letter.case.enrolment
    assert enrolment is not None
    remaining = lock_cover(enrolment.cover_id).balance_fen
    cap = _room_under_cap(request)
    return remaining if cap is None else max(0, min(remaining, cap))


def waiting_requests() -> list[TopUpRequest]:
    """What the hotline has to decide, longest waiting first."""
    query = select(TopUpRequest).where(TopUpRequest.state == "asked").order_by(TopUpRequest.due_at)
    return list(db.session.scalars(query))


def _room_under_cap(request: TopUpRequest) -> int | None:
    enrolment = request.letter.case.enrolment
    assert enrolment is not None
    product = enrolment.product
    outpatient = request.setting == "outpatient"
    cap = product.outpatient_cap_fen if outpatient else product.inpatient_cap_fen
    if cap is None:
        return None
    return cap - position_of(request.letter).in_hospital.guaranteed_fen


def _issue_top_up(
    request: TopUpRequest,
    initial: Letter,
    granted_fen: int,
    by: Staff,
    at: datetime,
    settings: Settings,
) -> Letter:
    case = initial.case
    facts = read_facts(case)
    if facts is None:
        raise NotVerified()
    remaining = lock_cover(facts.cover_id).balance_fen
    if granted_fen > remaining:
        raise AboveRemaining(remaining=yuan(remaining))
    room = _room_under_cap(request)
    if room is not None and granted_fen > room:
        raise AboveCap(most=yuan(max(room, 0)))
    total = position_of(initial).in_hospital.guaranteed_fen + granted_fen
    letter = Letter(
        case_id=case.id,
        kind="top_up",
        amends_id=initial.id,
        hospital_id=initial.hospital_id,
        channel="hotline",
        pre_hospital_fen=0,
        in_hospital_fen=granted_fen,
        total_in_hospital_fen=total,
        issued_at=at,
        issued_by_id=by.id,
        lapses_at=at + FAR,
    )
    write_letter(letter, facts, initial.hospital, by, settings=settings, amends=initial)
    first = holds_of([initial.id], Part.IN_HOSPITAL)
    place_holds(
        cover_id=facts.cover_id,
        letter_id=letter.id,
        parts={Part.IN_HOSPITAL: granted_fen},
        cause=f"letter:{letter.number}",
        by=by,
        at=at,
        links_to=first[0] if first else None,
    )
    audit.record(
        by=by,
        at=at,
        action="letter issued",
        subject=f"letter:{letter.number}",
        amends=initial.number,
        in_hospital_fen=granted_fen,
        total_in_hospital_fen=total,
    )
    return letter
