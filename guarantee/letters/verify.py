"""The public answer about a number: the least that lets a cashier decide, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from guarantee.business_time import business_day
from guarantee.db import db
from guarantee.letters import number as numbers
from guarantee.letters.models import Letter
from guarantee.letters.position import position_of
from guarantee.letters.visible import initial_of
from guarantee.members.identity import mask_name


@dataclass(frozen=True)
class PublicAnswer:
    """What anyone who holds a letter may know. `state` is '' when there is no such letter."""

    genuine: bool
    state: str = ""
    current_number: str = ""
    center: str = ""
    hospital: str = ""
    issued_on: date | None = None
    holder: str = ""
    in_hospital_total_fen: int = 0
    replaced_by: str = ""
    """The number that took a voided letter's place, for the sentence beside the state."""

    @property
    def admit(self) -> bool:
        """Whether a cashier may admit on it."""
        return self.genuine and self.state in ("issued", "presented")


def check_number(text: str, *, at: datetime) -> PublicAnswer:
    """The state of a number now, of whichever letter of a case it is. Refuses `bad_number`.

    A letter past its time counts as lapsed even before the job that says so has run.
    """
    digits = numbers.parse(text)
    letter = db.session.scalar(select(Letter).where(Letter.number == digits))
    if letter is None:
        return PublicAnswer(genuine=False)
    position = position_of(letter)
    state = state_now(letter, at=at)
    stands = state in ("issued", "presented", "closed")
    member = letter.case.member
    replaced = replaced_by(letter)
    return PublicAnswer(
        genuine=True,
        state=state,
        current_number=position.current.number if stands else (replaced or letter.number),
        center=letter.case.center.name_zh,
        hospital=letter.hospital.name,
        issued_on=business_day(letter.issued_at),
        holder=mask_name(member.name) if member else "",
        in_hospital_total_fen=position.in_hospital.guaranteed_fen if stands else 0,
        replaced_by=replaced,
    )


def state_now(letter: Letter, *, at: datetime) -> str:
    """The state that counts for whoever holds this letter, of whichever letter of a case it is: a
    top-up stands with its initial letter, and past its time an issued letter is lapsed."""
    standing = letter if letter.state == "voided" else initial_of(letter)
    state = letter.state if letter.state in ("voided", "lapsed") else standing.state
    return "lapsed" if state == "issued" and at > standing.lapses_at else state


def replaced_by(letter: Letter) -> str:
    """The number of the letter that took a voided one's place, or ''."""
    if letter.state != "voided":
        return ""
    query = select(Letter.number).where(Letter.replaces_id == letter.id)
    return db.session.scalar(query.order_by(Letter.id.desc())) or ""
