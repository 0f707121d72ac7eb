"""One letter as the centre and the alliance see it: where it stands, its copies, its history.

The hospital has a page of its own (the billing desk).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.paper import letter_pdf, signed_pdf
from guarantee.edge.transaction import note_view
from guarantee.letters.copies import holder_of, next_events, note_copy
from guarantee.letters.lifecycle import void
from guarantee.letters.models import Letter, LetterPaper
from guarantee.letters.number import spoken
from guarantee.letters.paper.wording import COPIES
from guarantee.letters.position import position_of
from guarantee.letters.prints import failure_of
from guarantee.letters.verify import replaced_by
from guarantee.letters.visible import letter_for
from guarantee.refusals import NotFound, Refusal, Words
from guarantee.roles import Role
from guarantee.tables import COPY, LETTER
from guarantee.web import forms
from guarantee.web.history import history_of
from guarantee.web.ledger.of_letter import money_of
from guarantee.web.shell import back_to
from guarantee.web.signing import about_signatures

blueprint = Blueprint("letters", __name__, url_prefix="/letters")

READERS = (
    Role.DISPATCHER,
    Role.CREW,
    Role.CENTER_FINANCE,
    Role.HOTLINE,
    Role.SUPERVISOR,
    Role.ALLIANCE_FINANCE,
    Role.ADMIN,
    Role.AUDITOR,
)
HOLDERS: dict[int, Words] = {number: copy.name for number, copy in COPIES.items()}
"""For whom each copy is, in the words that stand on it."""


@blueprint.get("/<number>")
@allow(*READERS)
def show(number: str) -> Any:
    """The letter's page; a number typed with blanks or hyphens leads to the same one."""
    letter = letter_for(number, current_user)
    if letter.number != number:
        return redirect(url_for("letters.show", number=letter.number))
    note_view(action="letter viewed", subject=f"letter:{letter.number}")
    return _page(letter, {})


@blueprint.get("/<number>.pdf")
@allow(*READERS)
def paper(number: str) -> Response:
    """The PDF as issued; `?copy=1` to 4 for one copy. The first is a print, more are reprints."""
    return letter_pdf(letter_for(number, current_user), request.args.get("copy"))


@blueprint.get("/<number>/signed.pdf")
@allow(*READERS)
def signed_paper(number: str) -> Response:
    """The signed copy, beside the original: its pages with the electronic signatures."""
    return signed_pdf(letter_for(number, current_user))


@blueprint.post("/<number>/void")
@allow(Role.DISPATCHER, Role.HOTLINE)
def void_letter(number: str) -> Any:
    """Void the letter for a reason; what it held goes back to the cover."""

    def work() -> str:
        letter = letter_for(number, current_user)
        reason = forms.text("reason", most=200, required=True)
        void(letter=letter, reason=reason, by=current_user, at=now())
        flash(t("担保函已作废，冻结已退回保额。", "Voided; what it held is released."), "ok")
        here = url_for("letters.show", number=letter.number)
        return back_to(request.form.get("next"), here)

    def again(errors: Mapping[str, Refusal]) -> str:
        return _page(letter_for(number, current_user), errors)

    letter_for(number, current_user)
    return forms.attempt(work, again=again)


@blueprint.post("/<number>/copies/<int:copy_no>")
@allow(*(role for role in COPY.anyone() if role in READERS))
def move_copy(number: str, copy_no: int) -> Any:
    """Say what happened to one of the four copies. The same again changes nothing."""

    def work() -> str:
        letter = letter_for(number, current_user)
        copy = next((c for c in letter.copies if c.copy_no == copy_no), None)
        if copy is None:
            raise NotFound()
        event = forms.text("event", most=20, required=True)
        if event not in COPY.events:
            raise forms.NotAChoice(field="event")
        note_copy(copy=copy, event=event, by=current_user, at=now())
        here = url_for("letters.show", number=letter.number)
        return back_to(request.form.get("next"), here)

    def again(errors: Mapping[str, Refusal]) -> str:
        return _page(letter_for(number, current_user), errors)

    letter_for(number, current_user)
    return forms.attempt(work, again=again)


def _page(letter: Letter, errors: Mapping[str, Refusal]) -> str:
    kept = db.session.get(LetterPaper, letter.id)
    role = current_user.role
    events = LETTER.events_from(letter.state, role) if letter.kind == "initial" else []
    position = position_of(letter)
    return render_template(
        "letters/show.html",
        letter=letter,
        position=position,
        money=money_of(letter, position),
        spoken=spoken(letter.number),
        prints=kept.printed if kept else 0,
        sha256=kept.sha256 if kept else "",
        not_printed=failure_of(letter),
        replaced_by=replaced_by(letter),
        events=events,
        moves=[m for m in LETTER.moves if m.source == letter.state],
        copy_events={c.copy_no: next_events(c, role) for c in letter.copies},
        has_it={c.copy_no: holder_of(c) for c in letter.copies},
        copy_words=COPY.events,
        holders=HOLDERS,
        history=history_of(letter),
        may_open_case=role in (Role.DISPATCHER, Role.HOTLINE),
        errors=errors,
        **about_signatures(letter),
    )
