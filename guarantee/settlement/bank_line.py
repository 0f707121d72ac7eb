"""A movement on our bank account, whichever form of statement it came in. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from guarantee.money import LARGEST_FEN, BadAmount
from guarantee.refusals import Invalid, Words
from guarantee.settlement.report import HandedBack


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


def fen_of(amount: Decimal) -> int:
    """A decimal number of yuan → fen. Refuses (`BadAmount`) a fraction of a fen."""
    fen = amount * 100
    if fen != fen.to_integral_value() or abs(fen) > LARGEST_FEN:
        raise BadAmount(field="amount")
    return int(fen)


def handed_back(row: int, refusal: Invalid, original: tuple[str, ...]) -> HandedBack:
    """The line `row` as it goes back, with what was wrong with it."""
    reason = Words(refusal.message("zh"), refusal.message("en"))
    return HandedBack(row, refusal.field or "", refusal.code, reason, original)
