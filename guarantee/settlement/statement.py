"""The batch's statement as PDF and as workbook: the same figures, and the same bytes each time.

Both are made from `StatementContent` alone. The PDF's maker may fetch nothing; the workbook holds
no formula but our own sums.
"""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import weasyprint
import xlsxwriter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint.urls import FatalURLFetchingError
from xlsxwriter.utility import xl_col_to_name

from guarantee.business_time import SHANGHAI
from guarantee.letters.number import grouped
from guarantee.money import in_capitals, plain_yuan, yuan
from guarantee.printing import PRINTING
from guarantee.settlement.statement_content import StatementContent

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"

_LINE_HEADINGS = (
    ("担保函号 Letter", 22), ("项目 Part", 24), ("标记 Mark", 20), ("费用日期 From", 13),
    ("票据号 Receipts", 28), ("系统 System", 13), ("上报 Report", 13), ("结算 Settled", 13),
)  # fmt: skip
_DIFFERENCE_HEADINGS = (
    ("担保函号 Letter", 22), ("差异 Kind", 26), ("说明 Why", 60), ("系统 System", 13),
    ("上报 Report", 13), ("处理 Decision", 24), ("理由 Reason", 40), ("处理人 By", 14),
)  # fmt: skip


class ForbiddenFetch(RuntimeError):
    """The statement's template asked for something outside itself."""


class ClosedFetcher(weasyprint.URLFetcher):
    """All that the statement needs is in its HTML; anything else is a fault."""

    def fetch(self, url: str, headers: object = None) -> NoReturn:
        # The library takes other errors for a missing picture and prints on; this one stops it.
        raise FatalURLFetchingError(url)


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
)
_environment.filters["yuan"] = lambda fen: "" if fen is None else yuan(fen)
_environment.filters["grouped"] = lambda number: grouped(number) if number else "—"
_environment.filters["shanghai"] = lambda at: (
    at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""
)
_environment.filters["utc"] = lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def statement_html(content: StatementContent) -> str:
    """The page that the PDF is printed from."""
    return _environment.get_template("settlement/statement.html").render(
        content=content, capitals=in_capitals(max(content.total_fen, 0))
    )


def statement_pdf(content: StatementContent) -> bytes:
    """The statement as PDF. The same content gives the same bytes."""
    return pdf_of(statement_html(content))


def pdf_of(html: str) -> bytes:
    """A page printed with nothing fetched. Raises `ForbiddenFetch` when it asks for something."""
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    try:
        with PRINTING:
            page = weasyprint.HTML(string=html, url_fetcher=ClosedFetcher())
            made: bytes = page.write_pdf(pdf_identifier=identifier, pdf_tags=True)
    except FatalURLFetchingError as error:
        raise ForbiddenFetch(str(error)) from None
    return made


