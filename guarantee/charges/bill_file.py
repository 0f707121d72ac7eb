"""The hospital's bill as a file: lines that can be posted, and rows handed back with the reason.

Columns as hospital systems name them. Nothing is posted here; reading is pure.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from guarantee.charges.catalogue import in_scope
from guarantee.charges.lines import BadQuantity, ChargeLine, LineConflict, check_line
from guarantee.ledger.models import Part
from guarantee.refusals import Refusal
from guarantee.sheets.cells import clean_text, compact, parse_amount, parse_day
from guarantee.sheets.reading import Column, Row, read_table
from guarantee.sheets.writing import Heading, Sheet, workbook

COLUMNS = (
    Column("line_id", ("明细流水号", "流水号", "明细号", "费用流水号", "line_id"), mandatory=True),
    Column("code", ("项目编码", "收费编码", "编码", "code")),
    Column("name", ("项目名称", "收费项目", "名称", "name"), mandatory=True),
    Column("category", ("类别", "费用类别", "项目类别", "category")),
    Column("specification", ("规格", "规格型号", "specification")),
    Column("quantity", ("数量", "quantity")),
    Column("unit_price", ("单价", "单价（元）", "unit_price")),
    Column("amount", ("金额", "金额（元）", "amount"), mandatory=True),
    Column("insurance_class", ("医保类型", "医保类别", "费用等级", "class"), mandatory=True),
    Column("charged_on", ("发生日期", "费用日期", "记账日期", "日期", "date"), mandatory=True),
)
_ADDED = (
    Heading("行号 Row"),
    Heading("退回代码 Code"),
    Heading("退回原因"),
    Heading("Why it was returned"),
)


@dataclass(frozen=True)
class RejectedRow:
    """A row that can't be taken: its number as the spreadsheet shows it, its cells, and why."""

    row: int
    cells: tuple[str, ...]
    refusal: Refusal


@dataclass(frozen=True)
class Bill:
    """A bill file understood: `lines` with their row numbers, in the file's order."""

    headers: tuple[str, ...]
    lines: tuple[ChargeLine, ...]
    rows: tuple[int, ...]
    rejected: tuple[RejectedRow, ...]
    repeated: int = 0
    """Rows that stand in the file twice, word for word: counted once."""

    @property
    def total_fen(self) -> int:
        """The lines summed."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def in_scope_fen(self) -> int:
        """Of them, what is within the catalogue."""
        return sum(line.amount_fen for line in self.lines if line.in_scope)


def read_bill(data: bytes, *, filename: str, today: date) -> Bill:
    """The lines of a bill file. Refuses the file as a whole as `sheets.reading.read_table` does;
    a row that can't be taken is among `rejected`, two different rows under one id both are."""
    table = read_table(data, filename=filename, columns=COLUMNS)
    taken: dict[str, tuple[Row, ChargeLine]] = {}
    rejected: list[RejectedRow] = []
    conflicting: set[str] = set()
    repeated = 0
    for row in table.rows:
        try:
            line = _line(row)
            check_line(line, today=today)
        except Refusal as refusal:
            rejected.append(RejectedRow(row.number, row.original, refusal))
            continue
        twin = taken.get(line.line_id)
        if twin is None and line.line_id not in conflicting:
            taken[line.line_id] = (row, line)
        elif twin is not None and twin[1] == line:
            repeated += 1
        else:
            conflict = LineConflict(field="line_id", line_id=line.line_id)
            rejected.append(RejectedRow(row.number, row.original, conflict))
            if twin is not None:
                del taken[line.line_id]
                conflicting.add(line.line_id)
                rejected.append(RejectedRow(twin[0].number, twin[0].original, conflict))
    return Bill(
        headers=table.headers,
        lines=tuple(line for _, line in taken.values()),
        rows=tuple(row.number for row, _ in taken.values()),
        rejected=tuple(sorted(rejected, key=lambda one: one.row)),
        repeated=repeated,
    )


def rejected_rows_workbook(bill: Bill, *, made_at: datetime) -> bytes:
    """The rejected rows as .xlsx: the file's own cells, then row, code and reason in both
    languages; corrected, it can be sent as it is."""
    width = max([len(bill.headers), *(len(one.cells) for one in bill.rejected)])
    titles = [*bill.headers, *[""] * (width - len(bill.headers))]
    rows = [
        [
            *one.cells,
            *[""] * (width - len(one.cells)),
            str(one.row),
            one.refusal.code,
            one.refusal.message("zh"),
            one.refusal.message("en"),
        ]
        for one in bill.rejected
    ]
    return workbook([Sheet("退回", [*map(Heading, titles), *_ADDED], rows)], made_at=made_at)


def parse_quantity(text: str, *, field: str = "quantity") -> Decimal:
    """'３', '1,000', '0.5', '-2' as a number. Refuses `bad_quantity`."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise BadQuantity(field=field) from None
    if not number.is_finite():
        raise BadQuantity(field=field)
    return number


def _line(row: Row) -> ChargeLine:
    """One row as a line. Missing quantity and price mean one piece at the amount."""
    cells = row.cells
    amount = parse_amount(cells["amount"], field="amount_fen")
    quantity = Decimal(1) if amount >= 0 else Decimal(-1)
    price = abs(amount)
    if cells["quantity"].kind != "empty" or cells["unit_price"].kind != "empty":
        if cells["quantity"].kind != "empty":
            quantity = parse_quantity(cells["quantity"].text)
        price = parse_amount(cells["unit_price"], field="unit_price_fen")
        if amount < 0 < quantity * price:
            quantity = -quantity  # a refund written with its sign on the amount only
    name = clean_text(cells["name"].text)
    specification = clean_text(cells["specification"].text)
    return ChargeLine(
        line_id=compact(cells["line_id"].text),
        part=Part.IN_HOSPITAL,
        charged_on=parse_day(cells["charged_on"], field="charged_on"),
        category=clean_text(cells["category"].text),
        code=compact(cells["code"].text),
        name=f"{name} {specification}".strip() if name else "",
        quantity=quantity,
        unit_price_fen=price,
        amount_fen=amount,
        in_scope=in_scope(cells["insurance_class"].text),
    )
