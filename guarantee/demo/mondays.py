"""The demo's weeks: days signed, batches opened, reports untidy, differences decided, money paid.

Older weeks run to their end; the last ones stop on the way, so that every state is there to see,
and the last Monday waits for whoever tries the system.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from guarantee.business_time import SHANGHAI, business_day, days_of_week, start_of, week_of
from guarantee.charges.models import Charge
from guarantee.db import db
from guarantee.demo.calendar import Calendar, minutes
from guarantee.letters.number import grouped
from guarantee.letters.snapshot import content_of
from guarantee.money import parse_yuan, plain_yuan, yuan
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.settlement.approval import approve
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.batch import open_batch
from guarantee.settlement.models import Batch, BatchLine, LineCharge
from guarantee.settlement.originals import close, mail, originals_of, tick_off
from guarantee.settlement.remittance import live_remittance, pay
from guarantee.settlement.report_upload import reconcile_batch, take_report
from guarantee.settlement.resolution import resolve
from guarantee.settlement.sign_off import figures_of, sign
from guarantee.settlement.totals import current_differences
from guarantee.sheets.writing import Heading, Sheet, workbook

HEADINGS = (
    "担保函号",
    "患者姓名",
    "出车日期",
    "车费",
    "车内急救费",
    "出诊费",
    "转运费",
    "合计",
    "票据号",
    "备用金",
    "备注",
)
HOURS = {
    "reported": 4,
    "reconciled": 5,
    "approved": 30,
    "remitted": 31,
    "paid": 54,
    "mailed": 78,
    "closed": 150,
}
"""After the batch was opened on Monday at 06:00."""
_COLUMN = {"车费": 3, "急救费": 4, "出诊费": 5, "转运费": 6}


class Mondays:
    """The weekly settlement of one centre."""

    def __init__(
        self,
        *,
        center: Center,
        finance: Staff,
        preparer: Staff,
        approver: Staff,
        supervisor: Staff | None,
        calendar: Calendar,
        chance: random.Random,
    ) -> None:
        self.center, self.finance, self.supervisor = center, finance, supervisor
        self.preparer, self.approver = preparer, approver
        self.calendar, self.chance = calendar, chance

    def plan(self, week: str, *, until_step: str) -> None:
        """Put the week's work on the calendar, as far as `until_step` (a state of the batch)."""
        days = days_of_week(week)
        monday = start_of(days[-1] + timedelta(days=1))
        if self.supervisor is not None:
            for day in days:
                self.calendar.at(
                    start_of(day + timedelta(days=1)) + minutes(600),
                    partial(self._sign, day),
                )
        self.calendar.at(
            min(monday + minutes(360), self.calendar.until - minutes(1)),
            partial(self._open, week, until_step),
        )

    def _sign(self, day: date, at: datetime) -> None:
        assert self.supervisor is not None
        figures = figures_of(self.center, day)
        off = self.chance.random() < 0.04
        sign(
            center=self.center,
            day=day,
            center_letters=figures.letters,
            center_fen=figures.paid_fen + (5_000 if off else 0),
            note="中心少记一张票据，已电话核对" if off else "",
            by=self.supervisor,
            at=at,
        )

    def _open(self, week: str, until_step: str, at: datetime) -> None:
        batch = open_batch(center=self.center, week=week, by=self.preparer, at=at)
        steps = [
            "open",
            "reported",
            "reconciled",
            "approved",
            "remitted",
            "paid",
            "mailed",
            "closed",
        ]
        wanted = steps[1 : steps.index(until_step) + 1]
        for left, step in enumerate(reversed(wanted), start=1):
            # what would lie in the future happened just now: the state is what matters
            moment = min(
                at + timedelta(hours=HOURS[step]), self.calendar.until - minutes(left) / 10
            )
            work = getattr(self, f"_{step}")
            self.calendar.at(moment, partial(work, batch))

    def _reported(self, batch: Batch, at: datetime) -> None:
        rows = report_rows(
            batch, self.chance, faults=4 if self._is_last(batch) else self.chance.choice((0, 1, 2))
        )
        name = f"{batch.week} {self.center.name_zh} 结算上报.xlsx"
        data = report_workbook(rows, self.center, batch.week, at)
        take_report(batch=batch, data=data, filename=name, by=self.finance, at=at)

    def _is_last(self, batch: Batch) -> bool:
        return batch.week == last_weeks(self.calendar.until, 1)[0]

    def _reconciled(self, batch: Batch, at: datetime) -> None:
        reconcile_batch(batch=batch, by=self.preparer, at=at)

    def _approved(self, batch: Batch, at: datetime) -> None:
        for difference in current_differences(batch):
            system = bool(difference.system_fen) and difference.line_id is not None
            resolve(
                difference=difference,
                decision="take_system" if system else "leave_out",
                reason="与票据原件核对，以系统为准" if system else "系统中无此项，中心重报",
                by=self.preparer,
                at=at,
            )
        approve(batch=batch, by=self.approver, at=at)

    def _remitted(self, batch: Batch, at: datetime) -> None:
        if batch.state == "approved":
            pay(batches=[batch], by=self.preparer, at=at)

    def _paid(self, batch: Batch, at: datetime) -> None:
        order = live_remittance(batch)
        if order is None or batch.state != "remitted":
            return
        data = bank_csv([(order.reference, order.amount_fen, self.center)], business_day(at))
        take_statement(
            data=data, filename=f"对账单{business_day(at):%Y%m%d}.csv", by=self.preparer, at=at
        )

    def _mailed(self, batch: Batch, at: datetime) -> None:
        if batch.state == "paid":
            mail(
                batch=batch,
                courier="顺丰速运",
                tracking_number=f"SF{self.center.code}{batch.id:08d}",
                codes=None,
                fee_fen=2_300,
                by=self.finance,
                at=at,
            )

    def _closed(self, batch: Batch, at: datetime) -> None:
        if batch.state != "mailed":
            return
        codes = [one.code for one in originals_of(batch)]
        missing = 1 if len(codes) > 6 and self.chance.random() < 0.12 else 0
        tick_off(batch=batch, codes=codes[missing:], by=self.preparer, at=at)
        if not missing:
            close(batch=batch, by=self.preparer, at=at)


