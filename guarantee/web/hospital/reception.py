"""Taking a letter: accept, refuse with a reason, hand back, confirm that a top-up has arrived."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from guarantee.business_time import now
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.letters import lifecycle
from guarantee.roles import Role
from guarantee.web import forms
from guarantee.web.hospital.letter_page import blueprint, done_on, own_letter
from guarantee.web.signing import record_signature


@blueprint.post("/letters/<number>/accept")
@allow(Role.BILLING_DESK)
def accept(number: str) -> Any:
    """Accept the letter: from here it is irrevocable. A name given confirms its receipt too."""
    letter = own_letter(number)

    def work() -> str:
        lifecycle.present(letter=letter.amends or letter, by=current_user, at=now())
        if forms.text("signer_name", most=60):
            record_signature(letter.amends or letter, "hospital")
        return t(
            "已接收，担保不可撤销。请安排收治，费用随时记账。",
            "Accepted, and irrevocable. Admit the patient; post charges as they arise.",
        )

    return done_on(letter, work, part="accept")


@blueprint.post("/letters/<number>/refuse")
@allow(Role.BILLING_DESK)
def refuse(number: str) -> Any:
    """Refuse the letter: the hotline is called in at once."""
    letter = own_letter(number)

    def work() -> str:
        reason = forms.text("reason", most=200)
        lifecycle.refuse(letter=letter, reason=reason, by=current_user, at=now())
        return t(
            "已记录，联盟热线会在 10 分钟内联系贵院。担保函仍然有效，可随时改为接收。",
            "Recorded; the hotline will ring within 10 minutes. The letter stays good: you may "
            "still accept it.",
        )

    return done_on(letter, work, part="refuse")


@blueprint.post("/letters/<number>/hand-back")
@allow(Role.BILLING_DESK)
def hand_back(number: str) -> Any:
    """Give a presented letter back while nothing of it is used."""
    letter = own_letter(number)

    def work() -> str:
        reason = forms.text("reason", most=200)
        lifecycle.hand_back(letter=letter, reason=reason, by=current_user, at=now())
        return t("已退回。", "Handed back.")

    return done_on(letter, work, part="hand-back")


@blueprint.post("/letters/<number>/receipt")
@allow(Role.BILLING_DESK)
def confirm_receipt(number: str) -> Any:
    """Confirm that a top-up letter has reached the desk."""
    letter = own_letter(number)

    def work() -> str:
        lifecycle.present(letter=letter, by=current_user, at=now())
        return t("已确认收到追加担保函。", "Receipt of the top-up letter is confirmed.")

    return done_on(letter, work)
