"""What is done to a case, a press each. Every view calls one domain function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, request, url_for
from flask_login import current_user
from sqlalchemy import select

from guarantee.business_time import now
from guarantee.cases.hand_over import hand_over
from guarantee.cases.intake import name_member, open_case
from guarantee.cases.models import Case, Incident
from guarantee.cases.outcomes import outcome
from guarantee.cases.people import call_for
from guarantee.cases.visible import case_for, visible_cases
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.letters.issue import issue
from guarantee.letters.lifecycle import end_case
from guarantee.members.models import Member
from guarantee.parties.centers import Center, UnknownCenter
from guarantee.parties.hospitals import hospital_by_code
from guarantee.refusals import NotFound
from guarantee.roles import Role
from guarantee.web import forms
from guarantee.web.dispatch.desk import blueprint, case_desk, idle_desk
from guarantee.web.scene import condition, record_verification
from guarantee.web.shell import settings

desk_only = allow(Role.DISPATCHER, Role.HOTLINE)


@blueprint.post("/cases")
@desk_only
def open_one() -> Any:
    """Open a case: for a call or without one, for a member or for somebody yet to be named."""

    def work() -> str:
        call_id = _chosen("call")
        made = open_case(
            center=_center(),
            caller=forms.text("caller", most=40, required=True),
            condition=condition(),
            location=forms.text("location", most=200),
            member=_member() if _chosen("member") else None,
            call=call_for(call_id, current_user) if call_id else None,
            incident=_incident(),
            by=current_user,
            at=now(),
        )
        return url_for("dispatch.show", case_id=made.id)

    return forms.attempt(work, again=idle_desk)


@blueprint.post("/cases/<int:case_id>/member")
@desk_only
def name_patient(case_id: int) -> Any:
    """Say who the patient is."""

    def work(case: Case) -> None:
        name_member(case=case, member=_member(), by=current_user, at=now())

    return _done_to(case_id, work)


@blueprint.post("/cases/<int:case_id>/verification")
@desk_only
def verify_case(case_id: int) -> Any:
    """Enter the verification on the crew's word (the hotline: provisionally, too)."""

    def work(case: Case) -> None:
        record_verification(case)
        flash(t("现场核实已记录。", "The verification is recorded."), "ok")

    return _done_to(case_id, work)


@blueprint.post("/cases/<int:case_id>/letter")
@desk_only
def issue_letter(case_id: int) -> Any:
    """Issue the number. Pressed twice, the same number is shown."""

    def work(case: Case) -> None:
        by_hotline = current_user.role == Role.HOTLINE
        issue(
            case=case,
            hospital=hospital_by_code(forms.text("hospital", most=20, required=True)),
            channel="hotline" if by_hotline else "center",
            by=current_user,
            at=now(),
            settings=settings(),
        )

    return _done_to(case_id, work)


@blueprint.post("/cases/<int:case_id>/hand-over")
@desk_only
def hand_over_case(case_id: int) -> Any:
    """One key: the hotline takes it from here."""

    def work(case: Case) -> None:
        ticket = hand_over(
            center=case.center,
            case=case,
            note=forms.text("note", most=300),
            by=current_user,
            at=now(),
        )
        _say_handed_over(ticket.id)

    return _done_to(case_id, work)


@blueprint.post("/hand-over")
@desk_only
def hand_over_call() -> Any:
    """The same for a call without a case."""

    def work() -> str:
        call_id = _chosen("call")
        call = call_for(call_id, current_user) if call_id else None
        center = call.center if call else _center()
        note = forms.text("note", most=300)
        ticket = hand_over(center=center, call=call, note=note, by=current_user, at=now())
        _say_handed_over(ticket.id)
        return url_for("dispatch.index", call=call_id or None)

    return forms.attempt(work, again=idle_desk)


@blueprint.post("/cases/<int:case_id>/close")
@desk_only
def close_case(case_id: int) -> Any:
    """Close the case with its outcome; what a letter still held goes back to the cover."""

    def work(case: Case) -> None:
        chosen = outcome(forms.text("outcome", most=40))
        end_case(case=case, outcome=chosen, by=current_user, at=now())
        flash(
            t("案例 {n} 已结束。", "Case {n} is closed.", n=case.reference),
            "ok",
        )

    return _done_to(case_id, work)


def _done_to(case_id: int, work: Callable[[Case], None]) -> Any:
    """Do it and show the case again: as it now stands, or with the refusal at its field."""

    def done() -> str:
        work(case_for(case_id, current_user))
        return url_for("dispatch.show", case_id=case_id)

    def again(errors: dict[str, Any]) -> str:
        return case_desk(case_for(case_id, current_user), errors)

    case_for(case_id, current_user)  # somebody else's case is not found before anything is tried
    return forms.attempt(done, again=again)


def _say_handed_over(ticket_id: int) -> None:
    flash(
        t(
            "已转联盟坐席（工单 {n}），请保持通话。",
            "Handed to the hotline (ticket {n}). Keep the caller on the line.",
            n=ticket_id,
        ),
        "move",
    )


def _chosen(name: str) -> int:
    given = request.form.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 18 else 0


def _member() -> Member:
    member = db.session.get(Member, _chosen("member"))
    if member is None:
        raise NotFound(field="member")
    return member


def _center() -> Center:
    """The dispatcher's own centre; the hotline says for which one it acts."""
    center: Center | None = current_user.center or db.session.get(Center, _chosen("center"))
    if center is None:
        raise UnknownCenter()
    return center


def _incident() -> Incident | None:
    if not (chosen := _chosen("incident")):
        return None
    seen = visible_cases(current_user).with_only_columns(Case.incident_id)
    query = select(Incident).where(Incident.id == chosen, Incident.id.in_(seen))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(field="incident")
    return found
