"""The public check: anyone who holds a letter may ask whether its number is genuine."""

from __future__ import annotations

from datetime import date
from typing import Literal

from apiflask import APIBlueprint

from guarantee.api.asked import number_checked
from guarantee.api.fields import Out
from guarantee.api.operation import operation
from guarantee.edge.access import public

blueprint = APIBlueprint("api_verify", __name__, tag="Public", url_prefix="/api/v1")


class PublicCheck(Out):
    """The least that lets a cashier decide. Without a genuine letter only `genuine` says so."""

    genuine: bool
    state: str | None
    """A cashier must know when a letter is voided, lapsed or closed."""
    current_number: str | None
    center: str | None
    hospital: str | None
    issued_on: date | None
    holder: str | None
    """Masked."""
    in_hospital_total_fen: int | None
    checked: Literal["online"] = "online"


@blueprint.get("/verify/<number>")
@public
@operation(PublicCheck)
def check_letter_number(number: str) -> PublicCheck:
    """Is this number genuine, and what does it stand for now?

    `bad_number` (422) is a mistyped one, told without a look-up. An older number of the case
    answers with the current total and the number that states it.
    """
    found = number_checked(number)
    if not found.genuine:
        return PublicCheck(
            genuine=False,
            state=None,
            current_number=None,
            center=None,
            hospital=None,
            issued_on=None,
            holder=None,
            in_hospital_total_fen=None,
        )
    return PublicCheck(
        genuine=True,
        state=found.state,
        current_number=found.current_number,
        center=found.center,
        hospital=found.hospital,
        issued_on=found.issued_on,
        holder=found.holder,
        in_hospital_total_fen=found.in_hospital_total_fen,
    )
