"""The centre's weekly table as its people keep it → rows understood, and rows handed back.

What can be understood without guessing is taken; a row that can't is handed back with the field,
the code, a sentence and its original cells. A number that is none, or parts that don't make the
total, are differences for a person to decide, not rejections.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from guarantee.letters import number
from guarantee.refusals import Invalid, Words
from guarantee.settlement.frames import (
    PRE_HOSPITAL,
    RECEIPT_SEPARATOR,
    REPORT_COLUMNS,
    RESERVE_FUND,
    frame,
)
from guarantee.sheets.cells import clean_name, clean_text, parse_amount, parse_day
from guarantee.sheets.reading import Cell, Column, Row, read_table

PARTS = ("vehicle", "treatment", "visit", "transfer")
COLUMNS = (
    Column("number", ("担保函号", "函号", "担保函编号", "letter_number"), mandatory=True),
    Column("patient_name", ("患者姓名", "病人姓名", "姓名")),
    Column("dispatched_on", ("出车日期", "日期", "出诊日期")),
    Column("vehicle", ("车费", "出车费")),
    Column("treatment", ("急救费", "车内急救费")),
    Column("visit", ("出诊费",)),
    Column("transfer", ("转运费",)),
    Column("total", ("合计", "合计金额", "金额合计", "总计"), mandatory=True),
    Column("receipts", ("票据号", "票据号码", "发票号")),
    Column("reserve_fund", ("备用金", "是否备用金")),
    Column("note", ("备注", "说明")),
)

_BETWEEN_RECEIPTS = re.compile(r"[、,;\n]+")
_NO_AMOUNT = {"", "-", "—", "--", "/", "无"}
_YES, _NO = {"是", "Y", "YES", "√", "✓", "TRUE", "1"}, {"", "否", "N", "NO", "×", "FALSE", "0", "-"}
LONGEST_RECEIPT = 40


class MissingTotal(Invalid):
    code = "missing_total"
    words = Words("该行没有金额。", "This row has no amount.")
    field = "total"


class NegativeAmount(Invalid):
    code = "negative_amount"
    words = Words(
        "金额不能为负数；退费请在系统中冲减。",
        "An amount is not negative here; post a refund in the system.",
    )


class BadYesNo(Invalid):
    code = "bad_yes_no"
    words = Words("“备用金”一栏请填写“是”或“否”。", "Under 备用金 write 是 (yes) or 否 (no).")
    field = "reserve_fund"


class ReceiptTooLong(Invalid):
    code = "receipt_too_long"
    words = Words(
        "票据号过长（最多 40 个字符）；多个票据号请用“、”分隔。",
        "A receipt number has at most 40 characters; put 、 between several.",
    )
    field = "receipts"


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A row understood. Amounts in fen; a part that was left empty is None."""

    row: int
    number_text: str
    letter_number: str | None
    patient_name: str
    dispatched_on: date | None
    vehicle_fen: int | None
    treatment_fen: int | None
    visit_fen: int | None
    transfer_fen: int | None
    total_fen: int
    receipts: tuple[str, ...]
    from_reserve_fund: bool
    note: str
    original: tuple[str, ...]

    @property
    def part(self) -> str:
        """Which of the batch's parts the row speaks of."""
        return RESERVE_FUND if self.from_reserve_fund else PRE_HOSPITAL

    @property
    def parts_fen(self) -> int:
        """The sum of the parts; the total itself where no part was given."""
        given = [fen for fen in (getattr(self, f"{p}_fen") for p in PARTS) if fen is not None]
        return sum(given) if given else self.total_fen


@dataclass(frozen=True, slots=True)
class HandedBack:
    """A row that was not understood: where, why, and its cells as they stood."""

    row: int
    field: str
    code: str
    reason: Words
    original: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CenterReport:
    """The whole table. `columns`: our field → the header it was found under."""

    headers: tuple[str, ...]
    columns: dict[str, str]
    ignored: tuple[str, ...]
    rows: tuple[ReportedRow, ...] = field(repr=False)
    handed_back: tuple[HandedBack, ...] = field(repr=False)

    @property
    def total_fen(self) -> int:
        return sum(row.total_fen for row in self.rows)


