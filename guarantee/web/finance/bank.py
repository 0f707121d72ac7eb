"""The bank: approved batches ordered for payment, the files that go there, the statement back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import business_day, now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.refusals import Conflict, Invalid, NotFound, Refusal, Words
from guarantee.roles import Role
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.models import BankStatement, BankStatementLine, Batch, Remittance
from guarantee.settlement.remittance import pay, payment_csv, payment_xml
from guarantee.settlement.visible import batch_for, visible_batches
from guarantee.settlement.wording import OUTCOME_WORDS, PAYMENT_WORDS
from guarantee.sheets.writing import Heading
from guarantee.tables import BATCH
from guarantee.web import forms
from guarantee.web.finance.monday import blueprint
from guarantee.web.listing import Listing, as_workbook, download, like
from guarantee.web.shell import settings

PAYERS = BATCH.who("remit")
READERS = (*PAYERS, Role.AUDITOR)
DEMO_ACCOUNT = "31006666000018801234"


class NoBatchChosen(Invalid):
    code = "nothing_chosen"
    words = Words("请先选择要付款的批次。", "Choose the batches to pay first.")
    field = "batch"


class NoPayerAccount(Conflict):
    code = "no_payer_account"
    words = Words(
        "尚未设置联盟付款账户（PAYER_ACCOUNT），不能生成 pain.001 文件。",
        "The alliance's own account (PAYER_ACCOUNT) is not set: no pain.001 file can be made.",
    )


class UnknownPayment(NotFound):
    code = "unknown_payment"
    words = Words("没有这笔付款。", "There is no such payment.")


class UnknownStatement(NotFound):
    code = "unknown_statement"
    words = Words("没有这份对账单。", "There is no such statement.")


@blueprint.get("/bank")
@allow(*READERS)
def bank() -> Any:
    """What is to be paid, what the bank has been told, and every statement taken."""
    return _page({})


def _page(errors: Mapping[str, Refusal]) -> Any:
    listing = Listing.asked(filters=("state",), sort="-id", per_page=20)
    query = select(Remittance).options(selectinload(Remittance.batch).selectinload(Batch.center))
    if state := listing.filters.get("state"):
        query = query.where(Remittance.state == state)
    if listing.q:
        found = like(listing.q)
        query = query.where(
            or_(
                Remittance.reference.like(found, escape="\\"),
                Remittance.payee.like(found, escape="\\"),
            )
        )
    columns = {"id": Remittance.id, "amount": Remittance.amount_fen, "due": Remittance.due_on,
               "last": Remittance.id}  # fmt: skip
    listing.fetch(query, columns)
    if listing.export:
        return _export(listing.items)
    statements = select(BankStatement).order_by(BankStatement.id.desc()).limit(12)
    statements = statements.options(selectinload(BankStatement.lines))
    return render_template(
        "finance/bank.html",
        to_pay=_to_pay(),
        listing=listing,
        statements=db.session.scalars(statements).all(),
        outcomes=OUTCOME_WORDS,
        states=PAYMENT_WORDS,
        may_pay=current_user.role in PAYERS,
        has_account=bool(_payer_account()),
        today=business_day(now()),
        chosen=set(request.form.getlist("batch")),
        count=Counter,
        errors=errors,
    )


def _to_pay() -> Sequence[Batch]:
    query = visible_batches(current_user).where(Batch.state == "approved")
    query = query.options(selectinload(Batch.center)).order_by(Batch.remit_by, Batch.id)
    return db.session.scalars(query).all()


@blueprint.post("/bank/payments")
@allow(*PAYERS)
def order() -> Any:
    """Order the payment of the batches chosen: all of them or, when one is refused, none."""

    def work() -> str:
        ids = [int(text) for text in request.form.getlist("batch") if text.isdecimal()]
        if not ids:
            raise NoBatchChosen()
        made = pay(batches=[batch_for(one, current_user) for one in ids], by=current_user, at=now())
        said = t("已下达 {n} 笔付款，请下载付款文件交银行。",
                 "{n} payments ordered. Fetch the file and send it to the bank.")  # fmt: skip
        flash(said.format(n=len(made)), "ok")
        back = request.form.get("back", "")
        if back.isdecimal():
            return url_for("finance.batch", batch_id=int(back))
        return url_for("finance.bank", state="ordered")

    return forms.attempt(work, again=lambda errors: str(_page(errors)))


@blueprint.get("/bank/payments.<form>")
@allow(*READERS)
def payment_file(form: str) -> Response:
    """The bank's file (`csv`, `xml`: pain.001) of the orders named by `?order=`."""
    if form not in ("csv", "xml"):
        raise UnknownPayment()
    ids = [int(text) for text in request.args.getlist("order") if text.isdecimal()]
    query = select(Remittance).where(Remittance.id.in_(ids)).order_by(Remittance.id)
    orders = db.session.scalars(query).all()
    if not orders:
        raise UnknownPayment()
    for one in orders:
        note_view(action="payment file fetched", subject=f"batch:{one.batch_id}")
    name = orders[0].reference if len(orders) == 1 else f"payments-{len(orders)}"
    if form == "csv":
        return download(payment_csv(orders), f"{name}.csv", "text/csv; charset=gb18030")
    account = _payer_account()
    if not account:
        raise NoPayerAccount()
    payer = settings().payer_name
    made = payment_xml(orders, payer=payer, payer_account=account)
    return download(made, f"{name}.pain.001.xml", "application/xml")


