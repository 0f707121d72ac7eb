"""Member files as the tests need them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).parent.parent / "data" / "members"
FILES = ("members_a.xlsx", "members_b_gb18030.csv", "members_c_utf8_bom.csv")
PRODUCTS = ("PA-ACC-01", "PA-ACC-02", "CC-GOLD", "GRP-MED", "TRAVEL-S")

HEADER = (
    "被保险人姓名",
    "证件类型",
    "证件号码",
    "联系电话",
    "保单号",
    "险种代码",
    "保额（元）",
    "起保日期",
    "终保日期",
    "绿卡号",
    "变更类型",
)
GOOD: dict[str, object] = {
    "被保险人姓名": "王伟",
    "证件类型": "居民身份证",
    "证件号码": "31010119720304551X",
    "联系电话": "13800138000",
    "保单号": "P1000000001",
    "险种代码": "CC-GOLD",
    "保额（元）": "20000.00",
    "起保日期": "2026-01-01",
    "终保日期": "2026-12-31",
    "绿卡号": "LK10000001",
    "变更类型": "新增",
}


def person(body: str) -> str:
    """A resident ID from its first 17 digits."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


GOOD["证件号码"] = person("31010119720304551")


def row(**changes: object) -> dict[str, object]:
    """A good row with some cells changed."""
    return GOOD | changes


def csv_file(*rows: dict[str, object], header: tuple[str, ...] = HEADER) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([[r.get(h, "") for h in header] for r in rows])
    return out.getvalue().encode("utf-8-sig")


def xlsx_file(*lines: list[object], **formulas: tuple[str, object]) -> bytes:
    """A workbook of these lines; `B2=("=1+1", 2)` puts a live formula with its last value."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("名单")
    for at, line in enumerate(lines):
        sheet.write_row(at, 0, line)
    for cell, (formula, value) in formulas.items():
        sheet.write_formula(cell, formula, None, value)
    book.close()
    return out.getvalue()
