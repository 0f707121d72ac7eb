"""The bank's statement, in the three forms it comes in → lines. Pure.

A CSV export (GB18030 or UTF-8, some lines of preamble), ISO 20022 camt.053, or SWIFT MT940. What
a line means (which remittance it pays) is for `bank_statement.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import mt940
from defusedxml import DefusedXmlException, ElementTree

from guarantee.money import LARGEST_FEN, BadAmount
from guarantee.refusals import Invalid, Words
from guarantee.settlement.report import HandedBack
from guarantee.sheets.cells import BadDate, clean_text, compact, parse_amount, parse_day
from guarantee.sheets.containers import LARGEST_FILE, FileTooLarge
from guarantee.sheets.reading import Cell, Column, Row, read_table
from guarantee.sheets.texts import decode

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


class NotAStatement(Invalid):
    code = "not_a_statement"
    words = Words(
        "这不是能识别的银行对账单。请上传银行导出的 CSV、camt.053 或 MT940 文件。",
        "This is no bank statement known here. Send the bank's CSV, a camt.053 or an MT940 file.",
    )
    field = "file"


class NoSerial(Invalid):
    code = "no_serial"
    words = Words("该行没有流水号。", "This line has no serial number.")
    field = "serial"


class OneSideOnly(Invalid):
    code = "one_side_only"
    words = Words(
        "一行应有收入或支出其中一项金额。", "A line has an amount in or an amount out, not both."
    )
    field = "amount"


class NotCny(Invalid):
    code = "not_cny"
    words = Words("只处理人民币流水。", "Only lines in CNY are taken.")
    field = "currency"


@dataclass(frozen=True, slots=True)
class BankLine:
    """One booked movement. `amount_fen`: + into our account, − out of it."""

    serial: str
    booked_on: date
    amount_fen: int
    counterparty: str
    account: str
    text: str


@dataclass(frozen=True, slots=True)
class BankLines:
    """A statement read. `form` is 'csv', 'camt.053' or 'mt940'."""

    form: str
    lines: tuple[BankLine, ...] = field(repr=False)
    handed_back: tuple[HandedBack, ...] = field(repr=False)


def read_statement(data: bytes, *, filename: str) -> BankLines:
    """The lines of a bank's file, whichever of the three forms it has.

    Refuses the file as a whole: `FileTooLarge`, `NotAStatement`, and what `read_table` refuses of
    a CSV. A line that can't be understood is handed back; pending entries are passed over.
    """
    if len(data) > LARGEST_FILE:
        raise FileTooLarge()
    head = data[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"<"):
        return _from_camt(data)
    if head.startswith((b":20:", b"{1:")) or (b"\n:61:" in data and b"\n:25:" in data):
        return _from_mt940(data)
    return _from_csv(data, filename)


def fen_of(amount: Decimal) -> int:
    """A decimal number of yuan → fen. Refuses (`BadAmount`) a fraction of a fen."""
    fen = amount * 100
    if fen != fen.to_integral_value() or abs(fen) > LARGEST_FEN:
        raise BadAmount(field="amount")
    return int(fen)


def _from_csv(data: bytes, filename: str) -> BankLines:
    name = filename if filename.lower().endswith((".csv", ".xlsx")) else f"{filename}.csv"
    table = read_table(data, filename=name, columns=COLUMNS)
    lines: list[BankLine] = []
    handed_back: list[HandedBack] = []
    for row in table.rows:
        try:
            lines.append(_csv_line(row))
        except (Invalid, BadDate) as refusal:
            handed_back.append(_handed_back(row.number, refusal, row.original))
    return BankLines("csv", tuple(lines), tuple(handed_back))


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


def _handed_back(row: int, refusal: Invalid, original: tuple[str, ...]) -> HandedBack:
    reason = Words(refusal.message("zh"), refusal.message("en"))
    return HandedBack(row, refusal.field or "", refusal.code, reason, original)


def _from_camt(data: bytes) -> BankLines:
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise NotAStatement() from None
    if "camt.053" not in root.tag:
        raise NotAStatement()
    lines: list[BankLine] = []
    handed_back: list[HandedBack] = []
    for at, entry in enumerate(_all(root, "Ntry"), start=1):
        if _text(entry, "Sts/Cd") not in ("", "BOOK") or _text(entry, "Sts") in ("PDNG", "INFO"):
            continue
        try:
            lines.extend(_camt_lines(entry))
        except Invalid as refusal:
            original = (_text(entry, "AcctSvcrRef"), _text(entry, "Amt"))
            handed_back.append(_handed_back(at, refusal, original))
    return BankLines("camt.053", tuple(lines), tuple(handed_back))


def _camt_lines(entry: Element) -> Iterator[BankLine]:
    serial = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    if not serial:
        raise NoSerial()
    details = _all(entry, "TxDtls")
    booked_on = _iso_day(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm"))
    # A collective entry is split only when every part of it says its own amount.
    amounts = [_camt_amount(part) for part in details]
    if len(details) < 2 or None in amounts:
        details, amounts = details[:1] or [entry], [_camt_amount(entry)]
    for at, (part, amount) in enumerate(zip(details, amounts, strict=True), start=1):
        if amount is None:
            raise BadAmount(field="amount")
        went = _text(part, "CdtDbtInd") or _text(entry, "CdtDbtInd")
        paid_to = "Cdtr" if went == "DBIT" else "Dbtr"
        account = f"RltdPties/{paid_to}Acct/Id"
        yield BankLine(
            serial=f"{serial}/{at}"[-60:] if len(details) > 1 else serial[:60],
            booked_on=booked_on,
            amount_fen=-amount if went == "DBIT" else amount,
            counterparty=(
                _text(part, f"RltdPties/{paid_to}/Nm") or _text(part, f"RltdPties/{paid_to}/Pty/Nm")
            )[:120],
            account=compact(_text(part, f"{account}/IBAN") or _text(part, f"{account}/Othr/Id"))[
                :40
            ],
            text=clean_text(
                " ".join(
                    [
                        _text(part, "Refs/EndToEndId"),
                        *(ustrd.text or "" for ustrd in _all(part, "Ustrd")),
                        _text(entry, "AddtlNtryInf"),
                    ]
                )
            )[:300],
        )


def _camt_amount(part: Element) -> int | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = part.find(_path(path))
        if found is not None:
            if found.get("Ccy", "CNY") != "CNY":
                raise NotCny()
            try:
                return fen_of(Decimal((found.text or "").strip()))
            except InvalidOperation:
                raise BadAmount(field="amount") from None
    return None


def _iso_day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BadDate(field="booked_on") from None


def _path(path: str) -> str:
    return "/".join(f"{{*}}{step}" for step in path.split("/"))


def _all(element: Element, name: str) -> list[Element]:
    return element.findall(f".//{{*}}{name}")


def _text(element: Element, path: str) -> str:
    found = element.find(_path(path))
    return (found.text or "").strip() if found is not None else ""


def _from_mt940(data: bytes) -> BankLines:
    try:
        statement = mt940.parse(decode(data))
    except Exception:  # the library raises many kinds, all meaning that the file is not one
        raise NotAStatement() from None
    lines: list[BankLine] = []
    handed_back: list[HandedBack] = []
    seen: dict[str, int] = {}
    for at, movement in enumerate(statement, start=1):
        try:
            lines.append(_mt940_line(movement.data, seen))
        except Invalid as refusal:
            original = (str(movement.data.get("transaction_details", ""))[:300],)
            handed_back.append(_handed_back(at, refusal, original))
    if not lines and not handed_back:
        raise NotAStatement()
    return BankLines("mt940", tuple(lines), tuple(handed_back))


def _mt940_line(data: dict[str, Any], seen: dict[str, int]) -> BankLine:
    amount = data.get("amount")
    if amount is None or data.get("date") is None:
        raise BadAmount(field="amount")
    if amount.currency not in (None, "CNY"):
        raise NotCny()
    fen = abs(fen_of(amount.amount))
    out = data.get("status") in ("D", "RC")  # RC: a credit taken back
    references = [data.get(f"{whose}_reference") or "" for whose in ("bank", "customer")]
    text = clean_text(" ".join([references[1], data.get("transaction_details") or ""]))
    booked_on = date(data["date"].year, data["date"].month, data["date"].day)
    serial = references[0]
    if not serial or serial == "NONREF":
        # No number of the bank's: the same line in the same place of the day is the same line.
        same = f"{booked_on}|{out}|{fen}|{text}"
        seen[same] = seen.get(same, 0) + 1
        serial = "H" + hashlib.sha256(f"{same}|{seen[same]}".encode()).hexdigest()[:30]
    return BankLine(
        serial=serial[:60],
        booked_on=booked_on,
        amount_fen=-fen if out else fen,
        counterparty="",
        account="",
        text=text[:300],
    )
