"""The hotline's desk: one queue of everything that asks for a decision, most urgent first, and
beside it what decides the one that is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select

from guarantee import events
from guarantee.business_time import now
from guarantee.cases.models import Case, Method, Verification
from guarantee.cases.people import checks, standings
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.ledger.holds import remaining_fen
from guarantee.letters.models import TopUpRequest
from guarantee.letters.position import position_of
from guarantee.letters.top_up import decide, most_that_can_be_granted, waiting_requests
from guarantee.money import parse_yuan, yuan
from guarantee.parties.centers import Center
from guarantee.refusals import NotFound, Refusal, Words
from guarantee.roles import Role
from guarantee.tickets import KINDS, Ticket, finish, take
from guarantee.web import forms
from guarantee.web.scene import CONDITIONS
from guarantee.web.shell import settings

blueprint = Blueprint("hotline", __name__, url_prefix="/hotline")

TOP_UP = Words("追加申请", "Top-up request")
DOCUMENT_DUE = Words("临时核实，待补证件", "Provisional: document due")


@dataclass(frozen=True)
class Waiting:
    """One line of the queue. `what` is 'top_up', 'ticket' or 'document'; `due_at` its clock."""

    what: str
    id: int
    words: Words
    since: datetime
    due_at: datetime
    case: Case | None
    amount_fen: int | None = None
    owner: str = ""


@blueprint.get("")
@allow(Role.HOTLINE)
def index() -> str:
    """The queue; `?top_up=`, `?ticket=` or nothing says which one is open."""
    return _desk({})


@blueprint.post("/top-ups/<int:request_id>")
@allow(Role.HOTLINE)
def decide_top_up(request_id: int) -> Any:
    """Approve all, approve a part, or deny with a reason."""

    def work() -> str:
        asked = _request(request_id)
        decision = forms.text("decision", most=10, required=True)
        if decision not in ("all", "part", "deny"):
            raise forms.NotAChoice(field="decision")
        part = decision == "part"
        typed = forms.text("amount_fen", most=30, required=True) if part else ""
        done = decide(
            request=asked,
            approve=decision != "deny",
            amount_fen=parse_yuan(typed, field="amount_fen") if part else None,
            reason=forms.text("reason", most=300),
            by=current_user,
            at=now(),
            settings=settings(),
        )
        if done.top_up is None:
            flash(t("已拒绝，医院会看到原因。", "Denied; the hospital sees why."), "move")
        else:
            flash(
                t(
                    "已追加 {a} 元，院内合计 {b} 元，函号 {n}。",
                    "{a} yuan added, in-hospital total {b}; letter {n}.",
                    a=yuan(done.top_up.in_hospital_fen),
                    b=yuan(done.top_up.total_in_hospital_fen),
                    n=done.top_up.number,
                ),
                "ok",
            )
        return url_for("hotline.index")

    _request(request_id)
    return forms.attempt(work, again=lambda errors: _desk(errors, top_up=request_id))


@blueprint.post("/tickets/<int:ticket_id>/take")
@allow(Role.HOTLINE)
def take_ticket(ticket_id: int) -> Any:
    """Own the ticket from now on; its case opens where there is one."""

    def work() -> str:
        take(ticket=_ticket(ticket_id), by=current_user, at=now())
        return url_for("hotline.index", ticket=ticket_id)

    _ticket(ticket_id)
    return forms.attempt(work, again=lambda errors: _desk(errors, ticket=ticket_id))


@blueprint.post("/tickets/<int:ticket_id>/answer")
@allow(Role.HOTLINE)
def answer_ticket(ticket_id: int) -> Any:
    """Close the ticket with what was advised or decided."""

    def work() -> str:
        ticket = _ticket(ticket_id)
        answer = forms.long_text("answer", most=2000, required=True)
        finish(ticket=ticket, answer=answer, by=current_user, at=now())
        flash(t("工单 {n} 已办结。", "Ticket {n} is done.", n=ticket_id), "ok")
        return url_for("hotline.index")

    _ticket(ticket_id)
    return forms.attempt(work, again=lambda errors: _desk(errors, ticket=ticket_id))


def _desk(errors: dict[str, Refusal], *, top_up: int = 0, ticket: int = 0) -> str:
    newest = events.newest_id()
    queue = waiting()
    top_up, ticket = top_up or _asked("top_up"), ticket or _asked("ticket")
    if not top_up and not ticket and queue:
        first = next((w for w in queue if w.what != "document"), None)
        top_up = first.id if first and first.what == "top_up" else 0
        ticket = first.id if first and first.what == "ticket" else 0
    opened = _about_request(_request(top_up)) if top_up else {}
    if ticket:
        opened = _about_ticket(_ticket(ticket))
    centers = {c.id: c for c in db.session.scalars(select(Center))}
    return render_template(
        "hotline/desk.html",
        queue=queue,
        open_kind="top_up" if top_up else ("ticket" if ticket else ""),
        open_id=top_up or ticket,
        centers=centers,
        conditions=CONDITIONS,
        kinds=KINDS,
        newest_event=newest,
        errors=errors,
        **opened,
    )


def waiting() -> list[Waiting]:
    """Everything that asks the hotline for something, the nearest deadline first."""
    lines = [
        Waiting("top_up", r.id, TOP_UP, r.asked_at, r.due_at, r.letter.case, r.asked_fen)
        for r in waiting_requests()
    ]
    open_tickets = list(db.session.scalars(select(Ticket).where(Ticket.done_at.is_(None))))
    ids = {x.case_id for x in open_tickets if x.case_id}
    cases = {c.id: c for c in db.session.scalars(select(Case).where(Case.id.in_(ids)))}
    lines += [
        Waiting(
            "ticket",
            one.id,
            KINDS[one.kind],
            one.opened_at,
            one.due_at,
            cases.get(one.case_id or 0),
            owner=one.owner.display_name if one.owner else "",
        )
        for one in open_tickets
    ]
    lines += [
        Waiting("document", v.case_id, DOCUMENT_DUE, v.verified_at, v.document_due_at, v.case)
        for v in _documents_due()
        if v.document_due_at is not None
    ]
    return sorted(lines, key=lambda line: (line.due_at, line.since))


def _documents_due() -> list[Verification]:
    """The latest verification of each open case, where it is a provisional one."""
    latest = select(func.max(Verification.id)).group_by(Verification.case_id)
    query = (
        select(Verification)
        .join(Case, Case.id == Verification.case_id)
        .where(
            Verification.id.in_(latest),
            Verification.method == Method.PROVISIONAL,
            Case.state != "closed",
        )
    )
    return list(db.session.scalars(query))


def _about_request(asked: TopUpRequest) -> dict[str, Any]:
    """The figures that decide a top-up."""
    case = asked.letter.case
    enrolment = case.enrolment
    assert enrolment is not None
    note_view(action="case viewed", subject=f"case:{case.id}")
    position = position_of(asked.letter)
    product = enrolment.product
    outpatient = asked.setting == "outpatient"
    return {
        "asked": asked,
        "case": case,
        "position": position,
        "remaining_fen": remaining_fen(enrolment.cover),
        "cap_fen": product.outpatient_cap_fen if outpatient else product.inpatient_cap_fen,
        "most_fen": most_that_can_be_granted(asked),
        "sum_insured_fen": enrolment.cover.sum_insured_fen,
        "product": product,
    }


def _about_ticket(ticket: Ticket) -> dict[str, Any]:
    case = db.session.get(Case, ticket.case_id) if ticket.case_id else None
    patient = None
    if case is not None:
        note_view(action="case viewed", subject=f"case:{case.id}")
        if case.member is not None:
            patient = standings([case.member], at=now(), besides=case)[0]
    return {
        "ticket": ticket,
        "case": case,
        "patient": patient,
        "patient_checks": checks(patient, at=now()) if patient else [],
    }


def _request(request_id: int) -> TopUpRequest:
    asked = db.session.get(TopUpRequest, request_id)
    if asked is None:
        raise NotFound()
    return asked


def _ticket(ticket_id: int) -> Ticket:
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFound()
    return ticket


def _asked(name: str) -> int:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 18 else 0
