"""Verification at the scene: the document against the card, the condition, the exclusions.

What the crew found is recorded even when it stands against a letter; issuing then refuses with
the reason. Only what is incomplete or cannot be true is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from guarantee import audit
from guarantee.business_time import business_day
from guarantee.cases.models import Case, ExclusionAnswer, Method, Verification
from guarantee.db import db, lock_row
from guarantee.events import publish
from guarantee.members.identity import check_document, document_type
from guarantee.parties.insurers import ExclusionVersion, exclusions_on
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Forbidden, Invalid, Words
from guarantee.roles import Role
from guarantee.tables import CASE


class CaseWithoutMember(Conflict):
    code = "case_without_member"
    words = Words("请先确认患者是哪位会员。", "Say first which member the patient is.")
    field = "member_id"


class DocumentMismatch(Invalid):
    code = "document_mismatch"
    words = Words(
        "证件与绿卡登记不一致，请核对证件类型和号码；确有疑问请转联盟坐席。",
        "The document is not the one on the card. Check its type and number, or ask the hotline.",
    )
    field = "document_number"


class ExclusionsOutdated(Conflict):
    code = "exclusions_version_outdated"
    words = Words(
        "免责条款已更新，请按新条款重新宣读。",
        "The exclusion clauses have changed. Please read out the new ones.",
    )
    field = "exclusions_version"


class ExclusionsIncomplete(Invalid):
    code = "exclusions_incomplete"
    words = Words("每条免责条款都必须宣读并记录回答。", "Each exclusion clause needs its answer.")
    field = "exclusions"


class ProvisionalByHotline(Forbidden):
    code = "provisional_by_hotline_only"
    words = Words(
        "无证件的临时核实由联盟坐席办理，请转联盟坐席。",
        "Only the hotline verifies without a document. Hand the call over.",
    )
    field = "method"


def exclusions_of(case: Case, *, at: datetime) -> ExclusionVersion | None:
    """The clauses to read out for this case, in force today; None when there are none."""
    if case.enrolment is None:
        return None
    return exclusions_on(case.enrolment.product, business_day(at))


def verify(
    *,
    case: Case,
    method: Method,
    document_type_text: str,
    document_number: str,
    condition_in_scope: bool,
    answers: Mapping[str, bool],
    exclusions_version: str,
    by: Staff,
    at: datetime,
    provisional_for: timedelta,
) -> Verification:
    """Record what was established; `answers` says for each clause code whether it applies.

    Refuses `case_without_member`, `wrong_state`, `provisional_by_hotline_only`,
    `document_mismatch` and the document's own codes, `exclusions_version_outdated`,
    `exclusions_incomplete`.
    """
    lock_row(case)
    if case.member is None:
        raise CaseWithoutMember()
    state = CASE.move(case.state, "verify")
    provisional = method == Method.PROVISIONAL
    if provisional and by.role != Role.HOTLINE:
        raise ProvisionalByHotline()
    kind, number = document_type_text, document_number
    if not provisional:
        kind, number = _matching_document(case, document_type_text, document_number, at)
    clauses = exclusions_of(case, at=at)
    _check_answers(clauses, answers, exclusions_version)
    made = Verification(
        case=case,
        method=method,
        document_type=kind,
        document_number=number,
        condition_in_scope=condition_in_scope,
        exclusion_version=clauses,
        verified_at=at,
        verified_by=by,
        document_due_at=at + provisional_for if provisional else None,
        answers=[ExclusionAnswer(code=code, applies=applies) for code, applies in answers.items()],
    )
    case.state = state
    db.session.add(made)
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="case verified",
        subject=f"case:{case.id}",
        method=method,
        in_scope=condition_in_scope,
        exclusions=clauses.label if clauses else "",
        applying=[code for code, applies in answers.items() if applies],
    )
    publish(topic=f"center:{case.center.code}", kind="verified", at=at, case=case.id)
    return made


def _matching_document(case: Case, kind: str, number: str, at: datetime) -> tuple[str, str]:
    assert case.member is not None
    checked = check_document(document_type(kind), number, on=business_day(at))
    member = case.member
    if (checked.type, checked.number) != (member.document_type, member.document_number):
        raise DocumentMismatch()
    return checked.type, checked.number


def _check_answers(
    clauses: ExclusionVersion | None, answers: Mapping[str, bool], version: str
) -> None:
    asked = {c.code for c in clauses.clauses} if clauses else set()
    if version != (clauses.label if clauses else ""):
        raise ExclusionsOutdated()
    if asked != set(answers):
        raise ExclusionsIncomplete()
