"""The people around a case as a desk reads them: who rang, who it may be, how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from guarantee.business_time import business_day
from guarantee.cases.intake import standing_of
from guarantee.cases.models import Call, Case
from guarantee.db import db
from guarantee.eligibility import REASONS, WARNINGS, Assessment
from guarantee.members.lookup import find_members
from guarantee.members.models import Member, MemberPhone
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import NotFound, Words

RECENT = timedelta(hours=12)
MISSED_AFTER = timedelta(minutes=5)
SHOWN = 12

Tone = Literal["ok", "wait", "bad"]


class UnknownCall(NotFound):
    code = "unknown_call"
    words = Words("没有这个来电。", "There is no such call.")


@dataclass(frozen=True)
class Ring:
    """One incoming call as the list of calls shows it."""

    call: Call
    candidates: int
    """Members whose phone it may be."""
    calls_before: int
    """Calls of the same number in the day before it."""
    case: Case | None
    missed: bool
    """No case came of it within `MISSED_AFTER`."""


@dataclass(frozen=True)
class Candidate:
    """Somebody the patient may be, and how they stand today."""

    member: Member
    assessment: Assessment


@dataclass(frozen=True)
class Check:
    """One line of why somebody is eligible or not."""

    tone: Tone
    words: Words


def recent_calls(viewer: Staff, *, at: datetime, limit: int = SHOWN) -> list[Ring]:
    """The latest calls of the viewer's centre and extension, newest first."""
    query = select(Call).where(Call.at > at - RECENT)
    centers = viewer.center_ids()
    if centers is not None:
        query = query.where(Call.center_id.in_(centers))
    if viewer.extension:
        query = query.where(Call.extension == viewer.extension)
    calls = db.session.scalars(query.order_by(Call.at.desc(), Call.id.desc()).limit(limit)).all()
    return _rings(calls, at)


def call_for(call_id: int, viewer: Staff) -> Call:
    """The call, if it rang at a centre of the viewer's. Refuses `unknown_call` for both."""
    call = db.session.get(Call, call_id)
    centers = viewer.center_ids()
    if call is None or (centers is not None and call.center_id not in centers):
        raise UnknownCall()
    return call


def candidates_of(call: Call, *, at: datetime) -> list[Candidate]:
    """Everybody whose phone rang; none is picked by itself."""
    return standings(find_members(phone=call.caller) if call.caller else [], at=at)


def standings(
    members: Iterable[Member], *, at: datetime, besides: Case | None = None
) -> list[Candidate]:
    """Each of `members` with their eligibility now."""
    return [Candidate(m, standing_of(m, at=at, besides=besides)) for m in members]


def checks(candidate: Candidate, *, at: datetime) -> list[Check]:
    """The verdict taken apart, one line a rule, for a person to read out."""
    verdict, enrolment = candidate.assessment.verdict, candidate.assessment.enrolment
    lines = [Check("bad", REASONS[code]) for code in verdict.reasons]
    if enrolment is not None and "expires_today" not in verdict.warnings:
        until = enrolment.ends_on
        lines.append(Check("ok", Words(f"保单有效，至 {until}", f"Policy in force until {until}")))
    if verdict.eligible and "cover_low" not in verdict.warnings:
        left = yuan(verdict.remaining_fen)
        lines.append(Check("ok", Words(f"剩余保额 {left}", f"Cover left {left}")))
    if "stop_listed" not in verdict.reasons:
        lines.append(Check("ok", Words("未被暂停担保", "Not on the stop-list")))
    if verdict.eligible and "open_case" not in verdict.warnings:
        lines.append(Check("ok", Words("无其他未结案例", "No other open case")))
    lines += [Check("wait", WARNINGS[code]) for code in verdict.warnings]
    return lines


def other_open_cases(member: Member, case: Case | None, viewer: Staff) -> Sequence[Case]:
    """The member's other open cases that the viewer may see, to point out a duplicate."""
    query = select(Case).where(Case.member_id == member.id, Case.state != "closed")
    if case is not None:
        query = query.where(Case.id != case.id)
    centers = viewer.center_ids()
    if centers is not None:
        query = query.where(Case.center_id.in_(centers))
    return db.session.scalars(query.order_by(Case.id.desc())).all()


def age_on(member: Member, at: datetime) -> int | None:
    """Whole years, None when the birth date is not known."""
    born, day = member.birth_date, business_day(at)
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _rings(calls: Sequence[Call], at: datetime) -> list[Ring]:
    marks = {call.caller_fingerprint for call in calls if call.caller}
    counted = (
        select(MemberPhone.fingerprint, func.count(MemberPhone.member_id.distinct()))
        .where(MemberPhone.fingerprint.in_(marks))
        .group_by(MemberPhone.fingerprint)
    )
    holders = {row[0]: row[1] for row in db.session.execute(counted)}
    rung = select(Call.caller_fingerprint, Call.at).where(
        Call.caller_fingerprint.in_(marks), Call.at > at - RECENT - timedelta(days=1)
    )
    earlier = [(mark, when) for mark, when in db.session.execute(rung)]
    ids = [call.id for call in calls]
    opened = select(Case).where(Case.call_id.in_(ids)).order_by(Case.id.desc())
    cases = {case.call_id: case for case in db.session.scalars(opened)}
    return [
        Ring(
            call=call,
            candidates=holders.get(call.caller_fingerprint, 0) if call.caller else 0,
            calls_before=sum(
                mark == call.caller_fingerprint and call.at - timedelta(days=1) < when < call.at
                for mark, when in earlier
            ),
            case=cases.get(call.id),
            missed=call.id not in cases and at - call.at > MISSED_AFTER,
        )
        for call in calls
    ]
