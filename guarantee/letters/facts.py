"""What a case's letter rests on: read in two statements, under the lock of its cover.

Whatever decides whether a letter may be issued, and whatever it will say, is read after the lock
is held, so that two presses, two people or two machines see each other's work. Plain values, not
rows to be walked from one to the next: this is the reading that a bleeding person waits for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, and_, bindparam, func, select

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

# The tables rather than the classes: plain rows are wanted, and a query for them costs less.
_CASE, _CENTER, _MEMBER, _STAFF = (cast(Table, m.__table__) for m in (Case, Center, Member, Staff))
_ENROLMENT, _POLICY = (cast(Table, m.__table__) for m in (Enrolment, Policy))
_PRODUCT, _INSURER = (cast(Table, m.__table__) for m in (Product, Insurer))
_VERIFICATION, _ANSWER = (cast(Table, m.__table__) for m in (Verification, ExclusionAnswer))
_VERSION, _CLAUSE = (cast(Table, m.__table__) for m in (ExclusionVersion, ExclusionClause))
_LETTER = cast(Table, Letter.__table__)
_INITIAL = (
    select(func.max(_LETTER.c.id)).where(
        _LETTER.c.case_id == _CASE.c.id, _LETTER.c.kind == "initial"
    )
).correlate(_CASE)
_FACTS = (
    select(
        _CASE.c.id.label("case_id"),
        _CASE.c.state.label("case_state"),
        _CASE.c.condition,
        _CASE.c.location,
        _CENTER.c.code.label("center_code"),
        _CENTER.c.name_zh.label("center_zh"),
        _CENTER.c.name_en.label("center_en"),
        _CENTER.c.phone.label("center_phone"),
        _MEMBER.c.name.label("member_name"),
        _MEMBER.c.document_type,
        _MEMBER.c.document_number,
        _MEMBER.c.sex,
        _MEMBER.c.birth_date,
        _MEMBER.c.stop_reason,
        _ENROLMENT.c.cover_id,
        _ENROLMENT.c.card_number,
        _ENROLMENT.c.starts_on,
        _ENROLMENT.c.ends_on,
        _ENROLMENT.c.cancelled_on,
        _POLICY.c.number.label("policy_number"),
        _PRODUCT.c.code.label("product_code"),
        _PRODUCT.c.name_zh.label("product_zh"),
        _PRODUCT.c.name_en.label("product_en"),
        _INSURER.c.name_zh.label("insurer_zh"),
        _INSURER.c.name_en.label("insurer_en"),
        _VERIFICATION.c.id.label("verification_id"),
        _VERIFICATION.c.method,
        _VERIFICATION.c.condition_in_scope,
        _VERIFICATION.c.verified_at,
        _STAFF.c.display_name.label("verified_by"),
        _VERIFICATION.c.exclusion_version_id,
        _VERSION.c.version.label("exclusions_version"),
        _INITIAL.where(_LETTER.c.state.not_in(("voided", "lapsed")))
        .scalar_subquery()
        .label("standing_id"),
        _INITIAL.where(_LETTER.c.state == "voided").scalar_subquery().label("voided_id"),
    )
    .select_from(_VERIFICATION)
    .join(_CASE, _CASE.c.id == _VERIFICATION.c.case_id)
    .join(_STAFF, _STAFF.c.id == _VERIFICATION.c.verified_by_id)
    .join(_CENTER, _CENTER.c.id == _CASE.c.center_id)
    .join(_MEMBER, _MEMBER.c.id == _CASE.c.member_id)
    .join(_ENROLMENT, _ENROLMENT.c.id == _CASE.c.enrolment_id)
    .join(_POLICY, _POLICY.c.id == _ENROLMENT.c.policy_id)
    .join(_PRODUCT, _PRODUCT.c.id == _ENROLMENT.c.product_id)
    .join(_INSURER, _INSURER.c.id == _PRODUCT.c.insurer_id)
    .outerjoin(_VERSION, _VERSION.c.id == _VERIFICATION.c.exclusion_version_id)
    .where(_VERIFICATION.c.case_id == bindparam("case_id"))
    .order_by(_VERIFICATION.c.id.desc())  # the latest is the one that counts
    .limit(1)
)
_CLAUSES = (
    select(
        _CLAUSE.c.code,
        _CLAUSE.c.text_zh,
        _CLAUSE.c.text_en,
        _ANSWER.c.applies,
    )
    .join(
        _ANSWER,
        and_(
            _ANSWER.c.verification_id == bindparam("verification_id"),
            _ANSWER.c.code == _CLAUSE.c.code,
        ),
    )
    .where(_CLAUSE.c.version_id == bindparam("version_id"))
    .order_by(_CLAUSE.c.position)
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
