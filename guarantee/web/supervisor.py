"""The supervisor's round: my centres today, the days to sign, what to deliver, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import business_day, now, week_of
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.letters.copies import copy_for, note_copy
from guarantee.letters.models import Letter, LetterCopy
from guarantee.letters.visible import visible_letters
from guarantee.money import parse_yuan
from guarantee.parties.centers import Center, UnknownCenter
from guarantee.refusals import Invalid, Refusal, Words
from guarantee.roles import Role
from guarantee.settlement.models import Batch, Original, SignOff
from guarantee.settlement.originals import owed
from guarantee.settlement.sign_off import DayState, figures_of, sign, week_days
from guarantee.settlement.sources import DayFigures
from guarantee.settlement.visible import visible_batches, visible_centers
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.listing import Listing, as_workbook
from guarantee.web.wording import named

blueprint = Blueprint("supervisor", __name__, url_prefix="/supervisor")

LOOK_BACK_DAYS = 13
"""How far back unsigned days are looked for: this week and the one before."""
RETURN_DAYS = 3
"""After so many days copies 3 and 4 should be back with the centre."""


class BadCount(Invalid):
    code = "bad_count"
    words = Words("份数应为整数。", "The number of letters is a whole number.")
    field = "center_letters"


@dataclass(frozen=True)
class Round:
    """A centre of the supervisor: today so far, its days to look at, what it owes."""

    center: Center
    today: DayFigures
    unsigned: tuple[DayState, ...]
    """Ended and not signed, oldest first."""
    changed: tuple[DayState, ...]
    """Signed, and no longer what was signed."""
    owed: tuple[Original, ...]


@blueprint.get("")
@allow(Role.SUPERVISOR)
def index() -> str:
    """My centres today."""
    return _page({})


def _page(errors: Mapping[str, Refusal]) -> str:
    at = now()
    today = business_day(at)
    rounds = [_round(center, today) for center in _centers()]
    return render_template(
        "supervisor/index.html",
        rounds=rounds,
        today=today,
        week=week_of(today - timedelta(days=7)),
        to_deliver=_to_deliver(),
        not_back=_not_back(at),
        asked=(request.form.get("center"), request.form.get("day")),
        errors=errors,
    )


def _centers() -> Sequence[Center]:
    return db.session.scalars(visible_centers(current_user).order_by(Center.code)).all()


def _round(center: Center, today: date) -> Round:
    days = _days(center, today)
    return Round(
        center=center,
        today=figures_of(center, today),
        unsigned=tuple(one for one in days if one.signed is None),
        changed=tuple(one for one in days if one.changed),
        owed=tuple(owed(center)),
    )


def _days(center: Center, today: date) -> list[DayState]:
    """The ended days of this week and the one before, from the centre's first letter on."""
    began = db.session.scalar(
        select(func.min(Letter.issued_at))
        .join(Case, Case.id == Letter.case_id)
        .where(Case.center_id == center.id)
    )
    first = max(today - timedelta(days=LOOK_BACK_DAYS), business_day(began) if began else today)
    weeks = sorted({week_of(first), week_of(today - timedelta(days=7)), week_of(today)})
    days = [one for week in weeks for one in week_days(center, week)]
    return [one for one in days if first <= one.day < today]


def _to_deliver() -> Sequence[Letter]:
    """Top-up letters whose first copy has not been handed to the hospital."""
    query = (
        visible_letters(current_user)
        .join(LetterCopy, LetterCopy.letter_id == Letter.id)
        .where(
            Letter.kind == "top_up",
            Letter.state.not_in(("voided", "closed")),
            LetterCopy.copy_no == 1,
            LetterCopy.state == "printed",
        )
        .options(
            selectinload(Letter.hospital),
            selectinload(Letter.copies),
            selectinload(Letter.amends),
            selectinload(Letter.case).selectinload(Case.center),
        )
        .order_by(Letter.issued_at)
        .limit(100)
    )
    return db.session.scalars(query).all()


def _not_back(at: datetime) -> Sequence[LetterCopy]:
    """Copies 3 and 4 that should be back with the centre and of which nobody has said so."""
    letters = visible_letters(current_user).with_only_columns(Letter.id)
    query = (
        select(LetterCopy)
        .join(Letter, Letter.id == LetterCopy.letter_id)
        .where(
            LetterCopy.letter_id.in_(letters),
            LetterCopy.copy_no.in_((3, 4)),
            LetterCopy.state.in_(("handed_over", "signed")),
            Letter.kind == "initial",
            Letter.issued_at < at - timedelta(days=RETURN_DAYS),
            Letter.state.in_(("presented", "closed")),
        )
        .options(
            selectinload(LetterCopy.letter).selectinload(Letter.hospital),
            selectinload(LetterCopy.letter).selectinload(Letter.case).selectinload(Case.center),
        )
        .order_by(Letter.issued_at)
        .limit(60)
    )
    return db.session.scalars(query).all()


