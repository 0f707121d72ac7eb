"""Every case the reader may see: open ones first, search, filter, pages, export."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_login import current_user
from sqlalchemy import case as when
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.cases.models import Case
from guarantee.cases.outcomes import outcome_words
from guarantee.cases.visible import visible_cases
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.letters.models import Letter
from guarantee.members.identity import mask_name
from guarantee.members.models import Member
from guarantee.parties.centers import Center
from guarantee.roles import Role
from guarantee.sheets.writing import Heading
from guarantee.tables import CASE
from guarantee.web.dispatch.desk import blueprint, letters_of
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.scene import CONDITIONS
from guarantee.web.wording import named, shanghai, words


@blueprint.get("/cases")
@allow(Role.DISPATCHER, Role.HOTLINE)
def cases() -> Any:
    """The cases of the own centre; the hotline's are those of all."""
    listing = Listing.asked(filters=("state", "condition", "center"), sort="open")
    query = visible_cases(current_user).options(
        selectinload(Case.member), selectinload(Case.center), selectinload(Case.incident)
    )
    if listing.q:
        query = query.where(or_(*_found(listing.q)))
    if state := listing.filters.get("state"):
        query = query.where(Case.state == state)
    if condition := listing.filters.get("condition"):
        query = query.where(Case.condition == condition)
    if center := listing.filters.get("center"):
        mine = select(Center.id).where(Center.code == center)
        query = query.where(Case.center_id.in_(mine))
    columns = {
        "open": when((Case.state == "closed", 1), else_=0),
        "opened_at": Case.opened_at,
        "state": Case.state,
        "condition": Case.condition,
        "id": Case.id.desc() if listing.sort in ("open", "") else Case.id,
    }
    listing.fetch(query, columns)
    letters = letters_of([case.id for case in listing.items])
    if listing.export:
        return _export(listing, letters)
    return render_template(
        "dispatch/cases.html",
        listing=listing,
        letters=letters,
        states=CASE.states,
        conditions=CONDITIONS,
        outcome_words=outcome_words,
        centers=[
            (c.code, f"{c.code} {named(c)}")
            for c in db.session.scalars(select(Center).order_by(Center.code))
        ],
        many_centers=current_user.center_ids() is None,
    )


def _found(text: str) -> list[Any]:
    """A case by its number, its place, its patient's name or one of its letters' numbers."""
    digits = "".join(c for c in text if c.isdecimal())
    named_so = select(Member.id).where(Member.name.ilike(like(text), escape="\\"))
    ways: list[Any] = [
        Case.location.ilike(like(text), escape="\\"),
        Case.member_id.in_(named_so),
    ]
    if digits and len(digits) < 10:
        ways.append(Case.id == int(digits))
    if len(digits) >= 4:
        numbered = select(Letter.case_id).where(Letter.number.contains(digits))
        ways.append(Case.id.in_(numbered))
    return ways


def _export(listing: Listing, letters: dict[int, Letter]) -> Response:
    headings = [
        Heading(t("案例", "Case")),
        Heading(t("时间", "Opened")),
        Heading(t("急救中心", "Centre")),
        Heading(t("患者", "Patient")),
        Heading(t("病情", "Condition")),
        Heading(t("地点", "Place")),
        Heading(t("状态", "State")),
        Heading(t("结果", "Outcome")),
        Heading(t("担保函号", "Letter")),
        Heading(t("医院", "Hospital")),
    ]
    rows = []
    for case in listing.items:
        letter = letters.get(case.id)
        rows.append(
            (
                case.reference,
                shanghai(case.opened_at),
                named(case.center),
                mask_name(case.member.name) if case.member else "",
                words(CONDITIONS[case.condition]),
                case.location,
                words(CASE.states[case.state]),
                words(outcome_words(case.outcome)) if case.outcome else "",
                letter.number if letter else "",
                named(letter.hospital) if letter else "",
            )
        )
    return as_workbook(t("案例", "cases"), headings, rows, at=now())
