"""The three panes of the call desk, made from what the address says: a call, a search, a case.

The page is whole without scripts; scripts only fetch it again when something has happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from guarantee import events
from guarantee.business_time import now
from guarantee.cases.destinations import destinations
from guarantee.cases.hand_over import tickets_of
from guarantee.cases.models import Case, Incident
from guarantee.cases.outcomes import OUTCOMES, outcome_words
from guarantee.cases.people import (
    Candidate,
    age_on,
    call_for,
    candidates_of,
    checks,
    other_open_cases,
    recent_calls,
    standings,
)
from guarantee.cases.visible import case_for, visible_cases
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.eligibility import REASONS
from guarantee.letters import number as numbers
from guarantee.letters.issue import first_parts
from guarantee.letters.models import Letter
from guarantee.members.identity import mask_document
from guarantee.members.lookup import search
from guarantee.members.models import Member
from guarantee.parties.centers import Center
from guarantee.refusals import Refusal
from guarantee.roles import Role
from guarantee.tables import LETTER
from guarantee.web.scene import CONDITIONS, EXAMPLES, about_verification
from guarantee.web.shell import settings
from guarantee.web.wording import shanghai

blueprint = Blueprint("dispatch", __name__, url_prefix="/dispatch")
blueprint.add_app_template_filter(mask_document)

FOUND = 8
"""So many members are shown of a search; more than that means: type more."""


@blueprint.get("")
@allow(Role.DISPATCHER, Role.HOTLINE)
def index() -> str:
    """The desk between two cases: calls on the left, open cases or a call's form in the middle."""
    return idle_desk({})


@blueprint.get("/cases/<int:case_id>")
@allow(Role.DISPATCHER, Role.HOTLINE)
def show(case_id: int) -> str:
    """The desk with a case on it."""
    case = case_for(case_id, current_user)
    if case.member is not None:
        note_view(action="member viewed", subject=f"member:{case.member_id}", case=case.id)
    return case_desk(case, {})


@blueprint.get("/cases/<int:case_id>/hospitals")
@allow(Role.DISPATCHER, Role.HOTLINE)
def hospitals(case_id: int) -> str:
    """The list to choose a hospital from, as a part of the page: for search while one types."""
    case = case_for(case_id, current_user)
    return render_template(
        "dispatch/hospitals.html", case=case, hospitals=_destinations(case), errors={}
    )


@blueprint.get("/reminder")
@allow()
def reminder() -> str:
    """The key points of the work (重点工作提醒牌) as a page to print."""
    return render_template("dispatch/reminder.html", hotline_phone=settings().hotline_phone)


def idle_desk(errors: dict[str, Refusal]) -> str:
    """No case is open on the desk: a call was chosen, a member, or nothing yet."""
    at, newest = now(), events.newest_id()
    call_id = _number("call")
    call = call_for(call_id, current_user) if call_id else None
    member = db.session.get(Member, _number("member")) if _number("member") else None
    opening = bool(call or member or request.args.get("new") or errors)
    waiting: Sequence[Case] = []
    if not opening:
        mine = visible_cases(current_user).where(Case.state != "closed")
        waiting = db.session.scalars(mine.order_by(Case.id.desc()).limit(30)).all()
    return _page(
        at,
        newest_event=newest,
        call=call,
        candidates=candidates_of(call, at=at) if call else [],
        patient=standings([member], at=at)[0] if member else None,
        opening=opening,
        waiting=waiting,
        incidents=_incidents() if opening else [],
        centers=_centers(),
        letters_of=letters_of([case.id for case in waiting]),
        errors=errors,
        here=_address(),
    )


def letters_of(case_ids: Iterable[int]) -> dict[int, Letter]:
    """The latest initial letter of each of these cases that has one."""
    query = (
        select(Letter)
        .where(Letter.case_id.in_(list(case_ids)), Letter.kind == "initial")
        .options(selectinload(Letter.hospital))
        .order_by(Letter.id)
    )
    return {letter.case_id: letter for letter in db.session.scalars(query)}


