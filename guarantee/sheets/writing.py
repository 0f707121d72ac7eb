"""Workbooks and CSV that people fetch: typed, frozen header, and no cell ever runs as a formula.

The same content and `made_at` give the same bytes.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter

from guarantee.business_time import SHANGHAI
from guarantee.money import plain_yuan, yuan

Kind = Literal["text", "fen", "count", "day", "moment"]

_FORMATS: dict[str, dict[str, Any]] = {
    "text": {"num_format": "@"},
    "fen": {"num_format": "#,##0.00"},
    "count": {"num_format": "0"},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss"},
}
_WIDEST = 48.0
_LONGEST = 32_767  # characters that a cell can hold; a longer text would be left out whole
_RUNS = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its title and what its cells are. `fen` cells are integer fen, shown as yuan;
    `moment` cells are aware datetimes, shown in Shanghai time; `text` keeps leading zeros."""

    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: optional `title` lines above the header, then one value per heading a row.

    None is an empty cell. `total`: a last row in bold, same shape.
    """

    name: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[object]]
    title: tuple[str, ...] = ()
    total: Sequence[object] | None = None


def workbook(sheets: Sequence[Sheet], *, made_at: datetime) -> bytes:
    """An .xlsx of `sheets`; `made_at` becomes its date of creation."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": made_at.astimezone(SHANGHAI).replace(tzinfo=None)})
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EEF7", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
    )
    bold = {k: book.add_format({**f, "bold": True, "top": 1}) for k, f in _FORMATS.items()}
    plain = {k: book.add_format(f) for k, f in _FORMATS.items()}
    headline = book.add_format({"bold": True, "font_size": 14})
    for sheet in sheets:
        page = book.add_worksheet(_sheet_name(sheet.name))
        for at, line in enumerate(sheet.title):
            page.write_string(at, 0, line, headline if at == 0 else None)
        top = len(sheet.title)
        for at, heading in enumerate(sheet.headings):
            page.write_string(top, at, heading.title, head)
        for number, row in enumerate(sheet.rows, start=top + 1):
            _write_row(page, number, row, sheet.headings, plain)
        last = top + len(sheet.rows)
        if sheet.total is not None:
            _write_row(page, last + 1, sheet.total, sheet.headings, bold)
        page.freeze_panes(top + 1, 0)
        if sheet.headings and sheet.rows:
            page.autofilter(top, 0, last, len(sheet.headings) - 1)
        for at, width in enumerate(_widths(sheet)):
            page.set_column(at, at, width)
    book.close()
    return out.getvalue()


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """CSV in UTF-8 with the mark that makes Excel read it right; rows end in CRLF (RFC 4180).

    Text that a spreadsheet would run gets an apostrophe in front; plain numbers don't.
    """
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_guarded(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _guarded(value: object) -> str:
    text = "" if value is None else str(value)
    runs = isinstance(value, str) and _RUNS.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if runs else text


def _write_row(
    page: Any, number: int, row: Sequence[object], headings: Sequence[Heading], formats: Any
) -> None:
    for at, (value, heading) in enumerate(zip(row, headings, strict=True)):
        style = formats[heading.kind]
        if value is None or value == "":
            page.write_blank(number, at, None, style)
        elif heading.kind == "fen" and isinstance(value, int):
            page.write_number(number, at, Decimal(plain_yuan(value)), style)
        elif heading.kind == "count" and isinstance(value, int):
            page.write_number(number, at, value, style)
        elif isinstance(value, datetime):
            page.write_datetime(number, at, _local(value), style)
        elif isinstance(value, date):
            page.write_datetime(number, at, value, style)
        else:
            page.write_string(number, at, str(value)[:_LONGEST], formats["text"])


def _local(value: datetime) -> datetime:
    return value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value


def _widths(sheet: Sheet) -> list[float]:
    """Enough for the longest cell, where a Chinese character is as wide as two Latin ones."""
    widths = []
    for at, heading in enumerate(sheet.headings):
        column = [heading.title, *(_shown(row[at], heading) for row in sheet.rows)]
        if sheet.total is not None:
            column.append(_shown(sheet.total[at], heading))
        widths.append(min(_WIDEST, max(map(_columns_of, column)) + 2.5))
    return widths


def _shown(value: object, heading: Heading) -> str:
    if heading.kind == "fen" and isinstance(value, int):
        return yuan(value)
    if heading.kind == "moment" and isinstance(value, datetime):
        return "2026-01-01 00:00:00"
    return "" if value is None else str(value)


def _columns_of(text: str) -> int:
    lines = text.splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s) for s in lines)


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "_", name).strip("'")[:31] or "Sheet"
