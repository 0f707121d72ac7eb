"""From the call to the verification: what the dispatcher and the crew record."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.db import Base, Moment, PrimaryKey, index_where_given, one_of, unique_where
from guarantee.members.models import Enrolment, Member
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import ExclusionVersion
from guarantee.parties.staff import Staff
from guarantee.personal_data import SealedText
from guarantee.tables import CASE


class Condition(StrEnum):
    ACCIDENT = "accident"  # 意外伤害
    ACUTE_ILLNESS = "acute_illness"  # 急性病


class Method(StrEnum):
    DOCUMENT = "document"  # a valid identity document was seen
    PROVISIONAL = "provisional"  # the hotline accepts another proof; the document is due in 24 h


class Call(Base):
    """A call that the telephone system told of. Its id counts once."""

    __tablename__ = "calls"
    __table_args__ = (UniqueConstraint("center_id", "call_id", name="uq_calls_call_id"),)

    id: Mapped[PrimaryKey]
    call_id: Mapped[str] = mapped_column(String(80))
    center_id: Mapped[int] = mapped_column(ForeignKey("centers.id"))
    extension: Mapped[str] = mapped_column(String(10))
    caller: Mapped[str] = mapped_column(SealedText)
    caller_fingerprint: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[Moment]
    center: Mapped[Center] = relationship()


class Incident(Base):
    """One accident or emergency; several members may be hurt in it, a case each."""

    __tablename__ = "incidents"

    id: Mapped[PrimaryKey]
    center_id: Mapped[int] = mapped_column(ForeignKey("centers.id"))
    happened_at: Mapped[Moment]
    location: Mapped[str] = mapped_column(String(200), default="")
    cases: Mapped[list[Case]] = relationship(back_populates="incident", order_by="Case.id")


class Case(Base):
    __tablename__ = "cases"
    __table_args__ = (
        one_of("state", CASE.states),
        one_of("condition", Condition),
        CheckConstraint("state <> 'closed' OR outcome <> ''", name="closed_has_outcome"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint(
            "enrolment_id IS NULL OR member_id IS NOT NULL", name="enrolment_of_member"
        ),
        CheckConstraint(
            "state <> 'guaranteed' OR enrolment_id IS NOT NULL", name="guaranteed_by_enrolment"
        ),
        # by closed_at rather than state, which changes with every letter: an index that names a
        # column makes each change of it dear
        unique_where(
            "uq_cases_open_of_call",
            "call_id",
            "member_id",
            where="call_id IS NOT NULL AND closed_at IS NULL",
        ),
        index_where_given("ix_cases_call", "call_id"),
        index_where_given("ix_cases_enrolment", "enrolment_id"),
    )

    id: Mapped[PrimaryKey]
    center_id: Mapped[int] = mapped_column(ForeignKey("centers.id"), index=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolments.id"))
    """The enrolment whose cover stands for the case; chosen with the member."""
    caller: Mapped[str] = mapped_column(SealedText)
    condition: Mapped[Condition] = mapped_column(String(20))
    location: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12), default="open")
    outcome: Mapped[str] = mapped_column(String(40), default="")
    """How it ended: 'final_bill', 'refused', 'died', 'left', 'not_eligible', …"""
    opened_at: Mapped[Moment]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[Moment | None]
    center: Mapped[Center] = relationship()
    incident: Mapped[Incident] = relationship(back_populates="cases")
    call: Mapped[Call | None] = relationship()
    member: Mapped[Member | None] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship(lazy="joined")  # its cover is locked first
    opened_by: Mapped[Staff] = relationship()
    verifications: Mapped[list[Verification]] = relationship(
        back_populates="case", order_by="Verification.id"
    )

    @property
    def reference(self) -> str:
        """How people name the case."""
        return case_reference(self.id)

    @property
    def verification(self) -> Verification | None:
        """The one that counts: the latest."""
        return self.verifications[-1] if self.verifications else None


def case_reference(case_id: int) -> str:
    """How people name the case with this id: '0471'."""
    return f"{case_id:04d}"


class Verification(Base):
    """What the crew (or, provisionally, the hotline) established about the patient."""

    __tablename__ = "verifications"
    __table_args__ = (
        one_of("method", Method),
        CheckConstraint(
            "(method = 'provisional') = (document_due_at IS NOT NULL)",
            name="document_due_if_provisional",
        ),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    method: Mapped[Method] = mapped_column(String(12))
    document_type: Mapped[str] = mapped_column(String(30))
    document_number: Mapped[str] = mapped_column(SealedText)
    condition_in_scope: Mapped[bool]
    exclusion_version_id: Mapped[int | None] = mapped_column(ForeignKey("exclusion_versions.id"))
    verified_at: Mapped[Moment]
    verified_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    document_due_at: Mapped[Moment | None]
    """When the missing document must have been seen, after a provisional verification."""
    case: Mapped[Case] = relationship(back_populates="verifications")
    exclusion_version: Mapped[ExclusionVersion | None] = relationship()
    verified_by: Mapped[Staff] = relationship()
    answers: Mapped[list[ExclusionAnswer]] = relationship(order_by="ExclusionAnswer.id")


class ExclusionAnswer(Base):
    """One clause as it was read out, and what was answered."""

    __tablename__ = "exclusion_answers"
    __table_args__ = (UniqueConstraint("verification_id", "code", name="uq_exclusion_answers"),)

    id: Mapped[PrimaryKey]
    verification_id: Mapped[int] = mapped_column(ForeignKey("verifications.id"))
    code: Mapped[str] = mapped_column(String(20))
    applies: Mapped[bool]


class HospitalRefusal(Base):
    """A hospital would not accept the letter: the attempt, for the hotline to follow up."""

    __tablename__ = "hospital_refusals"

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    hospital_id: Mapped[int] = mapped_column(ForeignKey("hospitals.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    hospital: Mapped[Hospital] = relationship()
