"""The crew's page, for a phone in the rain: one column, one thing at a time, big enough to hit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from guarantee import events
from guarantee.business_time import now
from guarantee.cases.arrival import arrived_at, note_arrival
from guarantee.cases.models import Case
from guarantee.cases.people import age_on
from guarantee.cases.visible import case_for, visible_cases
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.letters.copies import copy_for, note_copy
from guarantee.letters.models import Letter
from guarantee.letters.snapshot import content_of
from guarantee.refusals import Conflict, Refusal, Words
from guarantee.roles import Role
from guarantee.tables import COPY
from guarantee.web import forms
from guarantee.web.letters import HOLDERS
from guarantee.web.scene import CONDITIONS, about_verification, record_verification
from guarantee.web.shell import settings
from guarantee.web.signing import PATIENT_SIDE, about_signing, record_signature

blueprint = Blueprint("crew", __name__, url_prefix="/crew")


class NoLetterYet(Conflict):
    code = "no_letter"
    words = Words("本案例还没有担保函。", "The case has no letter yet.")


@blueprint.get("")
@allow(Role.CREW)
def index() -> str:
    """The open cases of the own centre, the latest first."""
    newest = events.newest_id()
    query = visible_cases(current_user).where(Case.state != "closed").order_by(Case.id.desc())
    found = query.options(selectinload(Case.member), selectinload(Case.verifications)).limit(50)
    return render_template(
        "crew/index.html",
        cases=db.session.scalars(found).all(),
        conditions=CONDITIONS,
        newest_event=newest,
    )


@blueprint.get("/cases/<int:case_id>")
@allow(Role.CREW)
def show(case_id: int) -> str:
    """One case: the card to compare the document with, the clauses, then the number."""
    case = case_for(case_id, current_user)
    if case.member is not None:
        note_view(action="member viewed", subject=f"member:{case.member_id}", case=case.id)
    return _page(case, {})


@blueprint.post("/cases/<int:case_id>/verification")
@allow(Role.CREW)
def verify_case(case_id: int) -> Any:
    """Report what was established at the scene; the dispatcher sees it at once."""

    def work(case: Case) -> None:
        record_verification(case)
        flash(t("已报接警台，请等待号码。", "Reported. Wait for the number."), "ok")

    return _done_to(case_id, work)


@blueprint.post("/cases/<int:case_id>/arrival")
@allow(Role.CREW)
def arrive(case_id: int) -> Any:
    """At the hospital. Pressed again, it stays the first moment."""

    def work(case: Case) -> None:
        hospital = _letter_there_is(case.id).hospital
        note_arrival(case=case, hospital=hospital, by=current_user, at=now())

    return _done_to(case_id, work)


@blueprint.get("/cases/<int:case_id>/signature")
@allow(Role.CREW)
def signature(case_id: int) -> Any:
    """Where the member or a companion reads what is signed, and signs it with a finger."""
    case = case_for(case_id, current_user)
    letter = _letter_of(case)
    if letter is None:
        return redirect(url_for("crew.show", case_id=case.id))
    note_view(action="letter viewed", subject=f"letter:{letter.number}")
    return _signature_page(case, letter, {})


@blueprint.post("/cases/<int:case_id>/signature")
@allow(Role.CREW)
def sign_letter(case_id: int) -> Any:
    """Keep what was drawn. What was signed before stays beside it."""

    def work() -> str:
        record_signature(_letter_there_is(case_id), *PATIENT_SIDE)
        flash(t("签字已保存。", "The signature is kept."), "ok")
        return url_for("crew.show", case_id=case_id)

    def again(errors: dict[str, Refusal]) -> str:
        case = case_for(case_id, current_user)
        letter = _letter_of(case)
        return _signature_page(case, letter, errors) if letter else _page(case, errors)

    case_for(case_id, current_user)
    return forms.attempt(work, again=again)


@blueprint.post("/cases/<int:case_id>/copies/<code>")
@allow(Role.CREW)
def hand_copy(case_id: int, code: str) -> Any:
    """Say what happened to one of the copies: handed over, signed, brought back."""

    def work(case: Case) -> None:
        event = forms.text("event", most=20, required=True)
        if event not in COPY.events:
            raise forms.NotAChoice(field="event")
        copy = copy_for(code, current_user)
        note_copy(copy=copy, event=event, by=current_user, at=now())

    return _done_to(case_id, work)


def _letter_there_is(case_id: int) -> Letter:
    letter = _letter_of(case_for(case_id, current_user))
    if letter is None:
        raise NoLetterYet()
    return letter


def _signature_page(case: Case, letter: Letter, errors: dict[str, Refusal]) -> str:
    about = about_signing(letter)
    return render_template("crew/signature.html", case=case, letter=letter, errors=errors, **about)


def _done_to(case_id: int, work: Callable[[Case], None]) -> Any:
    def done() -> str:
        work(case_for(case_id, current_user))
        return url_for("crew.show", case_id=case_id)

    def again(errors: dict[str, Refusal]) -> str:
        return _page(case_for(case_id, current_user), errors)

    case_for(case_id, current_user)
    return forms.attempt(done, again=again)


def _page(case: Case, errors: dict[str, Refusal]) -> str:
    at, newest = now(), events.newest_id()
    letter = _letter_of(case)
    return render_template(
        "crew/case.html",
        case=case,
        age=age_on(case.member, at) if case.member else None,
        letter=letter,
        qr=_qr(letter) if letter else "",
        arrived=arrived_at(case, letter.hospital) if letter else None,
        copy_events={
            c.copy_no: COPY.events_from(c.state, Role.CREW)
            for c in (letter.copies if letter else [])
        },
        copy_words=COPY.events,
        holders=HOLDERS,
        again=request.args.get("step") == "verify",
        newest_event=newest,
        hotline_phone=settings().hotline_phone,
        errors=errors,
        **about_verification(case),
        **(about_signing(letter) if letter else {}),
    )


def _letter_of(case: Case) -> Letter | None:
    """The case's living initial letter."""
    query = select(Letter).where(
        Letter.case_id == case.id,
        Letter.kind == "initial",
        Letter.state.not_in(("voided", "lapsed")),
    )
    return db.session.scalar(query)


def _qr(letter: Letter) -> Markup:
    """The code of copy 1 as a drawing in the page: the billing desk may scan it off the phone."""
    first = next(seal for seal in content_of(letter).copies if seal.copy_no == 1)
    drawing = segno.make(first.qr_text, error="m", micro=False)
    # the drawing is made here from a text of our own making: nothing typed gets into it
    return Markup(drawing.svg_inline(omitsize=True, border=3, light="#fff"))  # noqa: S704
