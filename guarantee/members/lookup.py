"""Finding members: by document, card, phone or name. All candidates, none picked by itself.

Documents and phones are sealed; they are found by a keyed fingerprint of their kept form.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import selectinload

from guarantee.db import db
from guarantee.members.identity import DocumentType
from guarantee.members.models import Enrolment, Member, MemberPhone
from guarantee.members.names import search_key
from guarantee.members.phones import BadPhone, normal_phone
from guarantee.personal_data import fingerprint
from guarantee.sheets.cells import clean_name, clean_text, compact

MOST = 50


def document_fingerprint(number: str) -> str:
    """What a document number is found by, however it was typed."""
    return fingerprint("document", compact(number))


def phone_fingerprint(phone: str) -> str:
    """What a phone in its kept form (`phones.normal_phone`) is found by."""
    return fingerprint("phone", phone)


def find_members(
    *,
    document_number: str | None = None,
    card_number: str | None = None,
    phone: str | None = None,
    name: str | None = None,
    area_code: str | None = None,
    limit: int = MOST,
) -> list[Member]:
    """Members to whom everything given applies, best match of the name first, at most `limit`.

    `area_code` ('021') completes a local phone number. A phone that can't be one, or nothing
    given, finds nobody.
    """
    query = select(Member).options(selectinload(Member.phones), selectinload(Member.enrolments))
    conditions: list[ColumnElement[bool]] = []
    if document_number:
        conditions.append(Member.document_fingerprint == document_fingerprint(document_number))
    if card_number:
        card = "".join(clean_text(card_number).split()).upper()
        conditions.append(Member.enrolments.any(Enrolment.card_number == card))
    if phone:
        try:
            kept = normal_phone(phone, area_code=area_code)
        except BadPhone:
            return []
        mark = phone_fingerprint(kept)
        conditions.append(Member.phones.any(MemberPhone.fingerprint == mark))
    if name and (cleaned := clean_name(name)):
        conditions.append(_named(cleaned))
        query = query.order_by(_rank(cleaned), Member.name)
    if not conditions:
        return []
    return list(db.session.scalars(query.where(*conditions).order_by(Member.id).limit(limit)))


def member_of_document(kind: DocumentType | str, number: str) -> Member | None:
    """The one member with this document."""
    return db.session.scalar(
        select(Member).where(
            Member.document_type == str(kind),
            Member.document_fingerprint == document_fingerprint(number),
        )
    )


def search(text: str, *, area_code: str | None = None, limit: int = MOST) -> list[Member]:
    """Members for whatever was typed into one field: a document, card or phone number, or a name
    in characters, pinyin or initials. The first kind that finds anybody answers."""
    typed = clean_text(text)
    if not typed:
        return []
    if any(c.isdigit() for c in typed):
        for how in ("document_number", "phone", "card_number"):
            found = find_members(**{how: typed}, area_code=area_code, limit=limit)
            if found:
                return found
        return []
    return find_members(name=typed, limit=limit)


def _named(cleaned: str) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [Member.name.startswith(cleaned, autoescape=True)]
    if cleaned.isascii() and (key := search_key(cleaned)):
        ways.append(Member.name_keys.contains(f" {key}", autoescape=True))
    return or_(*ways)


def _rank(cleaned: str) -> ColumnElement[int]:
    """The very name, then names or keys that are exactly what was typed, then beginnings."""
    whole = Member.name_keys.contains(f" {search_key(cleaned)} ", autoescape=True)
    return case((Member.name == cleaned, 0), (whole, 1), else_=2)
