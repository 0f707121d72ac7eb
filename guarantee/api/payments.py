"""After the approval: the bank's file, its statement, the originals on their way, the end."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, current_app
from pydantic import Field

from guarantee.api.fields import Code, Day, Fen, In, Line, Moment, Out
from guarantee.api.operation import Bytes, Upload, me, operation
from guarantee.api.settlement import READERS, BatchOut, batch_out
from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.accounts import by_token
from guarantee.edge.transaction import committed
from guarantee.refusals import Conflict, Words
from guarantee.settlement import originals
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.models import Mailing, Original
from guarantee.settlement.remittance import live_remittance, pay, payment_csv
from guarantee.settlement.visible import batch_for
from guarantee.tables import BATCH

blueprint = APIBlueprint("api_payments", __name__, tag="Settlement", url_prefix="/api/v1")


class NotOrdered(Conflict):
    code = "payment_not_ordered"
    words = Words(
        "付款尚未下达。请先在结算页面下达付款。",
        "The payment is not ordered yet. Order it on the settlement page first.",
    )


class MailingIn(In):
    courier: Annotated[Line, Field(max_length=40)]
    tracking_number: Annotated[Line, Field(max_length=60)]
    codes: Annotated[list[Code], Field(max_length=5000)] | None = None
    """Copy codes and receipt numbers in the parcel; without it, all that the batch owes."""
    fee_fen: Fen = 0
    """What the centre paid the courier; replenished by the next batch."""
    mailed_on: Day | None = None


class OriginalsIn(In):
    codes: Annotated[list[Code], Field(max_length=5000)]
    """Copy codes and receipt numbers that have arrived."""
    close: bool = False
    """Close the batch after this; what is missing stays owed."""


class OriginalOut(Out):
    id: int
    kind: str
    code: str
    mailed: bool
    arrived_at: Moment | None


class MailingOut(Out):
    id: int
    batch: int
    courier: str
    tracking_number: str
    mailed_on: date
    originals: list[OriginalOut]


class Originals(Out):
    items: list[OriginalOut]
    next_cursor: str | None
    missing: int
    batch: BatchOut


class StatementLine(Out):
    id: int
    serial: str
    booked_on: date
    amount_fen: int
    outcome: str
    reference: str | None


class StatementOut(Out):
    id: int
    form: str
    matched: int
    unmatched: int
    already_seen: int
    handed_back: int
    lines: list[StatementLine]
    """New lines, each with its outcome: also partly_paid, overpaid, returned."""


@blueprint.get("/settlement/batches/<int:batch_id>/payment-file")
@allow(*BATCH.who("remit"))
@operation(Bytes("text/csv", "The bank's file"), refuses=(409,))
def get_payment_file(batch_id: int) -> Response:
    """The bank's file for an approved batch

    Fetched with a token it orders the payment, once; the same order gives the same bytes. From
    a page's session it only answers what was ordered, for a link must not move money.
    """
    caller, at = me(), now()
    batch = batch_for(batch_id, caller)
    if by_token():
        db.session.rollback()  # what was read so far must not stand in the way of writing

        def order() -> bytes:
            return payment_csv(pay(batches=[batch_for(batch_id, caller)], by=caller, at=at))

        data = committed(order)
    else:
        ordered = live_remittance(batch)
        if ordered is None:
            raise NotOrdered()
        data = payment_csv([ordered])
    answer = Response(data, content_type="text/csv; charset=gb18030")
    answer.headers["Content-Disposition"] = f'attachment; filename="payment-{batch_id}.csv"'
    return answer


@blueprint.post("/settlement/bank-statements")
@allow(*BATCH.who("confirm"))
@operation(StatementOut, file=True, idempotent=True)
def upload_bank_statement(file: Upload) -> StatementOut:
    """Take the bank's statement

    CSV (GB18030), camt.053 or MT940. Each serial number counts once, in whatever file.
    """
    taken = take_statement(
        data=file.data,
        filename=file.name,
        by=me(),
        at=now(),
        mailing_days=current_app.config["SETTINGS"].mailing_days,
    )
    outcomes = [line.outcome for line in taken.lines]
    return StatementOut(
        id=taken.id,
        form=taken.form,
        matched=outcomes.count("matched"),
        unmatched=outcomes.count("unmatched"),
        already_seen=taken.already_seen,
        handed_back=taken.handed_back,
        lines=[
            StatementLine(
                id=line.id,
                serial=line.serial,
                booked_on=line.booked_on,
                amount_fen=line.amount_fen,
                outcome=line.outcome,
                reference=line.remittance.reference if line.remittance else None,
            )
            for line in taken.lines
        ],
    )


@blueprint.post("/settlement/batches/<int:batch_id>/mailing")
@allow(*BATCH.who("mail"))
@operation(MailingOut, status=201, body=MailingIn, idempotent=True)
def mail_originals(batch_id: int, body: MailingIn) -> MailingOut:
    """The centre mailed originals"""
    made = originals.mail(
        batch=batch_for(batch_id, me()),
        courier=body.courier,
        tracking_number=body.tracking_number,
        codes=body.codes,
        fee_fen=body.fee_fen,
        by=me(),
        at=now(),
        mailed_on=body.mailed_on,
    )
    return _mailing(made)


@blueprint.get("/settlement/batches/<int:batch_id>/originals")
@allow(*READERS)
@operation(Originals)
def list_originals(batch_id: int) -> Originals:
    """The papers that the batch is about, arrived or not"""
    return _originals(batch_id)


@blueprint.post("/settlement/batches/<int:batch_id>/originals")
@allow(*BATCH.who("tick_off"))
@operation(Originals, body=OriginalsIn, idempotent=True)
def tick_off_originals(batch_id: int, body: OriginalsIn) -> Originals:
    """Tick off what has arrived at headquarters, and close the batch when asked to"""
    batch, at = batch_for(batch_id, me()), now()
    originals.tick_off(batch=batch, codes=body.codes, by=me(), at=at)
    if body.close:
        originals.close(batch=batch, by=me(), at=at)
    return _originals(batch_id)


def _originals(batch_id: int) -> Originals:
    batch = batch_for(batch_id, me())
    papers = originals.originals_of(batch)
    return Originals(
        items=[_original(paper) for paper in papers],
        next_cursor=None,
        missing=sum(paper.arrived_at is None for paper in papers),
        batch=batch_out(batch),
    )


def _mailing(made: Mailing) -> MailingOut:
    return MailingOut(
        id=made.id,
        batch=made.batch_id,
        courier=made.courier,
        tracking_number=made.tracking_number,
        mailed_on=made.mailed_on,
        originals=[_original(paper) for paper in made.originals],
    )


def _original(paper: Original) -> OriginalOut:
    return OriginalOut(
        id=paper.id,
        kind=paper.kind,
        code=paper.code,
        mailed=paper.mailing_id is not None,
        arrived_at=paper.arrived_at,
    )
