"""Copies 3 and 4 that are still out: what Monday's settlement will miss, listed before Monday."""

from __future__ import annotations

from sqlalchemy import Select, and_, exists, or_, select

from guarantee.business_time import bounds_of_week
from guarantee.charges.models import Charge
from guarantee.letters.copies import COME_BACK
from guarantee.letters.models import Letter, LetterCopy
from guarantee.letters.visible import visible_letters
from guarantee.parties.staff import Staff
from guarantee.settlement.models import Original

STILL_OUT = ("printed", "handed_over", "signed")
"""The states of a copy that has not come back."""


def copies_out(viewer: Staff, week: str) -> Select[LetterCopy]:
    """Copies 3 and 4 of the letters issued in `week` that nobody has noted as returned.

    Left out: voided letters, lapsed ones under which nothing was charged (nothing is settled on
    either), and copies that are in a parcel or ticked off although nobody scanned them on their
    way. The query joins `Letter`, to sort and filter by. Refuses `bad_week`.
    """
    begins, ends = bounds_of_week(week)
    mine = visible_letters(viewer).with_only_columns(Letter.id)
    charged = exists().where(Charge.letter_id == Letter.id)
    sent_off = exists().where(
        Original.letter_id == LetterCopy.letter_id,
        Original.code == LetterCopy.code,
        or_(Original.mailing_id.is_not(None), Original.arrived_at.is_not(None)),
    )
    return (
        select(LetterCopy)
        .join(Letter, Letter.id == LetterCopy.letter_id)
        .where(
            Letter.id.in_(mine),
            Letter.issued_at >= begins,
            Letter.issued_at < ends,
            or_(
                Letter.state.in_(("issued", "presented", "closed")),
                and_(Letter.state == "lapsed", charged),
            ),
            LetterCopy.copy_no.in_(COME_BACK),
            LetterCopy.state.in_(STILL_OUT),
            ~sent_off,
        )
    )
