"""What a case's letter rests on: read in two statements, under the lock of its cover.

Whatever decides whether a letter may be issued, and whatever it will say, is read after the lock
is held, so that two presses, two people or two machines see each other's work. Plain values, not
rows to be walked from one to the next: this is the reading that a bleeding person waits for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, func, select

from guarantee.cases.models import Case, ExclusionAnswer, Method, Verification
from guarantee.db import db
from guarantee.letters.content import ExclusionAnswer as Clause
from guarantee.letters.models import Letter
from guarantee.members.models import Enrolment, Member, Policy
from guarantee.parties.centers import Center
from guarantee.parties.insurers import (
    ExclusionClause,
    ExclusionVersion,
    Insurer,
    Product,
    version_label,
)
from guarantee.parties.staff import Staff

_INITIAL = (
    select(func.max(Letter.id)).where(Letter.case_id == Case.id, Letter.kind == "initial")
).correlate(Case)
_FACTS = (
    select(
        Case.id.label("case_id"),
        Case.state.label("case_state"),
        Case.condition,
        Case.location,
        Center.code.label("center_code"),
        Center.name_zh.label("center_zh"),
        Center.name_en.label("center_en"),
        Center.phone.label("center_phone"),
        Member.name.label("member_name"),
        Member.document_type,
        Member.document_number,
        Member.sex,
        Member.birth_date,
        Member.stop_reason,
        Enrolment.cover_id,
        Enrolment.card_number,
        Enrolment.starts_on,
        Enrolment.ends_on,
        Enrolment.cancelled_on,
        Policy.number.label("policy_number"),
        Product.code.label("product_code"),
        Product.name_zh.label("product_zh"),
        Product.name_en.label("product_en"),
        Insurer.name_zh.label("insurer_zh"),
        Insurer.name_en.label("insurer_en"),
        Verification.id.label("verification_id"),
        Verification.method,
        Verification.condition_in_scope,
        Verification.verified_at,
        Staff.display_name.label("verified_by"),
        Verification.exclusion_version_id,
        ExclusionVersion.version.label("exclusions_version"),
        _INITIAL.where(Letter.state.not_in(("voided", "lapsed")))
        .scalar_subquery()
        .label("standing_id"),
        _INITIAL.where(Letter.state == "voided").scalar_subquery().label("voided_id"),
    )
    .select_from(Verification)
    .join(Case, Case.id == Verification.case_id)
    .join(Staff, Staff.id == Verification.verified_by_id)
    .join(Center, Center.id == Case.center_id)
    .join(Member, Member.id == Case.member_id)
    .join(Enrolment, Enrolment.id == Case.enrolment_id)
    .join(Policy, Policy.id == Enrolment.policy_id)
    .join(Product, Product.id == Enrolment.product_id)
    .join(Insurer, Insurer.id == Product.insurer_id)
    .outerjoin(ExclusionVersion, ExclusionVersion.id == Verification.exclusion_version_id)
    .where(Verification.case_id == bindparam("case_id"))
    .order_by(Verification.id.desc())  # the latest is the one that counts
    .limit(1)
)
_CLAUSES = (
    select(
        ExclusionClause.code,
        ExclusionClause.text_zh,
        ExclusionClause.text_en,
        ExclusionAnswer.applies,
    )
    .join(
        ExclusionAnswer,
        and_(
            ExclusionAnswer.verification_id == bindparam("verification_id"),
            ExclusionAnswer.code == ExclusionClause.code,
        ),
    )
    .where(ExclusionClause.version_id == bindparam("version_id"))
    .order_by(ExclusionClause.position)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """A verified case, its member, enrolment and product, and how it was verified last."""

    case_id: int
    case_state: str
    condition: str
    location: str
    center_code: str
    center_zh: str
    center_en: str
    center_phone: str
    member_name: str
    document_type: str
    document_number: str
    sex: str
    birth_date: date | None
    stop_reason: str
    cover_id: int
    card_number: str
    starts_on: date
    ends_on: date
    cancelled_on: date | None
    policy_number: str
    product_code: str
    product_zh: str
    product_en: str
    insurer_zh: str
    insurer_en: str
    verification_id: int
    method: str
    condition_in_scope: bool
    verified_at: datetime
    verified_by: str
    exclusion_version_id: int | None
    exclusions_version: int | None
    standing_id: int | None
    """The case's initial letter that is neither voided nor lapsed: at most one."""
    voided_id: int | None
    """The initial letter that was voided last: a new one names it."""
    clauses: tuple[Clause, ...]

    @property
    def exclusions_label(self) -> str:
        """How the clauses' version is written on a letter; '' when nothing is excluded."""
        if self.exclusions_version is None:
            return ""
        return version_label(self.product_code, self.exclusions_version)

    @property
    def provisional(self) -> bool:
        """Whether the identity is not documented yet."""
        return self.method == Method.PROVISIONAL


def read_facts(case: Case) -> CaseFacts | None:
    """The facts of `case`; None while it has no member, no enrolment or no verification."""
    row = db.session.execute(_FACTS, {"case_id": case.id}).one_or_none()
    if row is None:
        return None
    clauses: tuple[Clause, ...] = ()
    if row.exclusion_version_id is not None:
        of = {"verification_id": row.verification_id, "version_id": row.exclusion_version_id}
        clauses = tuple(Clause(*clause) for clause in db.session.execute(_CLAUSES, of))
    return CaseFacts(**row._mapping, clauses=clauses)