def report_rows(batch: Batch, chance: random.Random, *, faults: int) -> list[list[str]]:
    """A centre's table for the batch, as its people would keep it, with some faults in it."""
    rows = [_report_row(line) for line in batch.lines if line.letter is not None]
    for _ in range(min(faults, len(rows))):
        row = chance.choice(rows)
        fault = chance.randrange(3)
        if fault == 0:
            row[3] = yuan(round(float(row[3].replace(",", "") or 0) * 100) + 5_000)
        elif fault == 1:
            digits = row[0].replace(" ", "")
            row[0] = digits[:-1] + str((int(digits[-1]) + 1) % 10)
        else:
            rows.remove(row)
    return rows


def report_workbook(rows: list[list[str]], center: Center, week: str, at: datetime) -> bytes:
    """The table as a workbook: a title above the header, a 合计 row below."""
    title = f"{center.name_zh} {week} 担保函结算上报表"
    total = sum(parse_yuan(row[7]) for row in rows)
    foot = ["合计", "", "", "", "", "", "", yuan(total), "", "", ""]
    sheet = Sheet("上报", [Heading(h) for h in HEADINGS], [*rows, foot], title=(title,))
    return workbook([sheet], made_at=at)


def bank_csv(paid: list[tuple[str, int, Center | Hospital]], day: date) -> bytes:
    """What the bank's web page exports: GB18030, lines of preamble, then the table."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["账户名称：绿色通道救援联盟"])
    sheet.writerow([f"查询日期：{day:%Y-%m-%d}"])
    sheet.writerow(
        ["交易日期", "交易时间", "收入金额", "支出金额", "对方户名", "对方账号", "附言", "流水号"]
    )
    for reference, fen, payee in paid:
        sheet.writerow(
            [
                f"{day:%Y%m%d}",
                "101500",
                "",
                plain_yuan(fen),
                payee.bank_account_name,
                payee.bank_account_number,
                f"{reference} 周结算",
                f"{day:%Y%m%d}{reference}",
            ]
        )
    return out.getvalue().encode("gb18030")


def last_weeks(until: datetime, count: int) -> list[str]:
    """The last `count` whole weeks before `until`, oldest first."""
    monday = until.astimezone(SHANGHAI).date()
    monday -= timedelta(days=monday.weekday())
    return [week_of(monday - timedelta(days=7 * n)) for n in range(count, 0, -1)]


def _report_row(line: BatchLine) -> list[str]:
    assert line.letter is not None
    row = [""] * len(HEADINGS)
    row[0] = grouped(line.letter.number)
    row[1] = content_of(line.letter).member_name
    row[2] = f"{line.charged_from or line.batch.first_day:%Y/%m/%d}"
    parts = _parts(line)
    for column, fen in parts.items():
        row[column] = yuan(fen)
    row[7] = yuan(sum(parts.values()))
    row[8] = line.receipts
    row[9] = "是" if line.part == "reserve_fund" else "否"
    row[10] = "补报" if line.late else ""
    return row


def _parts(line: BatchLine) -> dict[int, int]:
    """Column → fen, as the centre's own receipts say: not cut at the letter's limit."""
    if line.part == "reserve_fund":
        return {_COLUMN["急救费"]: line.amount_fen}
    query = (
        select(Charge.category, func.sum(Charge.amount_fen))
        .join(LineCharge, LineCharge.charge_id == Charge.id)
        .where(LineCharge.line_id == line.id)
        .group_by(Charge.category)
    )
    return {_COLUMN[category]: fen for category, fen in db.session.execute(query)}
