"""Where each of the four copies is: printed, handed over, signed, returned, mailed, archived."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from guarantee import audit
from guarantee.db import db, lock_row
from guarantee.letters.keys import known_keys
from guarantee.letters.models import CopyEvent, Letter, LetterCopy
from guarantee.letters.seal import PREFIX, open_seal
from guarantee.letters.visible import visible_letters
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Forbidden, NotFound, Words
from guarantee.roles import ROLE_WORDS, Role
from guarantee.tables import COPY

COME_BACK = (3, 4)
"""These go back to the centre's finance, and from there to headquarters."""


class UnknownCopy(NotFound):
    code = "unknown_copy"
    words = Words("没有这个联号。", "There is no such copy code.")
    field = "code"


class NotForYourDesk(Forbidden):
    code = "not_for_your_desk"
    words = Words(
        "“{event}”由{who}登记，不由您的岗位登记。",
        "“{event_en}” is noted by: {who_en}; not at your desk.",
    )


class CopyStaysThere(Conflict):
    code = "copy_stays_there"
    words = Words(
        "第{n}联由医院或患者留存，未收回，不能在总部归档。",
        "Copy {n} stays with the hospital or the patient; it was not returned and can't be archived"
        " at headquarters.",
    )


def code_in(text: str) -> str:
    """The copy's code in what was typed: 'c17k m2qx9r41' → 'C1-7KM2-QX9R-41'."""
    bare = "".join(c for c in text.upper() if c.isalnum())
    return f"{bare[:2]}-{bare[2:6]}-{bare[6:10]}-{bare[10:]}"


def copy_for(text: str, viewer: Staff) -> LetterCopy:
    """The copy whose code was typed or whose seal (the QR code) was scanned, if this person may
    see its letter. Refuses `unknown_copy`, and what `seal.open_seal` refuses."""
    letters = visible_letters(viewer).with_only_columns(Letter.id)
    query = select(LetterCopy).where(LetterCopy.letter_id.in_(letters))
    if text.strip("\r\n\t").startswith(PREFIX):
        claims = open_seal(text, known_keys())  # type: ignore[arg-type]
        query = query.join(Letter, Letter.id == LetterCopy.letter_id).where(
            Letter.number == claims.number, LetterCopy.copy_no == claims.copy_no
        )
    else:
        query = query.where(LetterCopy.code == code_in(text))
    found = db.session.scalar(query)
    if found is None:
        raise UnknownCopy()
    return found


def copies_with(codes: Collection[str], viewer: Staff) -> Sequence[LetterCopy]:
    """Those of these codes that this person may see, with their letters and histories."""
    letters = visible_letters(viewer).with_only_columns(Letter.id)
    return db.session.scalars(
        select(LetterCopy)
        .where(LetterCopy.code.in_(codes), LetterCopy.letter_id.in_(letters))
        .options(
            selectinload(LetterCopy.letter).selectinload(Letter.hospital),
            selectinload(LetterCopy.events).selectinload(CopyEvent.by),
        )
    ).all()


def note_copy(*, copy: LetterCopy, event: str, by: Staff, at: datetime) -> LetterCopy:
    """Record what happened to a copy; the same again changes nothing.

    Refuses `wrong_state`, `not_for_your_desk` (whose it is stands in the table), and
    `copy_stays_there` where headquarters would file what the hospital or the patient keeps.
    """
    lock_row(copy)
    if copy.state == event:
        return copy
    target = COPY.move(copy.state, event)
    _check_desk(copy, event, by)
    copy.state = target
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


def next_events(copy: LetterCopy, role: Role) -> list[str]:
    """What may be noted of this copy now by somebody of this role: what buttons to show."""
    return [
        event for event in COPY.events_from(copy.state, role) if not _stays_there(copy, event, role)
    ]


def _check_desk(copy: LetterCopy, event: str, by: Staff) -> None:
    if event not in COPY.events_from(copy.state, by.role):
        moves = [m for m in COPY.moves if (m.source, m.event) == (copy.state, event)]
        who = [ROLE_WORDS[role] for role in Role if any(role in m.who for m in moves)]
        raise NotForYourDesk(
            event=COPY.events[event].zh,
            event_en=COPY.events[event].en,
            who="、".join(one.zh for one in who),
            who_en=", ".join(one.en for one in who),
        )
    if _stays_there(copy, event, by.role):
        raise CopyStaysThere(n=copy.copy_no)


def _stays_there(copy: LetterCopy, event: str, role: str) -> bool:
    at_headquarters = event == "archived" and role == Role.ALLIANCE_FINANCE
    return at_headquarters and copy.state == "signed" and copy.copy_no not in COME_BACK


def holder_of(copy: LetterCopy) -> Words:
    """Who has the copy now, as its last event tells."""
    hospital = copy.letter.hospital
    desk = Words(f"{hospital.name}收费处", f"{hospital.name_en or hospital.name}, billing desk")
    own = {1: desk, 2: Words("患者", "the patient")}.get(copy.copy_no)
    if copy.state == "printed":
        return Words("车组或急救中心（未交出）", "the crew or the centre, not handed over")
    if copy.state == "handed_over":
        return own or Words("患者与医院签字中", "being signed by patient and hospital")
    if copy.state == "signed":
        return own or Words("车组（带回途中）", "the crew, on the way back")
    if copy.state == "returned":
        return Words("急救中心财务", "the centre's finance")
    if copy.state == "mailed":
        return Words("快递（寄往联盟）", "the courier, on the way to headquarters")
    filed_by = copy.events[-1].by.role if copy.events else None
    if filed_by == Role.BILLING_DESK:
        return desk
    if filed_by == Role.CENTER_FINANCE:
        return Words("急救中心财务（归档）", "the centre's finance, filed")
    return Words("联盟总部（归档）", "headquarters, filed")
