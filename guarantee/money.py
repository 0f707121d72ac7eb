"""Money, said once for the whole house.

Unit: integer **fen** (1 yuan = 100 fen) everywhere inside; yuan with two decimals at the edges;
never a float. Sign: an amount is positive unless the word beside it says what negative means
(a refunded charge line, a credit posting in the ledger).
"""

from __future__ import annotations

import re
import unicodedata

import cn2an

from guarantee.refusals import Invalid, Words

LARGEST_FEN = 10**14  # one trillion yuan: above it something was mistyped

_PLAIN = re.compile(r"(?P<sign>-?)(?P<yuan>\d+)(?:\.(?P<fen>\d{1,2}))?")
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?")
_TEN_THOUSANDS = re.compile(r"(?P<count>\d+(?:\.\d{1,4})?)万")


class BadAmount(Invalid):
    code = "bad_amount"
    words = Words(
        "金额应为人民币元，最多两位小数，例如 1000.00。",
        "An amount is in yuan with at most two decimals, for example 1000.00.",
    )


def yuan(fen: int) -> str:
    """`fen` as yuan for a person: grouped, two decimals. 123456 → '1,234.56'."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def plain_yuan(fen: int) -> str:
    """`fen` as yuan for a file that a machine reads: no grouping. 123456 → '1234.56'."""
    return yuan(fen).replace(",", "")


def parse_yuan(text: str, *, field: str | None = None) -> int:
    """What a person or a spreadsheet wrote as yuan → fen.

    Takes full-width digits, a currency sign, thousands separators, a trailing 元 and `10万`.
    Refuses (`BadAmount`) more than two decimals, exponents and everything else: no rounding,
    no guess.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("元")
    cleaned = cleaned.replace(" ", "")
    if tens := _TEN_THOUSANDS.fullmatch(cleaned):
        whole, _, rest = tens["count"].partition(".")
        fen = int(whole) * 1_000_000 + int(rest.ljust(6, "0") or 0)
    else:
        if _GROUPED.fullmatch(cleaned):
            cleaned = cleaned.replace(",", "")
        number = _PLAIN.fullmatch(cleaned)
        if number is None:
            raise BadAmount(field=field)
        fen = int(number["yuan"]) * 100 + int((number["fen"] or "").ljust(2, "0"))
        fen = -fen if number["sign"] else fen
    if abs(fen) > LARGEST_FEN:
        raise BadAmount(field=field)
    return fen


def in_capitals(fen: int) -> str:
    """`fen` in Chinese capitals as a bill is written: 123450 → '人民币壹仟贰佰叁拾肆元伍角'.

    Rule: the People's Bank of China, 《支付结算办法》 annex 一, 正确填写票据和结算凭证的基本规定:
    人民币 stands first; 整 closes after 元 (after 角 it is optional and left out, as in its
    example ¥1,409.50); where the yuan end in 0 and jiao follow, 零 is written, as in the first
    form of its examples ¥1,680.32 and ¥107,000.53. Refuses (`BadAmount`) a negative amount.
    """
    if fen < 0 or fen > LARGEST_FEN:
        raise BadAmount()
    whole, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    words = cn2an.an2cn(str(whole), "up") + "元" if whole or not rest else ""
    if not rest:
        return f"人民币{words}整"
    if whole and (jiao == 0 or whole % 10 == 0):
        words += "零"
    if jiao:
        words += cn2an.an2cn(str(jiao), "up") + "角"
    if cent:
        words += cn2an.an2cn(str(cent), "up") + "分"
    return f"人民币{words}"
