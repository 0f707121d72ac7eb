"""The hospitals' weeks: what each is owed for its closed letters, approved, ordered and paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import (
    BadWeek,
    business_day,
    days_of_week,
    now,
    week_before,
    week_of,
)
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.letters.models import Letter
from guarantee.money import yuan
from guarantee.parties.hospitals import Hospital
from guarantee.roles import Role
from guarantee.settlement.hospital_payment import live_hospital_remittance, pay_hospitals
from guarantee.settlement.hospital_statement import hospital_statement
from guarantee.settlement.hospital_weeks import (
    OPENERS,
    approve_hospital_batch,
    hospital_batch_for,
    hospitals_to_open,
    open_hospital_week,
    visible_hospital_batches,
)
from guarantee.settlement.models import HospitalBatch, HospitalLine, HospitalRemittance
from guarantee.settlement.paid_in import paid_in
from guarantee.settlement.remittance import payment_csv
from guarantee.settlement.wording import PAYMENT_WORDS
from guarantee.sheets.writing import Heading
from guarantee.tables import HOSPITAL_BATCH
from guarantee.web import forms
from guarantee.web.finance.bank import NoBatchChosen, UnknownPayment
from guarantee.web.listing import XLSX, Listing, as_workbook, download, like
from guarantee.web.shell import settings
from guarantee.web.wording import named, words

blueprint = Blueprint("hospital_weeks", __name__, url_prefix="/hospital-weeks")

READERS = (Role.ALLIANCE_FINANCE, Role.AUDITOR)
WEEKS = 5
EXPORT_ROWS = 5_000


@blueprint.get("")
@allow(*READERS)
def index() -> Any:
    """Weeks as columns, hospitals as rows, and what waits: to approve, to order, at the bank."""
    listing = Listing.asked(sort="name", per_page=40)
    with_batches = visible_hospital_batches(current_user).with_only_columns(
        HospitalBatch.hospital_id
    )
    query = select(Hospital).where(Hospital.id.in_(with_batches))
    if listing.q:
        found = like(listing.q)
        query = query.where(
            or_(
                Hospital.name.like(found, escape="\\"),
                Hospital.name_en.ilike(found, escape="\\"),
                Hospital.code.like(found, escape="\\"),
            )
        )
    export, listing.export = listing.export, False
    listing.fetch(query, {"name": Hospital.name, "id": Hospital.id})
    if export:
        return _export()
    at = now()
    last = week_before(at)
    weeks = _weeks(last)
    waiting = _waiting()
    orders = db.session.scalars(
        select(HospitalRemittance).where(HospitalRemittance.state == "ordered")
    ).all()
    return render_template(
        "hospital_weeks/index.html",
        listing=listing,
        weeks=[(week, days_of_week(week)) for week in weeks],
        cells=_cells(listing.items, weeks),
        last=last,
        to_open=hospitals_to_open(last) if current_user.role in OPENERS else 0,
        waiting=[one for one in waiting if one.state == "open"],
        to_pay=[one for one in waiting if one.state == "approved"],
        orders=orders,
        may_pay=current_user.role in HOSPITAL_BATCH.who("remit"),
        today=business_day(at),
        newer=_shifted(weeks[0], WEEKS) if weeks[0] < last else None,
        older=_shifted(weeks[-1], -1),
    )


@blueprint.post("/open")
@allow(*OPENERS)
def open_week() -> Any:
    """Open last week for every hospital that is owed something. Twice changes nothing."""

    def work() -> str:
        at = now()
        week = week_before(at)
        count = hospitals_to_open(week)
        open_hospital_week(
            week=week, by=current_user, at=at, remittance_days=settings().remittance_days
        )
        said = t("已开立 {n} 个医院批次（{week}）。", "{n} hospital batches opened ({week}).")
        flash(said.format(n=count, week=week), "ok" if count else "move")
        return url_for("hospital_weeks.index")

    return forms.attempt(work, again=lambda errors: str(index()))


@blueprint.get("/<int:batch_id>")
@allow(*READERS)
def batch(batch_id: int) -> Any:
    """One hospital's week: its letters, and the step that comes next."""
    return _page(hospital_batch_for(batch_id, current_user))


@blueprint.post("/<int:batch_id>/approval")
@allow(*HOSPITAL_BATCH.who("approve"))
def approve(batch_id: int) -> Any:
    """Approve the batch's letters and total."""
    shown = hospital_batch_for(batch_id, current_user)
    here = url_for("hospital_weeks.batch", batch_id=batch_id)

    def work() -> str:
        if shown.approved_by_id == current_user.id:
            return here  # the second click of the same person
        done = approve_hospital_batch(batch=shown, by=current_user, at=now())
        flash(
            t("已批准 {total} 元。", "{total} approved.").format(total=yuan(done.total_fen)), "ok"
        )
        return here

    return forms.attempt(
        work, again=lambda errors: str(_page(hospital_batch_for(batch_id, current_user)))
    )


@blueprint.post("/payments")
@allow(*HOSPITAL_BATCH.who("remit"))
def order() -> Any:
    """Order the payment of the batches named: all of them or, when one is refused, none."""

    def work() -> str:
        ids = [int(text) for text in request.form.getlist("batch") if text.isdecimal()]
        if not ids:
            raise NoBatchChosen()
        batches = [hospital_batch_for(one, current_user) for one in ids]
        made = pay_hospitals(batches=batches, by=current_user, at=now())
        said = t("已下达 {n} 笔付款，请下载付款文件交银行。",
                 "{n} payments ordered. Fetch the file and send it to the bank.")  # fmt: skip
        flash(said.format(n=len(made)), "ok")
        if len(ids) == 1:
            return url_for("hospital_weeks.batch", batch_id=ids[0])
        return url_for("hospital_weeks.index")

    return forms.attempt(work, again=lambda errors: str(index()))


