"""Which letters a person may see, and how one is found by its number."""

from __future__ import annotations

from sqlalchemy import Select, select

from guarantee.cases.models import Case
from guarantee.cases.visible import visible_cases
from guarantee.db import db
from guarantee.letters import number as numbers
from guarantee.letters.models import Letter
from guarantee.parties.staff import Staff
from guarantee.refusals import NotFound, Words
from guarantee.roles import Role


class UnknownLetter(NotFound):
    code = "unknown_letter"
    words = Words(
        "没有查到这份担保函。请核对号码；仍查不到请致电联盟热线。",
        "No such letter was found. Check the number; if it stays so, call the hotline.",
    )
    field = "number"


def visible_letters(viewer: Staff) -> Select[Letter]:
    """The letters this person may see: a hospital those addressed to it, others by their cases."""
    if viewer.role == Role.BILLING_DESK:
        return select(Letter).where(Letter.hospital_id == viewer.hospital_id)
    cases = visible_cases(viewer).with_only_columns(Case.id)
    return select(Letter).where(Letter.case_id.in_(cases))


def letter_for(text: str, viewer: Staff) -> Letter:
    """The letter of this number as typed. Refuses `bad_number` without a look-up, and
    `unknown_letter` alike for a number that does not exist and for somebody else's."""
    digits = numbers.parse(text)
    found = db.session.scalar(visible_letters(viewer).where(Letter.number == digits))
    if found is None:
        raise UnknownLetter()
    return found


def initial_of(letter: Letter) -> Letter:
    """The case's initial letter: the letter itself, or the one a top-up amends."""
    return letter.amends or letter
