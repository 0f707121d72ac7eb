"""The copies' desk: one field for a scanner or for fingers, and what is not back yet.

Scanning needs no camera: a wand types the code (or the whole seal) and presses Enter. Each scan
says which copy of which letter it was, where it was, where it is now and who has it. What was
scanned since the page was opened travels in its address: nothing is kept, nothing is lost by a
reload.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import BadWeek, bounds_of_week, business_day, now, week_of
from guarantee.cases.models import Case
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.letters.copies import copies_with, copy_for, holder_of, next_events, note_copy
from guarantee.letters.models import CopyEvent, Letter, LetterCopy
from guarantee.letters.paper.wording import COPIES
from guarantee.refusals import Refusal, Words
from guarantee.roles import Role
from guarantee.settlement.copies_out import copies_out
from guarantee.sheets.writing import Heading
from guarantee.tables import COPY
from guarantee.web import forms
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.wording import named, shanghai, words

blueprint = Blueprint("copies", __name__, url_prefix="/copies")

MONDAY = (Role.CENTER_FINANCE, Role.SUPERVISOR, Role.ALLIANCE_FINANCE, Role.AUDITOR)
"""Who sees what is not back yet."""
LOOK = "look"
"""Nothing is noted: where is it?"""
USUAL = {
    Role.DISPATCHER: "handed_over",
    Role.CREW: "handed_over",
    Role.BILLING_DESK: "signed",
    Role.CENTER_FINANCE: "returned",
    Role.ALLIANCE_FINANCE: "archived",
}
"""What a desk mostly notes; elsewhere one looks first."""
SHOWN = 20
LONGEST_SCAN = 2_000  # a seal has some hundred characters
WEEKS = 8
KEYS = ("F8", "F9")


@dataclass(frozen=True)
class Scanned:
    """A copy as the desk shows it: `was` and `now` are states; `may` is what can be noted next."""

    copy: LetterCopy
    was: str
    last: CopyEvent | None
    holder: Words
    may: tuple[tuple[str, str], ...]
    """Event and the key that notes it."""


@blueprint.get("")
@allow(*COPY.anyone())
def index() -> str:
    """The field, and what was scanned so far."""
    return _page({}, request.args.get("event", ""), _codes(request.args.get("codes", "")))


@blueprint.post("")
@allow(*COPY.anyone())
def scan() -> Any:
    """Note what happened to the copy that was scanned or typed. The same again changes nothing."""
    typed = request.form.get("code", "")[:LONGEST_SCAN]
    keep = forms.text("event", most=20)
    event = forms.text("then", most=20) or keep  # the next state, from the key under the answer
    so_far = _codes(request.form.get("codes", ""))

    def work() -> str:
        if not typed.strip():
            raise forms.Missing(field="code")
        if event != LOOK and event not in COPY.events:
            raise forms.NotAChoice(field="event")
        copy = copy_for(typed, current_user)
        if event != LOOK:
            note_copy(copy=copy, event=event, by=current_user, at=now())
        return _address(keep, [copy.code, *so_far])

    def again(errors: Mapping[str, Refusal]) -> str:
        return _page(errors, keep, so_far, refused=typed)

    return forms.attempt(work, again=again)


@blueprint.get("/out")
@allow(*MONDAY)
def out() -> Any:
    """Copies 3 and 4 of a week's letters that are not back yet: counted, listed, to export."""
    listing = Listing.asked(filters=("week", "state"), sort="issued")
    week = _week(listing.filters.get("week", ""))
    query = copies_out(current_user, week).options(
        selectinload(LetterCopy.letter).selectinload(Letter.hospital),
        selectinload(LetterCopy.letter).selectinload(Letter.case).selectinload(Case.center),
        selectinload(LetterCopy.events).selectinload(CopyEvent.by),
    )
    if (state := listing.filters.get("state")) in COPY.states:
        query = query.where(LetterCopy.state == state)
    if listing.q:
        digits = "".join(c for c in listing.q if c.isalnum())
        query = query.where(
            Letter.number.like(like(digits)) | LetterCopy.code.ilike(like(listing.q), escape="\\")
        )
    listing.fetch(
        query,
        {
            "issued": Letter.issued_at,
            "number": Letter.number,
            "copy": LetterCopy.copy_no,
            "id": LetterCopy.id,
        },
    )
    if listing.export:
        return _export(listing, week)
    return render_template(
        "copies/out.html",
        listing=listing,
        week=week,
        weeks=_weeks(),
        holder_of=holder_of,
        scans=current_user.role in COPY.anyone(),
    )