@blueprint.get("/payments.csv")
@allow(*READERS)
def payment_file() -> Response:
    """The bank's file of the orders named by `?order=`, or of all that the bank has not paid."""
    ids = [int(text) for text in request.args.getlist("order") if text.isdecimal()]
    query = select(HospitalRemittance).order_by(HospitalRemittance.id)
    if ids:
        query = query.where(HospitalRemittance.id.in_(ids))
    else:
        query = query.where(HospitalRemittance.state == "ordered")
    orders = db.session.scalars(query).all()
    if not orders:
        raise UnknownPayment()
    for one in orders:
        note_view(action="payment file fetched", subject=f"hospital_batch:{one.batch_id}")
    name = orders[0].reference if len(orders) == 1 else f"hospital-payments-{len(orders)}"
    return download(payment_csv(orders), f"{name}.csv", "text/csv; charset=gb18030")


@blueprint.get("/<int:batch_id>/statement.xlsx")
@allow(*READERS)
def statement(batch_id: int) -> Response:
    """The batch's statement as a workbook, for the hospital's own books."""
    shown = hospital_batch_for(batch_id, current_user)
    note_view(action="statement fetched", subject=f"hospital_batch:{shown.id}")
    name = f"{shown.hospital.code}-{shown.week}-结算单 statement.xlsx"
    return download(hospital_statement(shown), name, XLSX)


def _page(shown: HospitalBatch) -> str:
    listing = Listing.asked(sort="closed")
    query = select(HospitalLine).where(HospitalLine.batch_id == shown.id)
    query = query.join(HospitalLine.letter).options(
        joinedload(HospitalLine.letter).joinedload(Letter.case).joinedload(Case.center)
    )
    listing.export = False
    listing.fetch(
        query,
        {
            "closed": HospitalLine.closed_on,
            "number": Letter.number,
            "amount": HospitalLine.amount_fen,
            "id": HospitalLine.id,
        },
    )
    orders = db.session.scalars(
        select(HospitalRemittance)
        .where(HospitalRemittance.batch_id == shown.id)
        .order_by(HospitalRemittance.id)
    ).all()
    return render_template(
        "hospital_weeks/batch.html",
        batch=shown,
        listing=listing,
        orders=orders,
        live=live_hospital_remittance(shown),
        may=HOSPITAL_BATCH.events_from(shown.state, current_user.role),
        opened_by_me=shown.opened_by_id == current_user.id,
        speed=paid_in(hospital_id=shown.hospital_id, at=now()),
        payment_words=PAYMENT_WORDS,
        today=business_day(now()),
    )


def _weeks(last: str) -> list[str]:
    """The weeks shown, newest first. What is no week, or lies ahead, is as if not asked."""
    try:
        until = request.args.get("until", "")
        newest = min(week_of(days_of_week(until)[0]), last) if until else last
    except BadWeek:
        newest = last
    return [_shifted(newest, -n) for n in range(WEEKS)]


def _shifted(week: str, by: int) -> str:
    return week_of(days_of_week(week)[0] + timedelta(weeks=by))


def _cells(
    hospitals: Sequence[Hospital], weeks: Sequence[str]
) -> dict[tuple[int, str], HospitalBatch]:
    query = visible_hospital_batches(current_user).where(
        HospitalBatch.hospital_id.in_([one.id for one in hospitals]), HospitalBatch.week.in_(weeks)
    )
    query = query.options(selectinload(HospitalBatch.lines))
    return {(one.hospital_id, one.week): one for one in db.session.scalars(query)}


def _waiting() -> list[HospitalBatch]:
    """What is to be approved or ordered, the one whose time ends first on top."""
    query = visible_hospital_batches(current_user).where(
        HospitalBatch.state.in_(("open", "approved"))
    )
    query = query.options(selectinload(HospitalBatch.lines), joinedload(HospitalBatch.hospital))
    return list(db.session.scalars(query.order_by(HospitalBatch.remit_by, HospitalBatch.id)))


def _export() -> Response:
    headings = [
        Heading(t("周", "Week")),
        Heading(t("医院代码", "Code")),
        Heading(t("医院", "Hospital")),
        Heading(t("状态", "State")),
        Heading(t("担保函", "Letters"), "count"),
        Heading(t("应付（元）", "To pay"), "fen"),
        Heading(t("付款期限", "Pay by"), "day"),
        Heading(t("到账日", "Paid on"), "day"),
    ]
    query = visible_hospital_batches(current_user).options(
        selectinload(HospitalBatch.lines), joinedload(HospitalBatch.hospital)
    )
    query = query.order_by(HospitalBatch.week.desc(), HospitalBatch.hospital_id).limit(EXPORT_ROWS)
    rows = [
        (one.week, one.hospital.code, named(one.hospital), words(HOSPITAL_BATCH.states[one.state]),
         len(one.lines), one.total_fen, one.remit_by, one.paid_on)
        for one in db.session.scalars(query)
    ]  # fmt: skip
    return as_workbook(t("医院结算", "hospital-weeks"), headings, rows, at=now())
