"""The report handed back: all rows as they stood, with the reason beside those not understood.

A second upload replaces the first, so the whole table goes back, to be corrected and sent again.
"""

from __future__ import annotations

import base64

from guarantee.settlement.models import Report
from guarantee.settlement.report import CenterReport, read_report
from guarantee.sheets.writing import Heading, Sheet, workbook

REASON = "退回原因 Reason"
ROW = "行号 Row"


def kept_file(report: Report) -> bytes:
    """The centre's file, byte for byte as it was uploaded."""
    return base64.b64decode(report.content)


def understood(report: Report) -> CenterReport:
    """The kept file read again: column by column what was understood, for a preview."""
    return read_report(kept_file(report), filename=report.filename)


def report_workbook(report: Report, *, language: str = "zh") -> bytes:
    """All rows of the report as an .xlsx with a column of reasons; the cells are as they stood."""
    read = understood(report)
    headings = [Heading(title) for title in (*read.headers, ROW, REASON)]
    lines: dict[int, tuple[str, ...]] = {}
    for row in read.rows:
        lines[row.row] = (*_fitting(row.original, len(read.headers)), str(row.row), "")
    for back in read.handed_back:
        cells = _fitting(back.original, len(read.headers))
        lines[back.row] = (*cells, str(back.row), back.reason.in_(language))
    sheet = Sheet("上报表", headings, [lines[at] for at in sorted(lines)])
    return workbook([sheet], made_at=report.uploaded_at)


def _fitting(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))
