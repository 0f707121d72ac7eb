"""Letters and everything that hangs on one: copies, paper, top-up requests, limits, keys."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.cases.models import Case
from guarantee.db import (
    Base,
    FenColumn,
    Moment,
    PrimaryKey,
    index_where_given,
    one_of,
    unique_where,
)
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.personal_data import SealedText
from guarantee.tables import COPY, LETTER, TOP_UP_REQUEST


class Letter(Base):
    __tablename__ = "letters"
    __table_args__ = (
        one_of("state", LETTER.states),
        one_of("kind", ("initial", "top_up")),
        one_of("channel", ("center", "hotline")),
        CheckConstraint("length(number) = 16", name="number_sixteen_digits"),
        CheckConstraint("ltrim(number, '0123456789') = ''", name="number_only_digits"),
        CheckConstraint("pre_hospital_fen >= 0 AND in_hospital_fen >= 0", name="not_negative"),
        CheckConstraint("(kind = 'top_up') = (amends_id IS NOT NULL)", name="top_up_amends"),
        CheckConstraint("kind <> 'top_up' OR pre_hospital_fen = 0", name="top_up_in_hospital"),
        CheckConstraint("pre_hospital_fen + in_hospital_fen > 0", name="guarantees_something"),
        CheckConstraint("NOT provisional OR in_hospital_fen = 0", name="provisional_pre_hospital"),
        CheckConstraint("total_in_hospital_fen >= in_hospital_fen", name="within_total"),
        CheckConstraint(
            "kind <> 'initial' OR total_in_hospital_fen = in_hospital_fen", name="initial_is_total"
        ),
        CheckConstraint("lapses_at > issued_at", name="lapses_later"),
        CheckConstraint("state <> 'voided' OR void_reason <> ''", name="voided_has_reason"),
        CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)", name="voided_has_time"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint(
            "state <> 'presented' OR presented_at IS NOT NULL", name="presented_has_time"
        ),
        CheckConstraint(
            "presented_at IS NULL OR state IN ('presented', 'closed')", name="presented_stands"
        ),
        unique_where(
            "uq_letters_one_initial_per_case",
            "case_id",
            where="kind = 'initial' AND state NOT IN ('voided', 'lapsed')",
        ),
        Index("ix_letters_state_lapses", "state", "lapses_at"),
        Index("ix_letters_hospital_state", "hospital_id", "state"),
        index_where_given("ix_letters_amends", "amends_id"),
        index_where_given("ix_letters_replaces", "replaces_id"),
    )

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(16), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    """A top-up letter amends the case's initial letter."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    """A reissued letter names the voided one."""
    hospital_id: Mapped[int] = mapped_column(ForeignKey("hospitals.id"))
    channel: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default="issued")
    provisional: Mapped[bool] = mapped_column(default=False)
    """The identity is not documented yet: the pre-hospital part only."""
    pre_hospital_fen: Mapped[FenColumn]
    in_hospital_fen: Mapped[FenColumn]
    """A top-up letter: the increase."""
    total_in_hospital_fen: Mapped[FenColumn]
    """In-hospital guarantee of the whole case as of this letter."""
    issued_at: Mapped[Moment]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    lapses_at: Mapped[Moment]
    presented_at: Mapped[Moment | None]
    """None again when the hospital hands it back."""
    closed_at: Mapped[Moment | None]
    voided_at: Mapped[Moment | None]
    void_reason: Mapped[str] = mapped_column(String(200), default="")
    content_json: Mapped[str] = mapped_column(SealedText)
    """Snapshot of what the letter says (letters/content.py), sealed: it holds name and card."""
    content_digest: Mapped[str] = mapped_column(String(64))
    case: Mapped[Case] = relationship()
    hospital: Mapped[Hospital] = relationship()
    issued_by: Mapped[Staff] = relationship()
    amends: Mapped[Letter | None] = relationship(remote_side="Letter.id", foreign_keys=[amends_id])
    replaces: Mapped[Letter | None] = relationship(
        remote_side="Letter.id", foreign_keys=[replaces_id]
    )
    copies: Mapped[list[LetterCopy]] = relationship(
        back_populates="letter", order_by="LetterCopy.copy_no"
    )