def read_report(data: bytes, *, filename: str) -> CenterReport:
    """The centre's table in `data` (.xlsx or .csv). Refuses the file as a whole as
    `sheets.reading.read_table` does; a row never takes another down with it."""
    table = read_table(data, filename=filename, columns=COLUMNS)
    rows, handed_back = [], []
    for row in table.rows:
        try:
            rows.append(_understood(row))
        except Invalid as refusal:
            reason = Words(refusal.message("zh"), refusal.message("en"))
            handed_back.append(
                HandedBack(row.number, refusal.field or "", refusal.code, reason, row.original)
            )
    return CenterReport(
        headers=table.headers,
        columns=table.columns,
        ignored=table.ignored,
        rows=tuple(rows),
        handed_back=tuple(handed_back),
    )


def report_frame(rows: Sequence[ReportedRow]) -> pd.DataFrame:
    """The rows as reconciliation takes them (`frames.REPORT_COLUMNS`)."""
    return frame(
        [
            (
                row.row,
                row.number_text,
                row.letter_number,
                row.part,
                row.dispatched_on,
                row.parts_fen,
                row.total_fen,
                RECEIPT_SEPARATOR.join(row.receipts),
            )
            for row in rows
        ],
        REPORT_COLUMNS,
    )


def receipt_key(text: str) -> str:
    """A receipt's number as it is kept and compared: folded, capitals, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def receipts_in(text: str) -> tuple[str, ...]:
    """The receipt numbers in a cell, in their order, each once."""
    folded = unicodedata.normalize("NFKC", text)
    found = [receipt_key(part) for part in _BETWEEN_RECEIPTS.split(folded)]
    return tuple(dict.fromkeys(receipt for receipt in found if receipt not in _NO_AMOUNT))


def _understood(row: Row) -> ReportedRow:
    cells = row.cells
    text = _number_text(cells["number"])
    try:
        letter_number: str | None = number.parse(text)
    except number.BadNumber:
        letter_number = None
    amounts = {name: _amount(cells[name], name) for name in (*PARTS, "total")}
    given = [fen for name in PARTS if (fen := amounts[name]) is not None]
    total = amounts["total"]
    if total is None:
        if not given:
            raise MissingTotal()
        total = sum(given)
    receipts = receipts_in(_code_text(cells["receipts"]))
    if any(len(receipt) > LONGEST_RECEIPT for receipt in receipts):
        raise ReceiptTooLong()
    day = cells["dispatched_on"]
    return ReportedRow(
        row=row.number,
        number_text=text[:80],
        letter_number=letter_number,
        patient_name=clean_name(cells["patient_name"].text)[:80],
        dispatched_on=None if day.kind == "empty" else parse_day(day, field="dispatched_on"),
        vehicle_fen=amounts["vehicle"],
        treatment_fen=amounts["treatment"],
        visit_fen=amounts["visit"],
        transfer_fen=amounts["transfer"],
        total_fen=total,
        receipts=receipts,
        from_reserve_fund=_yes(cells["reserve_fund"]),
        note=clean_text(cells["note"].text)[:500],
        original=row.original,
    )


def _number_text(cell: Cell) -> str:
    return clean_text(_code_text(cell))


def _code_text(cell: Cell) -> str:
    """A code that the spreadsheet took for a number: all the digits that it kept. Excel keeps
    fifteen of a letter number's sixteen; the last one reads 0 and the number is mistyped."""
    if cell.kind == "number" and isinstance(cell.value, int | float):
        return f"{cell.value:.0f}" if float(cell.value).is_integer() else cell.text
    return cell.text


def _amount(cell: Cell, name: str) -> int | None:
    if cell.text.strip() in _NO_AMOUNT:
        return None
    fen = parse_amount(cell, field=name)
    if fen < 0:
        raise NegativeAmount(field=name)
    return fen


def _yes(cell: Cell) -> bool:
    said = unicodedata.normalize("NFKC", cell.text).strip().upper()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise BadYesNo()