def _page(errors: Mapping[str, Refusal], event: str, codes: list[str], *, refused: str = "") -> str:
    found = {one.code: one for one in copies_with(codes, current_user)}
    scanned = [_scanned(found[code]) for code in codes if code in found]
    return render_template(
        "copies/desk.html",
        errors=errors,
        event=event or USUAL.get(current_user.role, LOOK),
        events=[(LOOK, Words("只查看在哪里", "Only look where it is")), *_choices()],
        codes=" ".join(one.copy.code for one in scanned),
        scanned=scanned,
        refused=_refused(refused),
        names={number: one.name for number, one in COPIES.items()},
        purposes={number: one.purpose for number, one in COPIES.items()},
        sees_out=current_user.role in MONDAY,
    )


def _choices() -> list[tuple[str, Words]]:
    mine = {m.event for m in COPY.moves if current_user.role in m.who}
    return [(event, said) for event, said in COPY.events.items() if event in mine]


def _refused(typed: str) -> Scanned | None:
    """The copy that a refusal is about, where there is one this person may see."""
    try:
        return _scanned(copy_for(typed, current_user)) if typed.strip() else None
    except Refusal:
        return None


def _scanned(copy: LetterCopy) -> Scanned:
    events = copy.events
    may = zip(next_events(copy, current_user.role), KEYS, strict=False)
    return Scanned(
        copy=copy,
        was=events[-2].event if len(events) > 1 else "printed",
        last=events[-1] if events else None,
        holder=holder_of(copy),
        may=tuple(may),
    )


def _codes(given: str) -> list[str]:
    """The codes of an address, newest first, each once."""
    return list(dict.fromkeys(code[:24] for code in given.split()))[:SHOWN]


def _address(event: str, codes: list[str]) -> str:
    asked = {"event": event, "codes": " ".join(dict.fromkeys(codes[:SHOWN]))}
    return f"{url_for('copies.index')}?{urlencode(asked)}"


def _week(asked: str) -> str:
    """The week asked for; what is none is this one."""
    this = week_of(business_day(now()))
    try:
        bounds_of_week(asked)
    except BadWeek:
        return this
    return asked


def _weeks() -> list[tuple[str, str]]:
    today = business_day(now())
    known = [week_of(today - timedelta(days=7 * n)) for n in range(WEEKS)]
    return [
        (week, f"{week}{t('（本周）', ' (this week)') if n == 0 else ''}")
        for n, week in enumerate(known)
    ]


def _export(listing: Listing, week: str) -> Response:
    headings = [
        Heading(t("急救中心", "Centre")),
        Heading(t("担保函号", "Letter")),
        Heading(t("出函时间", "Issued"), "moment"),
        Heading(t("医院", "Hospital")),
        Heading(t("联", "Copy"), "count"),
        Heading(t("联号", "Code")),
        Heading(t("状态", "State")),
        Heading(t("现在谁手里", "Who has it")),
        Heading(t("登记时间", "Noted")),
        Heading(t("登记人", "Noted by")),
    ]
    rows = [
        (named(one.letter.case.center), one.letter.number, one.letter.issued_at,
         named(one.letter.hospital), one.copy_no, one.code, words(COPY.states[one.state]),
         words(holder_of(one)), shanghai(one.events[-1].at) if one.events else "",
         one.events[-1].by.display_name if one.events else "")
        for one in listing.items
    ]  # fmt: skip
    return as_workbook(t(f"未收回的联-{week}", f"copies not back-{week}"), headings, rows, at=now())
