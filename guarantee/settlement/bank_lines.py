"""The bank's statement, in the three forms it comes in → lines. Pure.

A CSV export (GB18030 or UTF-8, some lines of preamble), ISO 20022 camt.053, or SWIFT MT940. What
a line means (which remittance it pays) is for `bank_statement.py`.
"""

from __future__ import annotations

from guarantee.refusals import Invalid
from guarantee.settlement.bank_line import (
    BankLine,
    BankLines,
    NoSerial,
    OneSideOnly,
    handed_back,
)
from guarantee.settlement.bank_lines_camt import from_camt
from guarantee.settlement.bank_lines_mt940 import from_mt940
from guarantee.settlement.report import HandedBack
from guarantee.sheets.cells import BadDate, clean_text, compact, parse_amount, parse_day
from guarantee.sheets.containers import LARGEST_FILE, FileTooLarge
from guarantee.sheets.reading import Cell, Column, Row, read_table

COLUMNS = (
    Column("booked_on", ("交易日期", "记账日期", "入账日期"), mandatory=True),
    Column("booked_at", ("交易时间",)),
    Column("credit", ("收入金额", "收入", "贷方发生额", "贷方金额"), mandatory=True),
    Column("debit", ("支出金额", "支出", "借方发生额", "借方金额"), mandatory=True),
    Column("counterparty", ("对方户名", "对方名称", "对方单位名称")),
    Column("account", ("对方账号", "对方帐号")),
    Column("text", ("摘要/附言", "摘要", "交易摘要")),
    Column("remark", ("附言", "用途", "备注")),
    Column("serial", ("流水号", "交易流水号", "核心流水号"), mandatory=True),
)
_NOTHING = {"", "-", "--", "0", "0.00", "0.0"}


def read_statement(data: bytes, *, filename: str) -> BankLines:
    """The lines of a bank's file, whichever of the three forms it has.

    Refuses the file as a whole: `FileTooLarge`, `NotAStatement`, and what `read_table` refuses of
    a CSV. A line that can't be understood is handed back; pending entries are passed over.
    """
    if len(data) > LARGEST_FILE:
        raise FileTooLarge()
    head = data[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"<"):
        return from_camt(data)
    if head.startswith((b":20:", b"{1:")) or (b"\n:61:" in data and b"\n:25:" in data):
        return from_mt940(data)
    return _from_csv(data, filename)


def _from_csv(data: bytes, filename: str) -> BankLines:
    name = filename if filename.lower().endswith((".csv", ".xlsx")) else f"{filename}.csv"
    table = read_table(data, filename=name, columns=COLUMNS)
    lines: list[BankLine] = []
    returned: list[HandedBack] = []
    for row in table.rows:
        try:
            lines.append(_csv_line(row))
        except (Invalid, BadDate) as refusal:
            returned.append(handed_back(row.number, refusal, row.original))
    return BankLines("csv", tuple(lines), tuple(returned))


def _csv_line(row: Row) -> BankLine:
    cells = row.cells
    serial = "".join(_whole(cells["serial"]).split())
    if not serial:
        raise NoSerial()
    sides = {name: _amount(cells[name], name) for name in ("credit", "debit")}
    if bool(sides["credit"]) == bool(sides["debit"]):
        raise OneSideOnly()
    said = [clean_text(cells[name].text) for name in ("text", "remark")]
    return BankLine(
        serial=serial[:60],
        booked_on=parse_day(cells["booked_on"], field="booked_on"),
        # Some banks write money out as a negative number; the column says which way it went.
        amount_fen=sides["credit"] or -abs(sides["debit"]),
        counterparty=clean_text(cells["counterparty"].text)[:120],
        account=compact(_whole(cells["account"]))[:40],
        text=" ".join(dict.fromkeys(part for part in said if part))[:300],
    )


def _whole(cell: Cell) -> str:
    if cell.kind == "number" and isinstance(cell.value, int | float):
        return f"{cell.value:.0f}"
    return cell.text


def _amount(cell: Cell, name: str) -> int:
    return 0 if cell.text.strip() in _NOTHING else parse_amount(cell, field=name)
