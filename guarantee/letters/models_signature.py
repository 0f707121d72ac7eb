"""Electronic signatures of a letter: only ever added to. Signed again is another row."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.db import Base, Moment, PrimaryKey, append_only, one_of
from guarantee.letters.models import Letter
from guarantee.parties.staff import Staff
from guarantee.personal_data import SealedText

SIGNERS = ("member", "companion", "hospital")
RELATIONS = ("spouse", "parent", "child", "sibling", "relative", "friend", "colleague")


class LetterSignature(Base):
    """What somebody signed with a finger, or confirmed by name at the hospital's desk."""

    __tablename__ = "letter_signatures"
    __table_args__ = (
        one_of("signer", SIGNERS),
        one_of("relation", ("", *RELATIONS)),
        CheckConstraint("(signer = 'companion') = (relation <> '')", name="companion_has_relation"),
        CheckConstraint("points >= 0", name="points_not_negative"),
        CheckConstraint("points > 0 OR signer = 'hospital'", name="drawn_unless_hospital"),
        CheckConstraint("length(letter_digest) = 64 AND length(digest) = 64", name="digests_whole"),
        Index("ix_letter_signatures_letter", "letter_id", "id"),
    )

    id: Mapped[PrimaryKey]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    signer: Mapped[str] = mapped_column(String(10))
    relation: Mapped[str] = mapped_column(String(10), default="")
    """What a companion is to the member; empty for anybody else."""
    name: Mapped[str] = mapped_column(SealedText)
    strokes_json: Mapped[str] = mapped_column(SealedText)
    """What was drawn, as vectors (signatures_drawn.py), sealed: a hand is a person's own."""
    points: Mapped[int]
    """How many points were drawn; a hospital may confirm by name alone."""
    signed_at: Mapped[Moment]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    """On whose account's device it was signed."""
    letter_digest: Mapped[str] = mapped_column(String(64))
    """What was signed: the letter's `content_digest`."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 over all of the above; it stands in the audit record too."""
    letter: Mapped[Letter] = relationship()
    taken_by: Mapped[Staff] = relationship()


append_only(LetterSignature.__table__)  # type: ignore[arg-type]
