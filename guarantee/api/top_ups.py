"""Top-ups: the hospital asks for more, the hotline decides."""

from __future__ import annotations

from typing import Literal

from apiflask import APIBlueprint
from flask import current_app
from sqlalchemy import select

from guarantee.api.asked import letter_asked
from guarantee.api.fields import In, Moment, Out, PositiveFen, Reason
from guarantee.api.operation import me, operation
from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.letters import top_up
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.letters.visible import visible_letters
from guarantee.parties.staff import Staff
from guarantee.refusals import NotFound, Words
from guarantee.roles import Role
from guarantee.tables import TOP_UP_REQUEST

blueprint = APIBlueprint("api_top_ups", __name__, tag="Top-ups", url_prefix="/api/v1")


class UnknownRequest(NotFound):
    code = "unknown_top_up_request"
    words = Words("没有这份追加申请。", "There is no such top-up request.")


class RequestIn(In):
    amount_fen: PositiveFen
    reason: Reason
    setting: Literal["inpatient", "outpatient"] = "inpatient"
    """Which of the product's caps the top-up obeys."""


class DecisionIn(In):
    approve: bool
    amount_fen: PositiveFen | None = None
    """Granted in part; without it, all that was asked."""
    reason: Reason = ""


class RequestOut(Out):
    id: int
    state: Literal["asked", "granted", "denied", "withdrawn"]
    letter: str
    """The case's initial letter."""
    asked_fen: int
    reason: str
    setting: str
    asked_at: Moment
    due_at: Moment
    decided_at: Moment | None
    decision_reason: str
    number: str | None
    """The top-up letter, once granted."""
    granted_fen: int | None
    total_in_hospital_fen: int | None


class Requests(Out):
    items: list[RequestOut]
    next_cursor: str | None


@blueprint.post("/letters/<number>/top-up-requests")
@allow(Role.BILLING_DESK, Role.HOTLINE)
@operation(RequestOut, status=201, body=RequestIn, idempotent=True)
def ask_for_top_up(number: str, body: RequestIn) -> RequestOut:
    """Ask for a top-up

    Any number of the case will do. One request waits at a time.
    """
    made = top_up.ask(
        letter=letter_asked(number),
        amount_fen=body.amount_fen,
        reason=body.reason,
        setting=body.setting,
        by=me(),
        at=now(),
        settings=current_app.config["SETTINGS"],
    )
    return _request(made)


@blueprint.get("/top-up-requests")
@allow(Role.HOTLINE, Role.AUDITOR)
@operation(Requests)
def list_top_up_requests() -> Requests:
    """What waits for a decision, longest waiting first"""
    return Requests(items=[_request(r) for r in top_up.waiting_requests()], next_cursor=None)


@blueprint.get("/top-up-requests/<int:request_id>")
@allow(Role.BILLING_DESK, Role.HOTLINE, Role.SUPERVISOR, Role.AUDITOR)
@operation(RequestOut)
def get_top_up_request(request_id: int) -> RequestOut:
    """A request, and what was decided"""
    return _request(_request_for(request_id, me()))


@blueprint.post("/top-up-requests/<int:request_id>/decision")
@allow(*TOP_UP_REQUEST.who("grant"))
@operation(RequestOut, body=DecisionIn, idempotent=True)
def decide_top_up_request(request_id: int, body: DecisionIn) -> RequestOut:
    """Grant, in whole or in part, or deny with a reason

    Granted, `number` is the top-up letter's. Never above the remaining cover or the product's cap.
    """
    decided = top_up.decide(
        request=_request_for(request_id, me()),
        approve=body.approve,
        amount_fen=body.amount_fen,
        reason=body.reason,
        by=me(),
        at=now(),
        settings=current_app.config["SETTINGS"],
    )
    return _request(decided)


def _request_for(request_id: int, viewer: Staff) -> TopUpRequest:
    letters = visible_letters(viewer).with_only_columns(Letter.id)
    query = select(TopUpRequest).where(
        TopUpRequest.id == request_id, TopUpRequest.letter_id.in_(letters)
    )
    found = db.session.scalar(query)
    if found is None:
        raise UnknownRequest()
    return found


def _request(made: TopUpRequest) -> RequestOut:
    letter = made.top_up
    return RequestOut.model_validate(
        {
            "id": made.id,
            "state": made.state,
            "letter": made.letter.number,
            "asked_fen": made.asked_fen,
            "reason": made.reason,
            "setting": made.setting,
            "asked_at": made.asked_at,
            "due_at": made.due_at,
            "decided_at": made.decided_at,
            "decision_reason": made.decision_reason,
            "number": letter.number if letter else None,
            "granted_fen": letter.in_hospital_fen if letter else None,
            "total_in_hospital_fen": letter.total_in_hospital_fen if letter else None,
        }
    )