def case_desk(case: Case, errors: dict[str, Refusal]) -> str:
    """A case is on the desk: its next step in the middle, who the patient is on the right."""
    at, newest = now(), events.newest_id()
    candidates = candidates_of(case.call, at=at) if case.call and case.state == "open" else []
    patient = standings([case.member], at=at, besides=case)[0] if case.member else None
    letters = db.session.scalars(
        select(Letter).where(Letter.case_id == case.id).order_by(Letter.id)
    ).all()
    live = [x for x in letters if x.kind == "initial" and x.state not in ("voided", "lapsed")]
    letter = live[-1] if live else None
    return _page(
        at,
        newest_event=newest,
        case=case,
        call=case.call,
        candidates=candidates,
        patient=patient,
        age=age_on(case.member, at) if case.member else None,
        others=other_open_cases(case.member, case, current_user) if case.member else [],
        letters=letters,
        letter=letter,
        spoken=numbers.spoken(letter.number) if letter else "",
        letter_moves=LETTER.events_from(letter.state, current_user.role) if letter else [],
        hospitals=_destinations(case),
        tickets=tickets_of(case),
        outcomes=OUTCOMES,
        outcome_words=outcome_words,
        choosing=request.args.get("step") == "member",
        again=request.args.get("step") == "verify",
        errors=errors,
        here=url_for("dispatch.show", case_id=case.id),
        **about_verification(case),
    )


def _page(at: datetime, *, patient: Candidate | None, here: str, **more: Any) -> str:
    text = request.args.get("q", "").strip()[:80]
    area = current_user.center.area_code if current_user.center else None
    members = search(text, area_code=area, limit=FOUND + 1) if text else []
    parts = None
    if patient and patient.assessment.verdict.eligible:
        left = patient.assessment.verdict.remaining_fen
        parts = first_parts(left, provisional=False, at=at)
    facts: dict[str, Any] = {
        "case": None,
        "conditions": CONDITIONS,
        "examples": EXAMPLES,
        "rings": recent_calls(current_user, at=at),
        "q": text,
        "found": standings(members[:FOUND], at=at) if text else [],
        "more_found": len(members) > FOUND,
        "patient": patient,
        "reasons": [REASONS[c] for c in patient.assessment.verdict.reasons] if patient else [],
        "patient_checks": checks(patient, at=at) if patient else [],
        "parts": parts,
        "here": here,
        "hotline_phone": settings().hotline_phone,
        "by_hotline": current_user.role == Role.HOTLINE,
    }
    return render_template("dispatch/desk.html", **(facts | more))


def _destinations(case: Case) -> Sequence[Any]:
    return destinations(case.center, text=request.args.get("hospital_q", "")[:80])


def _incidents() -> list[tuple[str, str]]:
    """The choice of an incident: its own, or one with an open case, for a second patient of it."""
    mine = visible_cases(current_user).where(Case.state != "closed")
    ids = mine.with_only_columns(Case.incident_id)
    query = select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id.desc()).limit(12)
    choices = [("", t("单独事件", "An incident of its own"))]
    for incident in db.session.scalars(query):
        cases = "、".join(case.reference for case in incident.cases)
        place = incident.location or t("地点未填", "place not given")
        choices.append(
            (str(incident.id), f"{shanghai(incident.happened_at)[11:]} {place} ({cases})")
        )
    return choices


def _centers() -> Sequence[Center]:
    """The centres a case may be opened for: the own one, or any by the hotline."""
    ids = current_user.center_ids()
    query = select(Center).order_by(Center.code)
    return db.session.scalars(query if ids is None else query.where(Center.id.in_(ids))).all()


def _number(name: str) -> int:
    given = request.values.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 18 else 0


def _address() -> str:
    """The page's address without a search that is over."""
    kept: dict[str, Any] = {
        name: value for name in ("call", "member", "new") if (value := request.values.get(name))
    }
    return url_for("dispatch.index", **kept)
