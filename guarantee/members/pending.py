"""A file that was sent and looked at, but not yet taken in: content sealed, preview beside it.

It waits a day for the person who sent it to say yes; nothing of it counts until then.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CursorResult, ForeignKey, String, delete
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.db import Base, Moment, PrimaryKey, db
from guarantee.members.models import ImportFile
from guarantee.members.register import import_members, preview_members
from guarantee.parties.insurers import Insurer
from guarantee.parties.staff import Staff
from guarantee.personal_data import SealedText
from guarantee.refusals import NotFound, Words

WAITS = timedelta(days=1)


class NoPendingImport(NotFound):
    code = "no_pending_import"
    words = Words(
        "此预览已过期或已导入，请重新上传。",
        "This preview has expired or was imported. Upload the file again.",
    )


class PendingImport(Base):
    __tablename__ = "pending_imports"

    id: Mapped[PrimaryKey]
    insurer_id: Mapped[int] = mapped_column(ForeignKey("insurers.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[Moment]
    filename: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(SealedText)
    """The file, in Base64."""
    preview: Mapped[dict[str, Any]] = mapped_column(JSON)
    """{"headers", "ignored", "rows": [{"row", "outcome", "reason", "warnings"}]}: no cells."""
    insurer: Mapped[Insurer] = relationship()

    def count(self, outcome: str) -> int:
        """How many rows would have this outcome."""
        return sum(row["outcome"] == outcome for row in self.preview["rows"])


def keep_for_review(
    *, data: bytes, filename: str, insurer: Insurer, by: Staff, at: datetime
) -> PendingImport:
    """Look at a file and keep it until its sender decides. Refuses the file as a whole as
    `register.preview_members` does; forgets what waited for more than a day."""
    forget_pending_imports(before=at)
    found = preview_members(data=data, filename=filename, insurer=insurer, by=by, at=at)
    kept = PendingImport(
        insurer_id=insurer.id,
        made_by_id=by.id,
        made_at=at,
        filename=filename[-200:],
        content=base64.b64encode(data).decode(),
        preview={
            "headers": list(found.headers),
            "ignored": list(found.ignored),
            "rows": [
                {
                    "row": row.row,
                    "outcome": row.outcome,
                    "reason": row.reason,
                    "warnings": list(row.warnings),
                }
                for row in found.rows
            ],
        },
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def forget_pending_imports(*, before: datetime) -> int:
    """Drop files that nobody decided on within a day: they hold people's data. How many went."""
    old = delete(PendingImport).where(PendingImport.made_at < before - WAITS)
    gone: CursorResult[Any] = db.session.execute(old)  # type: ignore[assignment]
    return int(gone.rowcount)


def pending_import(pending_id: int, *, by: Staff, at: datetime) -> PendingImport:
    """The file this person sent and has not decided on. Refuses `no_pending_import`."""
    kept = db.session.get(PendingImport, pending_id)
    if kept is None or kept.made_by_id != by.id or kept.made_at < at - WAITS:
        raise NoPendingImport()
    return kept


def take_in(*, pending: PendingImport, by: Staff, at: datetime) -> ImportFile:
    """Import a file that was looked at; judged again, the register may have moved meanwhile."""
    file = import_members(
        data=base64.b64decode(pending.content),
        filename=pending.filename,
        insurer=pending.insurer,
        by=by,
        at=at,
    )
    db.session.delete(pending)
    return file


def let_go(*, pending: PendingImport) -> None:
    """Forget a file that was looked at and is not wanted."""
    db.session.delete(pending)
