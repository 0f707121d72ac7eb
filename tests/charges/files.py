"""Bill files as hospitals save them."""

from __future__ import annotations

import io

import openpyxl

HEADER = "明细流水号,项目编码,项目名称,类别,规格,数量,单价,金额,医保类型,发生日期"


def csv_bill(*rows: str, header: str = HEADER, encoding: str = "utf-8-sig") -> bytes:
    """A CSV with a title line above the header and a line of totals below."""
    lines = ["某某人民医院住院费用明细清单", header, *rows, "合计,,,,,,,9999.99,,"]
    return "\r\n".join(lines).encode(encoding)


def row(line_id: str, amount: str = "100.00", **more: str) -> str:
    """One row of a bill: one box of something in class 甲 unless said otherwise."""
    cells = {
        "line_id": line_id,
        "code": "X001",
        "name": "头孢曲松钠",
        "category": "西药费",
        "specification": "1g*10支",
        "quantity": "1",
        "price": amount,
        "amount": amount,
        "insurance": "甲",
        "day": "2026/11/18",
    }
    return ",".join({**cells, **more}.values())


def grid_of(data: bytes) -> list[list[str]]:
    """The texts of a workbook's first sheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [["" if c is None else str(c) for c in r] for r in sheet.iter_rows(values_only=True)]