def statement_workbook(content: StatementContent) -> bytes:
    """The statement as .xlsx: summary, lines, differences. The same content, the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    made_at = content.approved_at or content.prepared_at
    book.set_properties(
        {
            "title": f"{content.center_name.zh} {content.week}",
            "created": made_at.astimezone(SHANGHAI).replace(tzinfo=None),
        }
    )
    styles = {
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF7", "bottom": 1}),
        "text": book.add_format({"num_format": "@"}),
        "wrap": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "yuan": book.add_format({"num_format": "#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "sum": book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }
    summary, lines, differences = map(
        book.add_worksheet, ("汇总 Summary", "明细 Lines", "差异 Differences")
    )
    _write_lines(lines, content, styles)
    _write_differences(differences, content, styles)
    _write_summary(summary, content, styles)
    book.close()
    return out.getvalue()


def _write_summary(page: Any, content: StatementContent, styles: dict[str, Any]) -> None:
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 44)
    page.write_string(0, 0, f"周结算单 {content.week}", styles["title"])
    facts = [
        ("急救中心 Centre", f"{content.center_code} {content.center_name.zh}"),
        ("期间 Period", f"{content.first_day} — {content.last_day}"),
        ("状态 State", content.state.zh),
        ("收款户名 Account name", content.account_name),
        ("收款账号 Account", content.account_number),
        ("开户银行 Bank", content.account_bank),
        ("付款编号 Reference", content.reference),
        ("编制 Prepared by", content.prepared_by),
        ("审批 Approved by", content.approved_by),
        ("缺少原件 Originals owed", str(content.missing_originals)),
        ("账本摘要 Ledger head", content.ledger_head),
    ]
    row = 1
    for row, (name, value) in enumerate(facts, start=2):
        page.write_string(row, 0, name, styles["text"])
        page.write_string(row, 1, value, styles["text"])
    top = row + 2
    parts = [
        ("院前费用 Pre-hospital", content.pre_hospital_fen),
        ("备用金补足 Reserve fund", content.reserve_fund_fen),
        ("快递费 Courier", content.courier_fen),
    ]
    for row, (name, fen) in enumerate(parts, start=top):
        page.write_string(row, 0, name, styles["text"])
        _write_fen(page, row, 1, fen, styles["yuan"])
    page.write_string(row + 1, 0, "合计 Total", styles["head"])
    _write_sum(page, row + 1, 1, top, row, content.total_fen, styles["sum"])
    page.write_string(row + 2, 0, "大写 In capitals", styles["text"])
    page.write_string(row + 2, 1, in_capitals(max(content.total_fen, 0)), styles["text"])


def _write_lines(page: Any, content: StatementContent, styles: dict[str, Any]) -> None:
    _write_head(page, _LINE_HEADINGS, styles)
    for row, line in enumerate(content.lines, start=1):
        page.write_string(row, 0, _number(line.letter_number), styles["text"])
        page.write_string(row, 1, f"{line.part.zh} {line.part.en}", styles["text"])
        page.write_string(row, 2, line.mark.zh, styles["text"])
        if line.charged_from is not None:
            page.write_datetime(row, 3, _midnight(line.charged_from), styles["day"])
        page.write_string(row, 4, line.receipts, styles["text"])
        for at, fen in enumerate((line.system_fen, line.report_fen, line.settled_fen), start=5):
            _write_fen(page, row, at, fen, styles["yuan"])
    last = len(content.lines)
    if last:
        page.write_string(last + 1, 0, "合计 Total", styles["head"])
        for at, name in ((5, "system_fen"), (6, "report_fen"), (7, "settled_fen")):
            total = sum(getattr(line, name) or 0 for line in content.lines)
            _write_sum(page, last + 1, at, 1, last, total, styles["sum"])


def _write_differences(page: Any, content: StatementContent, styles: dict[str, Any]) -> None:
    _write_head(page, _DIFFERENCE_HEADINGS, styles)
    for row, one in enumerate(content.differences, start=1):
        texts = (
            (0, _number(one.letter_number)), (1, f"{one.kind.zh} {one.kind.en}"),
            (2, one.why.zh), (5, f"{one.decision.zh} {one.decision.en}"), (6, one.reason),
            (7, one.decided_by),
        )  # fmt: skip
        for at, text in texts:
            page.write_string(row, at, text, styles["wrap"])
        _write_fen(page, row, 3, one.system_fen, styles["yuan"])
        _write_fen(page, row, 4, one.report_fen, styles["yuan"])


def _write_head(page: Any, headings: tuple[tuple[str, int], ...], styles: dict[str, Any]) -> None:
    for at, (title, width) in enumerate(headings):
        page.write_string(0, at, title, styles["head"])
        page.set_column(at, at, width)
    page.freeze_panes(1, 0)


def _write_fen(page: Any, row: int, column: int, fen: int | None, style: Any) -> None:
    if fen is not None:
        page.write_number(row, column, Decimal(plain_yuan(fen)), style)


def _write_sum(
    page: Any, row: int, column: int, first: int, last: int, fen: int, style: Any
) -> None:
    name = xl_col_to_name(column)
    formula = f"=SUM({name}{first + 1}:{name}{last + 1})"
    page.write_formula(row, column, formula, style, Decimal(plain_yuan(fen)))


def _number(letter_number: str) -> str:
    return grouped(letter_number) if letter_number else ""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)
