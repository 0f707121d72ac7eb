"""Where each of the four copies is: printed, handed over, signed, returned, mailed, archived."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from guarantee import audit
from guarantee.db import db, lock_row
from guarantee.letters.models import CopyEvent, Letter, LetterCopy
from guarantee.letters.visible import visible_letters
from guarantee.parties.staff import Staff
from guarantee.refusals import NotFound, Words
from guarantee.tables import COPY


class UnknownCopy(NotFound):
    code = "unknown_copy"
    words = Words("没有这个联号。", "There is no such copy code.")
    field = "code"


def copy_for(text: str, viewer: Staff) -> LetterCopy:
    """The copy with this code as typed or scanned, if this person may see its letter."""
    bare = "".join(c for c in text.upper() if c.isalnum())
    code = f"{bare[:2]}-{bare[2:6]}-{bare[6:10]}-{bare[10:]}"
    letters = visible_letters(viewer).with_only_columns(Letter.id)
    found = db.session.scalar(
        select(LetterCopy).where(LetterCopy.code == code, LetterCopy.letter_id.in_(letters))
    )
    if found is None:
        raise UnknownCopy()
    return found


def note_copy(*, copy: LetterCopy, event: str, by: Staff, at: datetime) -> LetterCopy:
    """Record what happened to a copy; the same again changes nothing. Refuses `wrong_state`."""
    lock_row(copy)
    if copy.state == event:
        return copy
    copy.state = COPY.move(copy.state, event)
    copy.events.append(CopyEvent(event=event, at=at, by_id=by.id))
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action=f"copy {event}",
        subject=f"letter:{copy.letter.number}",
        copy_no=copy.copy_no,
    )
    return copy
