"""The hospital's electronic confirmation that it has received and accepted a letter."""

from __future__ import annotations

from typing import Any

from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.paper import signed_pdf
from guarantee.roles import Role
from guarantee.web.hospital.letter_page import blueprint, done_on, own_letter
from guarantee.web.signing import record_signature


@blueprint.post("/letters/<number>/signature")
@allow(Role.BILLING_DESK)
def sign_letter(number: str) -> Any:
    """Confirm receipt with the name of who confirms, drawn or not."""
    letter = own_letter(number)

    def work() -> str:
        record_signature(letter, "hospital")
        return t("已签收存证。", "Receipt is confirmed and on record.")

    return done_on(letter, work)


@blueprint.get("/letters/<number>/signed.pdf")
@allow(Role.BILLING_DESK)
def signed_paper(number: str) -> Any:
    """The signed copy of the letter."""
    return signed_pdf(own_letter(number))
