"""From the ring to the open case: calls, candidates, cases and incidents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from guarantee import audit, personal_data
from guarantee.business_time import business_day
from guarantee.cases.first_guarantee import first_guarantee_on
from guarantee.cases.models import Call, Case, Condition, Incident
from guarantee.db import db, lock_row
from guarantee.eligibility import Assessment, assess
from guarantee.events import publish
from guarantee.members.lookup import find_members
from guarantee.members.models import Member
from guarantee.members.phones import BadPhone, normal_phone
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Forbidden, Words


class OtherCenter(Forbidden):
    code = "other_center"
    words = Words("只能为本中心操作。", "You act for your own centre only.")
    field = "center"


class MemberFixed(Conflict):
    code = "member_fixed"
    words = Words(
        "案例已核实或已出函，不能更换会员。请结束本案例后重新建立。",
        "The case is verified already; its member stays. Close it and open another.",
    )
    field = "member_id"


class CaseOfCallOpen(Conflict):
    code = "case_of_call_open"
    words = Words(
        "本次来电已有该会员的案例 {case}，请在该案例中继续。",
        "This call has a case of that member already: {case}. Go on with that one.",
    )
    field = "member_id"


def take_call(
    *, call_id: str, center: Center, extension: str, caller: str, at: datetime
) -> tuple[Call, list[Member]]:
    """A call the telephone system tells of, and the members whose phone it may be.

    The same `call_id` at the same centre counts once: told again, it answers the same. The card
    pops up at the dispatcher on that extension; nobody is picked for them. The ambulance never
    waits for this.
    """
    query = select(Call).where(Call.center_id == center.id, Call.call_id == call_id)
    told = db.session.scalar(query)
    number = told.caller if told else _caller_number(caller, center)
    candidates = find_members(phone=number) if number else []
    if told is not None:
        return told, candidates
    call = Call(
        call_id=call_id,
        center=center,
        extension=extension,
        caller=number,
        caller_fingerprint=personal_data.fingerprint("phone", number),
        at=at,
    )
    db.session.add(call)
    db.session.flush()
    publish(
        topic=f"extension:{center.code}/{extension}",
        kind="call",
        at=at,
        call=call.id,
        candidates=len(candidates),
    )
    audit.record(by=None, at=at, action="call taken", subject=f"call:{call.id}")
    return call, candidates


def open_case(
    *,
    center: Center,
    caller: str,
    condition: Condition,
    by: Staff,
    at: datetime,
    member: Member | None = None,
    location: str = "",
    call: Call | None = None,
    incident: Incident | None = None,
) -> Case:
    """A case for one patient. Without an `incident` it opens one of its own; a second press for
    the same call and member answers the case there is. Refuses `other_center`."""
    allowed = by.center_ids()
    if allowed is not None and center.id not in allowed:
        raise OtherCenter(field="center")
    if call is not None and (again := _open_case_of(call, member)):
        return again
    if incident is None:
        incident = Incident(center_id=center.id, happened_at=at, location=location)
        db.session.add(incident)
    case = Case(
        center=center,
        incident=incident,
        call=call,
        caller=caller,
        condition=condition,
        location=location,
        opened_at=at,
        opened_by=by,
    )
    db.session.add(case)
    if member is not None:
        _connect(case, member, at)
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="case opened",
        subject=f"case:{case.id}",
        center=center.code,
        member=member.id if member else None,
    )
    publish(topic=f"center:{center.code}", kind="case", at=at, case=case.id)
    return case


def name_member(*, case: Case, member: Member, by: Staff, at: datetime) -> None:
    """Say who the patient is, once it is known. Refuses `member_fixed` after verification, and
    `case_of_call_open` where the member's case of this call is open already."""
    lock_row(case)
    if case.state != "open":
        raise MemberFixed()
    if case.call is not None:
        other = _open_case_of(case.call, member)
        if other is not None and other is not case:
            raise CaseOfCallOpen(case=other.reference)
    _connect(case, member, at)
    audit.record(by=by, at=at, action="member named", subject=f"case:{case.id}", member=member.id)


def standing_of(member: Member, *, at: datetime, besides: Case | None = None) -> Assessment:
    """The member's eligibility now, other open cases considered (`besides` is not another)."""
    query = select(func.count(Case.id)).where(Case.member_id == member.id, Case.state != "closed")
    if besides is not None and besides.id is not None:
        query = query.where(Case.id != besides.id)
    day = business_day(at)
    return assess(
        member,
        day=day,
        first_guarantee_fen=first_guarantee_on(day).total_fen,
        open_cases=db.session.scalar(query) or 0,
    )


def _caller_number(caller: str, center: Center) -> str:
    """The caller as the register knows phones; what is no phone number (withheld) is nothing."""
    try:
        return normal_phone(caller, area_code=center.area_code)
    except BadPhone:
        return ""


def _connect(case: Case, member: Member, at: datetime) -> None:
    case.member = member
    # not eligible is no reason not to open a case: the refusal comes when a letter is asked for
    case.enrolment = standing_of(member, at=at, besides=case).enrolment


def _open_case_of(call: Call, member: Member | None) -> Case | None:
    """The case that is open for this call and member. The call is locked: of two people who ask
    at the same moment the second waits here, and finds the first one's case."""
    db.session.execute(select(Call.id).where(Call.id == call.id).with_for_update())
    query = select(Case).where(
        Case.call_id == call.id,
        Case.state != "closed",
        Case.member_id == (member.id if member else None),
    )
    return db.session.scalar(query.limit(1))