@blueprint.post("/days")
@allow(Role.SUPERVISOR)
def sign_day() -> Any:
    """Sign a day: what the centre counts, and why where it differs from ours."""

    def work() -> str:
        center = _center(request.form.get("center", ""))
        day = forms.day("day")
        if day is None:
            raise forms.Missing(field="day")
        letters = forms.text("center_letters", most=6, required=True)
        if not (letters.isascii() and letters.isdecimal()):
            raise BadCount()
        typed = forms.text("center_fen", most=20, required=True)
        sign(
            center=center,
            day=day,
            center_letters=int(letters),
            center_fen=parse_yuan(typed, field="center_fen"),
            note=forms.text("note", most=300),
            by=current_user,
            at=now(),
        )
        said = t("{name} {day} 已签核。", "{name}, {day}: signed.")
        flash(said.format(name=named(center), day=day), "ok")
        return url_for("supervisor.index")

    return forms.attempt(work, again=_page)


def _center(code: str) -> Center:
    found = db.session.scalar(visible_centers(current_user).where(Center.code == code))
    if found is None:
        raise UnknownCenter()
    return found


@blueprint.post("/deliveries")
@allow(Role.SUPERVISOR)
def delivered() -> Any:
    """A top-up letter was handed to the hospital. The same again changes nothing."""

    def work() -> str:
        copy = copy_for(forms.text("code", most=40, required=True), current_user)
        note_copy(copy=copy, event="handed_over", by=current_user, at=now())
        flash(t("已登记送达，等医院签收。", "Delivered; the hospital signs for it."), "ok")
        return url_for("supervisor.index")

    return forms.attempt(work, again=_page)


@blueprint.get("/days")
@allow(Role.SUPERVISOR, Role.AUDITOR)
def days() -> Any:
    """Every day that was signed for the reader's centres: ours as signed, theirs, the note."""
    listing = Listing.asked(filters=("center", "differs"), sort="-day")
    centers = visible_centers(current_user)
    query = select(SignOff).where(SignOff.center_id.in_(centers.with_only_columns(Center.id)))
    query = query.options(selectinload(SignOff.center), selectinload(SignOff.signed_by))
    if code := listing.filters.get("center"):
        query = query.where(SignOff.center_id.in_(select(Center.id).where(Center.code == code)))
    if listing.filters.get("differs"):
        query = query.where(SignOff.note != "")
    listing.fetch(query, {"day": SignOff.day, "signed": SignOff.signed_at, "id": SignOff.id})
    if listing.export:
        return _export(listing.items)
    return render_template(
        "supervisor/days.html",
        listing=listing,
        centers=[(one.code, f"{one.code} {named(one)}") for one in db.session.scalars(centers)],
        batches=_batches(listing.items),
    )


def _batches(signed: Sequence[SignOff]) -> dict[tuple[int, str], Batch]:
    weeks = {week_of(one.day) for one in signed}
    query = visible_batches(current_user).where(Batch.week.in_(weeks))
    return {(one.center_id, one.week): one for one in db.session.scalars(query)}


@blueprint.app_template_filter("week_of")
def _week_of(day: date) -> str:
    return week_of(day)


def _export(signed: Sequence[SignOff]) -> Response:
    headings = [
        Heading(t("急救中心", "Centre")),
        Heading(t("日期", "Day"), "day"),
        Heading(t("系统份数", "Our letters"), "count"),
        Heading(t("中心份数", "Their letters"), "count"),
        Heading(t("系统金额（元）", "Our amount"), "fen"),
        Heading(t("中心金额（元）", "Their amount"), "fen"),
        Heading(t("说明", "Note")),
        Heading(t("签核人", "Signed by")),
        Heading(t("签核时间", "Signed at"), "moment"),
    ]
    rows = [
        (named(one.center), one.day, one.letters, one.center_letters,
         one.charges_fen + one.drawdowns_fen, one.center_fen, one.note,
         one.signed_by.display_name, one.signed_at)
        for one in signed
    ]  # fmt: skip
    return as_workbook(t("日签", "days signed"), headings, rows, at=now())
