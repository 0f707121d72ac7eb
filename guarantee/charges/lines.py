"""A charge line as it is sent, and what can be wrong with it before anything is looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from guarantee.ledger.models import Part
from guarantee.refusals import Conflict, Invalid, Words

LARGEST_LINE_FEN = 100_000_000
"""A single line above a million yuan is mistyped."""
MOST_LINES = 5_000
LONGEST_LINE_ID, LONGEST_NAME, LONGEST_WORD = 64, 120, 40
OLDEST = timedelta(days=366)
_THOUSANDTH = Decimal("0.001")
_MOST_OF_A_THING = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line: amounts in fen, a refund's amount negative (and so its quantity or price)."""

    line_id: str
    part: Part
    charged_on: date
    category: str
    code: str
    name: str
    quantity: Decimal
    unit_price_fen: int
    amount_fen: int
    in_scope: bool
    receipt_number: str = ""

    @property
    def item(self) -> str:
        """What a refund must match: the item's code, or its name where it has none."""
        return self.code or self.name


class NoLines(Invalid):
    code = "no_lines"
    words = Words("没有费用明细。", "There are no charge lines.")
    field = "lines"


class TooManyLines(Invalid):
    code = "too_many_lines"
    words = Words(
        "一次最多 {most} 行，请分批提交。", "At most {most} lines at once; send them in parts."
    )
    field = "lines"


class MissingLineId(Invalid):
    code = "missing_line_id"
    words = Words("缺少明细流水号。", "The line has no id of its own.")


class MissingItemName(Invalid):
    code = "missing_name"
    words = Words("缺少项目名称。", "The item has no name.")


class TooLong(Invalid):
    code = "too_long"
    words = Words("最多 {most} 个字符。", "At most {most} characters.")


class ZeroAmount(Invalid):
    code = "zero_amount"
    words = Words("金额不能为零。", "The amount can't be zero.")


class AmountAbsurd(Invalid):
    code = "amount_too_large"
    words = Words(
        "单行金额超过 {most} 元，请核对。", "One line of more than {most} yuan: please check it."
    )


class BadQuantity(Invalid):
    code = "bad_quantity"
    words = Words(
        "数量应为不等于零的数，最多三位小数。",
        "A quantity is a number other than 0 with three decimals.",
    )


class AmountMismatch(Invalid):
    code = "amount_mismatch"
    words = Words(
        "数量 × 单价 = {product} 元，与金额 {amount} 元不符。",
        "Quantity × unit price is {product} yuan, the amount says {amount}.",
    )


class ImpossibleDay(Invalid):
    code = "bad_date"
    words = Words(
        "发生日期不能晚于今天，也不能早于一年前。",
        "The day can't lie ahead, nor more than a year back.",
    )


class LineConflict(Conflict):
    code = "line_conflict"
    words = Words(
        "流水号 {line_id} 已记过不同内容，或已记在另一份担保函上。更正请用新的流水号冲红后重记。",
        "Line {line_id} was posted with other content or to another letter: an id counts once. To "
        "correct a line, refund it and post it anew under new ids.",
    )


def amount_of(quantity: Decimal, unit_price_fen: int) -> int:
    """Quantity × unit price in fen, halves rounded up: for a line that is typed at a desk."""
    return int((quantity * unit_price_fen).quantize(Decimal(1), ROUND_HALF_UP))


def check_line(line: ChargeLine, *, today: date, at: str = "") -> None:
    """Refuse a line that can't be right: `missing_line_id`, `missing_name`, `too_long`,
    `bad_quantity`, `zero_amount`, `amount_too_large`, `amount_mismatch`, `bad_date`.

    `at` is the line's place ('lines.3.'); the refusal's field is that and the name.
    """
    if not line.line_id.strip():
        raise MissingLineId(field=f"{at}line_id")
    if not line.name.strip():
        raise MissingItemName(field=f"{at}name")
    for name, most in (
        ("line_id", LONGEST_LINE_ID),
        ("name", LONGEST_NAME),
        ("code", LONGEST_WORD),
        ("category", LONGEST_WORD),
        ("receipt_number", LONGEST_WORD),
    ):
        if len(getattr(line, name)) > most:
            raise TooLong(field=f"{at}{name}", most=most)
    quantity = line.quantity
    if not quantity.is_finite() or not quantity or abs(quantity) > _MOST_OF_A_THING:
        raise BadQuantity(field=f"{at}quantity")
    if quantity != quantity.quantize(_THOUSANDTH):
        raise BadQuantity(field=f"{at}quantity")
    if not line.amount_fen:
        raise ZeroAmount(field=f"{at}amount_fen")
    for name in ("amount_fen", "unit_price_fen"):
        if abs(getattr(line, name)) > LARGEST_LINE_FEN:
            raise AmountAbsurd(field=f"{at}{name}", most=f"{LARGEST_LINE_FEN // 100:,}")
    product = quantity * line.unit_price_fen
    if abs(product - line.amount_fen) > 1:
        raise AmountMismatch(
            field=f"{at}amount_fen",
            product=f"{product / 100:,.2f}",
            amount=f"{Decimal(line.amount_fen) / 100:,.2f}",
        )
    # a hospital's day may be one ahead of ours for a moment around midnight
    if not today - OLDEST <= line.charged_on <= today + timedelta(days=1):
        raise ImpossibleDay(field=f"{at}charged_on")


def check_lines(lines: Sequence[ChargeLine], *, today: date) -> None:
    """Every line of a call, each named by its place. Refuses `no_lines`, `too_many_lines` too."""
    if not lines:
        raise NoLines()
    if len(lines) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    for place, line in enumerate(lines):
        check_line(line, today=today, at=f"lines.{place}.")
