"""A hospital's batch as a worksheet: which letters it pays, and how much for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from guarantee.charges.models import FinalBill
from guarantee.db import db
from guarantee.letters.number import grouped
from guarantee.money import in_capitals
from guarantee.settlement.hospital_payment import live_hospital_remittance
from guarantee.settlement.models import HospitalBatch
from guarantee.sheets.writing import Heading, Sheet, workbook
from guarantee.tables import HOSPITAL_BATCH

HEADINGS = (
    Heading("担保函号 Letter"),
    Heading("出函中心 Issued by"),
    Heading("结案日期 Closed on", "day"),
    Heading("标记 Mark"),
    Heading("账单合计 Bill", "fen"),
    Heading("患者自付 Patient", "fen"),
    Heading("本次结算 Settled", "fen"),
)


def hospital_statement(batch: HospitalBatch) -> bytes:
    """The batch's statement as a workbook; the same state of the batch gives the same bytes."""
    made_at: datetime = batch.approved_at or batch.opened_at
    return workbook([_sheet(batch)], made_at=made_at)


def _sheet(batch: HospitalBatch) -> Sheet:
    order = live_hospital_remittance(batch)
    state = HOSPITAL_BATCH.states[batch.state]
    title = (
        f"{batch.hospital.name} {batch.week} 医院结算单",
        f"期间 Period {batch.first_day} — {batch.last_day}",
        f"状态 State {state.zh} {state.en}",
        f"付款编号 Reference {order.reference if order else '—'}",
        f"收款账户 Account {order.payee if order else batch.hospital.bank_account_name} "
        f"{order.account_number if order else batch.hospital.bank_account_number}",
        f"大写 In capitals {in_capitals(batch.total_fen)}",
    )
    total = ("合计 Total", "", None, f"{len(batch.lines)}", None, None, batch.total_fen)
    return Sheet("医院结算单", HEADINGS, _rows(batch), title=title, total=total)


def _rows(batch: HospitalBatch) -> Sequence[Sequence[object]]:
    letter_ids = [line.letter_id for line in batch.lines]
    bills = {
        bill.letter_id: bill
        for bill in db.session.scalars(select(FinalBill).where(FinalBill.letter_id.in_(letter_ids)))
    }
    return [
        (
            grouped(line.letter.number),
            line.letter.case.center.name_zh,
            line.closed_on,
            "" if line.nth == 1 else "差额 Difference",
            bills[line.letter_id].total_fen,
            bills[line.letter_id].patient_fen,
            line.amount_fen,
        )
        for line in batch.lines
    ]
