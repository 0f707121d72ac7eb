"""A bill file that was sent and looked at: it counts when its sender says so, not before."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, ForeignKey, String, delete
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.business_time import business_day
from guarantee.charges.bill_file import Bill, RejectedRow, read_bill
from guarantee.charges.checks import known_lines, same_line
from guarantee.charges.division import Taken, divide
from guarantee.charges.lines import LineConflict
from guarantee.charges.posting import Posted, post_charges
from guarantee.charges.stay import charged
from guarantee.db import Base, Moment, PrimaryKey, db
from guarantee.ledger.models import Part
from guarantee.letters.models import Letter
from guarantee.letters.position import position_of
from guarantee.letters.visible import UnknownLetter, initial_of
from guarantee.parties.staff import Staff
from guarantee.personal_data import SealedText
from guarantee.refusals import NotFound, Words

WAITS = timedelta(days=1)


class NoPendingBill(NotFound):
    code = "no_pending_bill"
    words = Words("此预览已过期，请重新上传。", "This preview has expired. Upload the file again.")


class PendingBill(Base):
    __tablename__ = "pending_bills"

    id: Mapped[PrimaryKey]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[Moment]
    filename: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(SealedText)
    """The file, in Base64."""
    posted_at: Mapped[Moment | None]
    """When it was posted; it stays a day for its rejected rows to be fetched."""
    letter: Mapped[Letter] = relationship()


@dataclass(frozen=True)
class Preview:
    """What posting the file would do, in fen; nothing of it counts yet."""

    bill: Bill
    duplicates: int
    """Lines posted before with the same content."""
    total_fen: int
    guaranteed_fen: int
    left_after_fen: int

    @property
    def patient_fen(self) -> int:
        """What of the new lines would be the patient's."""
        return self.total_fen - self.guaranteed_fen


def keep_for_review(
    *, letter: Letter, data: bytes, filename: str, by: Staff, at: datetime
) -> PendingBill:
    """Look at a file and keep it until its sender decides. Refuses the file as a whole as
    `bill_file.read_bill` does; `unknown_letter`. Forgets what waited for more than a day."""
    if by.hospital_id != letter.hospital_id:
        raise UnknownLetter()
    forget_pending_bills(before=at)
    read_bill(data, filename=filename, today=business_day(at))
    kept = PendingBill(
        letter=initial_of(letter),
        made_by_id=by.id,
        made_at=at,
        filename=filename[-200:],
        content=base64.b64encode(data).decode(),
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def forget_pending_bills(*, before: datetime) -> int:
    """Drop files that nobody decided on within a day: they hold a patient's bill. How many went."""
    old = delete(PendingBill).where(PendingBill.made_at < before - WAITS)
    gone: CursorResult[Any] = db.session.execute(old)  # type: ignore[assignment]
    return int(gone.rowcount)


def pending_bill(pending_id: int, *, by: Staff, at: datetime) -> PendingBill:
    """The file this person sent less than a day ago. Refuses `no_pending_bill`."""
    kept = db.session.get(PendingBill, pending_id)
    if kept is None or kept.made_by_id != by.id or kept.made_at < at - WAITS:
        raise NoPendingBill()
    return kept


def preview(pending: PendingBill) -> Preview:
    """What posting would do now: lines known already are set apart, ids used for other content
    join the rejected rows."""
    bill = read_bill(
        base64.b64decode(pending.content),
        filename=pending.filename,
        today=business_day(pending.made_at),
    )
    known = known_lines(pending.letter, Part.IN_HOSPITAL, {line.line_id for line in bill.lines})
    fresh, rows, rejected, duplicates = [], [], list(bill.rejected), bill.repeated
    for line, row in zip(bill.lines, bill.rows, strict=True):
        before = known.get(line.line_id)
        if before is None:
            fresh.append(line)
            rows.append(row)
        elif same_line(before, line, pending.letter):
            duplicates += 1
        else:
            conflict = LineConflict(field="line_id", line_id=line.line_id)
            rejected.append(RejectedRow(row, (line.line_id, line.name), conflict))
    left = position_of(pending.letter).in_hospital.left_fen
    sums = charged(pending.letter)
    so_far = Taken(sums.in_scope_fen, sums.guaranteed_fen, sums.guaranteed_fen + left)
    guaranteed = sum(divide([(line.amount_fen, line.in_scope) for line in fresh], so_far))
    return Preview(
        bill=Bill(bill.headers, tuple(fresh), tuple(rows), tuple(rejected)),
        duplicates=duplicates,
        total_fen=sum(line.amount_fen for line in fresh),
        guaranteed_fen=guaranteed,
        left_after_fen=left - guaranteed,
    )


def post_pending(*, pending: PendingBill, by: Staff, at: datetime) -> Posted | None:
    """Post the lines that can be posted; the same press again posts nothing. None: none was
    left to post. Refuses what `post_charges` refuses."""
    lines = preview(pending).bill.lines
    posted = post_charges(letter=pending.letter, lines=lines, by=by, at=at) if lines else None
    pending.posted_at = pending.posted_at or at
    return posted


def let_go(*, pending: PendingBill) -> None:
    """Forget a file that was looked at and is not wanted."""
    db.session.delete(pending)
