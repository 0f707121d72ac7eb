"""Members, and what insures them: enrolment in a policy, for a period, with a cover."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.db import Base, Moment, PrimaryKey, one_of
from guarantee.ledger.models import Cover
from guarantee.parties.insurers import Insurer, Product
from guarantee.personal_data import SealedText


class Member(Base):
    """A person. Names stay readable for search; document and phones are sealed."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("document_type", "document_fingerprint", name="uq_members_document"),
        one_of("sex", ("m", "f", "")),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(120), index=True)
    name_keys: Mapped[str] = mapped_column(String(500), default="")
    """Pinyin and initials for search, all readings, separated by blanks: ' wangwei ww '."""
    document_type: Mapped[str] = mapped_column(String(30))
    document_number: Mapped[str] = mapped_column(SealedText)
    document_fingerprint: Mapped[str] = mapped_column(String(40), index=True)
    birth_date: Mapped[date | None]
    sex: Mapped[str] = mapped_column(String(1), default="")
    """'m', 'f' or unknown."""
    stop_reason: Mapped[str] = mapped_column(String(200), default="")
    """Why no letter may be issued (stop-list), empty when one may."""
    made_at: Mapped[Moment]
    phones: Mapped[list[MemberPhone]] = relationship(
        back_populates="member", cascade="all, delete-orphan", order_by="MemberPhone.id"
    )
    enrolments: Mapped[list[Enrolment]] = relationship(
        back_populates="member", order_by="Enrolment.id"
    )


class MemberPhone(Base):
    __tablename__ = "member_phones"
    __table_args__ = (UniqueConstraint("member_id", "fingerprint", name="uq_member_phones_member"),)

    id: Mapped[PrimaryKey]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    phone: Mapped[str] = mapped_column(SealedText)
    """National digits as people write them: '13800138000', '02166661234'."""
    fingerprint: Mapped[str] = mapped_column(String(40), index=True)
    member: Mapped[Member] = relationship(back_populates="phones")


class Policy(Base):
    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("insurer_id", "number", name="uq_policies_insurer_number"),)

    id: Mapped[PrimaryKey]
    insurer_id: Mapped[int] = mapped_column(ForeignKey("insurers.id"))
    number: Mapped[str] = mapped_column(String(40))
    insurer: Mapped[Insurer] = relationship()


class Enrolment(Base):
    """One member in one policy with one product for one period; both days included."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint(
            "member_id", "policy_id", "product_id", "starts_on", name="uq_enrolments_period"
        ),
        CheckConstraint("ends_on >= starts_on", name="period_in_order"),
        Index("ix_enrolments_card_number", "card_number"),
        Index("ix_enrolments_policy", "policy_id"),
    )

    id: Mapped[PrimaryKey]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    cover_id: Mapped[int] = mapped_column(ForeignKey("covers.id"), unique=True)
    card_number: Mapped[str] = mapped_column(String(30), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    cancelled_on: Mapped[date | None]
    """From this day on the policy no longer covers the member (退保)."""
    member: Mapped[Member] = relationship(back_populates="enrolments")
    policy: Mapped[Policy] = relationship()
    product: Mapped[Product] = relationship()
    cover: Mapped[Cover] = relationship()

    def in_force_on(self, day: date) -> bool:
        """Whether the policy covers the member on `day`."""
        if self.cancelled_on is not None and day >= self.cancelled_on:
            return False
        return self.starts_on <= day <= self.ends_on


class ImportFile(Base):
    """One file an insurer sent, as it came in, and what became of it."""

    __tablename__ = "import_files"
    __table_args__ = (
        CheckConstraint(
            "accepted >= 0 AND rejected >= 0 AND duplicates >= 0", name="counts_not_negative"
        ),
    )

    id: Mapped[PrimaryKey]
    insurer_id: Mapped[int] = mapped_column(ForeignKey("insurers.id"))
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    imported_at: Mapped[Moment]
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    headers: Mapped[list[str]] = mapped_column(JSON)
    accepted: Mapped[int]
    rejected: Mapped[int]
    duplicates: Mapped[int]
    insurer: Mapped[Insurer] = relationship()
    rows: Mapped[list[ImportRow]] = relationship(
        order_by="ImportRow.row", cascade="all, delete-orphan"
    )


class ImportRow(Base):
    __tablename__ = "import_rows"
    __table_args__ = (
        UniqueConstraint("file_id", "row", name="uq_import_rows_row"),
        one_of("outcome", ("accepted", "duplicate", "rejected")),
        CheckConstraint("outcome <> 'rejected' OR reason <> ''", name="rejected_has_reason"),
    )

    id: Mapped[PrimaryKey]
    file_id: Mapped[int] = mapped_column(ForeignKey("import_files.id"))
    row: Mapped[int]
    """The spreadsheet's own row number."""
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(40), default="")
    warnings: Mapped[list[str]] = mapped_column(JSON)
    cells: Mapped[str | None] = mapped_column(SealedText)
    """JSON list of the original cells, kept for rejected rows so that they can be handed back."""
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