def _payer_account() -> str:
    return settings().payer_account or (DEMO_ACCOUNT if settings().demo else "")


@blueprint.post("/bank/statements")
@allow(*BATCH.who("confirm"))
def send_statement() -> Any:
    """Take the bank's statement: each movement once, matched where its reference says so."""

    def work() -> str:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise forms.Missing(field="file")
        taken = take_statement(
            data=sent.read(),
            filename=sent.filename,
            by=current_user,
            at=now(),
            mailing_days=settings().mailing_days,
        )
        return url_for("finance.statement", statement_id=taken.id)

    return forms.attempt(work, again=lambda errors: str(_page(errors)))


@blueprint.get("/bank/statements/<int:statement_id>")
@allow(*READERS)
def statement(statement_id: int) -> Any:
    """What became of each line of a statement."""
    taken = db.session.get(BankStatement, statement_id)
    if taken is None:
        raise UnknownStatement()
    listing = Listing.asked(filters=("outcome",), sort="id")
    query = select(BankStatementLine).where(BankStatementLine.statement_id == taken.id)
    query = query.options(selectinload(BankStatementLine.remittance).selectinload(Remittance.batch))
    if outcome := listing.filters.get("outcome"):
        query = query.where(BankStatementLine.outcome == outcome)
    line = BankStatementLine
    listing.fetch(query, {"id": line.id, "day": line.booked_on, "amount": line.amount_fen,
                          "last": line.id})  # fmt: skip
    if listing.export:
        return _export_lines(taken, listing.items)
    return render_template(
        "finance/statement.html",
        statement=taken,
        listing=listing,
        outcomes=OUTCOME_WORDS,
        counts=Counter(one.outcome for one in taken.lines),
    )


def _export_lines(taken: BankStatement, lines: Sequence[BankStatementLine]) -> Response:
    headings = [
        Heading(t("交易日", "Booked"), "day"),
        Heading(t("金额（元，收入为正）", "Amount (in is positive)"), "fen"),
        Heading(t("对方户名", "Other side")),
        Heading(t("附言", "Text")),
        Heading(t("流水号", "Serial")),
        Heading(t("结果", "Outcome")),
        Heading(t("付款编号", "Payment")),
    ]
    rows = [
        (one.booked_on, one.amount_fen, one.counterparty, one.text, one.serial,
         t(*OUTCOME_WORDS[one.outcome]), one.remittance.reference if one.remittance else "")
        for one in lines
    ]  # fmt: skip
    return as_workbook(f"{t('对账单', 'statement')}-{taken.id}", headings, rows, at=now())


def _export(orders: Sequence[Remittance]) -> Response:
    headings = [
        Heading(t("付款编号", "Reference")),
        Heading(t("急救中心", "Centre")),
        Heading(t("周", "Week")),
        Heading(t("收款人", "Payee")),
        Heading(t("应付（元）", "Ordered"), "fen"),
        Heading(t("已付（元）", "Paid"), "fen"),
        Heading(t("期限", "Due"), "day"),
        Heading(t("到账日", "Paid on"), "day"),
        Heading(t("状态", "State")),
    ]
    rows = [
        (one.reference, one.batch.center.code, one.batch.week, one.payee, one.amount_fen,
         one.paid_fen, one.due_on, one.paid_on, t(*PAYMENT_WORDS[one.state]))
        for one in orders
    ]  # fmt: skip
    return as_workbook(t("付款", "payments"), headings, rows, at=now())
