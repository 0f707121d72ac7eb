"""May this member be guaranteed today? Facts in, a verdict with readable reasons out.

`judge` is pure. `assess` gathers the facts from the register and the ledger and picks the
enrolment that would stand for the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from guarantee.ledger.holds import remaining_of
from guarantee.members.identity import DocumentType, is_known_area
from guarantee.members.models import Enrolment, Member
from guarantee.parties.insurers import ExclusionVersion, exclusions_on
from guarantee.refusals import Words

Answer = Literal["eligible", "eligible_with_warnings", "not_eligible"]

VERDICT_WORDS: dict[Answer, Words] = {
    "eligible": Words("可担保", "Eligible"),
    "eligible_with_warnings": Words("可担保（有提示）", "Eligible, with warnings"),
    "not_eligible": Words("不可担保", "Not eligible"),
}

REASONS: dict[str, Words] = {
    "no_policy": Words("没有查到有效保单。", "There is no policy for this member."),
    "not_started": Words("保单尚未生效。", "The policy has not begun yet."),
    "expired": Words("保单已到期。", "The policy has expired."),
    "cancelled": Words("保单已退保。", "The policy was cancelled."),
    "stop_listed": Words("该会员已暂停担保服务。", "Guarantees for this member are suspended."),
    "cover_exhausted": Words("保额已用完。", "The cover is used up."),
}

WARNINGS: dict[str, Words] = {
    "cover_low": Words(
        "剩余保额不足首次担保金额，担保函按剩余保额出具。",
        "Less remains than a first guarantee; the letter states what remains.",
    ),
    "open_case": Words("该会员另有未结案例。", "This member has another open case."),
    "unknown_area_code": Words(
        "身份证地区码不在现行名录（旧码，属正常）。",
        "The region code of the ID is an old one, which is normal.",
    ),
    "expires_today": Words("保单今天到期。", "The policy expires today."),
}


@dataclass(frozen=True)
class PolicyFacts:
    """One enrolment, as far as eligibility is concerned. Both days included; fen."""

    starts_on: date
    ends_on: date
    cancelled_on: date | None
    remaining_fen: int

    def state_on(self, day: date) -> str:
        """'' when in force, else the code of the reason."""
        if self.cancelled_on is not None and day >= self.cancelled_on:
            return "cancelled"
        if day < self.starts_on:
            return "not_started"
        return "expired" if day > self.ends_on else ""


@dataclass(frozen=True)
class Verdict:
    """The answer, the codes behind it, and which policy (by position) it rests on."""

    answer: Answer
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    remaining_fen: int = 0
    chosen: int | None = None

    @property
    def eligible(self) -> bool:
        return self.answer != "not_eligible"


def judge(
    policies: Sequence[PolicyFacts],
    *,
    day: date,
    first_guarantee_fen: int,
    stop_listed: bool = False,
    open_cases: int = 0,
    old_area_code: bool = False,
) -> Verdict:
    """The verdict on `day`. Of several policies in force the one with most cover left counts."""
    states = [p.state_on(day) for p in policies]
    in_force = [i for i, state in enumerate(states) if not state]
    chosen = max(in_force, key=lambda i: policies[i].remaining_fen, default=None)
    remaining = policies[chosen].remaining_fen if chosen is not None else 0
    reasons = []
    if stop_listed:
        reasons.append("stop_listed")
    if chosen is None:
        # the nearest miss is the one worth reading out: ended before never begun
        order = ("cancelled", "expired", "not_started")
        reasons.append(min(states, key=order.index) if states else "no_policy")
    elif remaining <= 0:
        reasons.append("cover_exhausted")
    if reasons:
        return Verdict("not_eligible", tuple(reasons), (), max(remaining, 0), chosen)
    assert chosen is not None
    warnings = [
        code
        for code, applies in (
            ("cover_low", remaining < first_guarantee_fen),
            ("open_case", open_cases > 0),
            ("expires_today", policies[chosen].ends_on == day),
            ("unknown_area_code", old_area_code),
        )
        if applies
    ]
    answer: Answer = "eligible_with_warnings" if warnings else "eligible"
    return Verdict(answer, (), tuple(warnings), remaining, chosen)


@dataclass(frozen=True)
class Assessment:
    """A verdict about a member, with the enrolment and the clauses that go with it."""

    verdict: Verdict
    enrolment: Enrolment | None
    exclusions: ExclusionVersion | None


def assess(
    member: Member, *, day: date, first_guarantee_fen: int, open_cases: int = 0
) -> Assessment:
    """`judge` on what the register and the ledger say of this member today."""
    enrolments = member.enrolments
    left = remaining_of(e.cover_id for e in enrolments)
    verdict = judge(
        [
            PolicyFacts(e.starts_on, e.ends_on, e.cancelled_on, left.get(e.cover_id, 0))
            for e in enrolments
        ],
        day=day,
        first_guarantee_fen=first_guarantee_fen,
        stop_listed=bool(member.stop_reason),
        open_cases=open_cases,
        old_area_code=(
            member.document_type == DocumentType.RESIDENT_ID
            and not is_known_area(member.document_number[:6])
        ),
    )
    enrolment = enrolments[verdict.chosen] if verdict.chosen is not None else None
    clauses = exclusions_on(enrolment.product, day) if enrolment else None
    return Assessment(verdict, enrolment, clauses)