class LetterPaper(Base):
    """The PDF as it was issued. A reprint is these bytes."""

    __tablename__ = "letter_papers"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    made_at: Mapped[Moment]
    printed: Mapped[int] = mapped_column(default=0)
    """How often it was fetched for printing; after the first it is a reprint."""


class LetterCopy(Base):
    __tablename__ = "letter_copies"
    __table_args__ = (
        UniqueConstraint("letter_id", "copy_no", name="uq_letter_copies_copy_no"),
        CheckConstraint("copy_no BETWEEN 1 AND 4", name="one_to_four"),
        one_of("state", COPY.states),
    )

    id: Mapped[PrimaryKey]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    copy_no: Mapped[int]
    code: Mapped[str] = mapped_column(String(24), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="printed")
    letter: Mapped[Letter] = relationship(back_populates="copies")
    events: Mapped[list[CopyEvent]] = relationship(order_by="CopyEvent.id")


class CopyEvent(Base):
    __tablename__ = "copy_events"
    __table_args__ = (one_of("event", COPY.events),)

    id: Mapped[PrimaryKey]
    copy_id: Mapped[int] = mapped_column(ForeignKey("letter_copies.id"), index=True)
    event: Mapped[str] = mapped_column(String(12))
    at: Mapped[Moment]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    by: Mapped[Staff] = relationship()


class TopUpRequest(Base):
    __tablename__ = "top_up_requests"
    __table_args__ = (
        one_of("state", TOP_UP_REQUEST.states),
        one_of("setting", ("outpatient", "inpatient")),
        CheckConstraint("asked_fen > 0", name="asked_positive"),
        CheckConstraint("(state = 'granted') = (top_up_id IS NOT NULL)", name="granted_has_letter"),
        CheckConstraint("state <> 'denied' OR decision_reason <> ''", name="denied_has_reason"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"
        ),
        unique_where("uq_top_up_requests_top_up", "top_up_id", where="top_up_id IS NOT NULL"),
        unique_where("uq_top_up_requests_one_open", "letter_id", where="state = 'asked'"),
        Index("ix_top_up_requests_letter", "letter_id"),
    )

    id: Mapped[PrimaryKey]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    """The case's initial letter."""
    state: Mapped[str] = mapped_column(String(10), default="asked")
    asked_fen: Mapped[FenColumn]
    reason: Mapped[str] = mapped_column(Text)
    setting: Mapped[str] = mapped_column(String(10), default="inpatient")
    """'outpatient' or 'inpatient': which of the product's caps the top-up obeys."""
    asked_at: Mapped[Moment]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    due_at: Mapped[Moment]
    decided_at: Mapped[Moment | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decision_reason: Mapped[str] = mapped_column(String(300), default="")
    top_up_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    letter: Mapped[Letter] = relationship(foreign_keys=[letter_id])
    top_up: Mapped[Letter | None] = relationship(foreign_keys=[top_up_id])
    asked_by: Mapped[Staff] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Staff | None] = relationship(foreign_keys=[decided_by_id])


class LetterKey(Base):
    """A key that seals letters. Retired keys stay, so that old letters can still be checked."""

    __tablename__ = "letter_keys"

    id: Mapped[PrimaryKey]
    kid: Mapped[str] = mapped_column(String(32), unique=True)
    public_key: Mapped[str] = mapped_column(String(64))
    """Ed25519 public key, base64url."""
    private_key: Mapped[str] = mapped_column(String(200))
    """Its 32 secret bytes, wrapped by SIGNING_KEY."""
    made_at: Mapped[Moment]
    retired_at: Mapped[Moment | None]
    """From then on it signs no more; what it signed stays good."""
