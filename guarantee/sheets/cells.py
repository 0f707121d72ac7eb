"""What a cell means, as far as that can be said without guessing.

Names and free text keep their characters: Unicode's NFKC would replace rare compatibility
ideographs that stand in people's identity documents, so only width, spaces and invisible marks
are evened out. Numbers, codes and dates are folded fully.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from guarantee.money import parse_yuan
from guarantee.refusals import Invalid, Words
from guarantee.sheets.workbooks import Cell

FORMULA_STARTS = ("=", "+", "-", "@")

# Full-width ASCII and the ideographic space; the several dots used inside transliterated names.
_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_DOTS = dict.fromkeys(map(ord, "•‧・･∙⋅᛫"), "·")
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD])
_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·"
_SPACE_AT_HAN = re.compile(rf"(?<=[{_HAN}])\s+|\s+(?=[{_HAN}])")
_COMPATIBILITY_HAN = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_DAY = re.compile(
    r"(?P<year>\d{4})(?:年|(?P<mark>[-/.]))(?P<month>\d{1,2})(?:月|(?P=mark))(?P<day>\d{1,2})日?"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.0+)?)?"
)
_COMPACT_DAY = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)
_QUOTED_CODE = re.compile(r"=\"([0-9A-Za-z]+)\"")


class BadDate(Invalid):
    code = "bad_date"
    words = Words(
        "日期无法识别，请写成 2026-01-05 的形式。",
        "The date can't be read. Write it like 2026-01-05.",
    )


def clean_text(text: str) -> str:
    """Free text: invisible marks dropped, full-width letters folded, runs of space made one.

    Characters are otherwise left alone, control characters other than space among them: whoever
    minds them looks with `has_control`.
    """
    plain = text.translate(_INVISIBLE).translate(_WIDTH)
    plain = "".join(
        part if _COMPATIBILITY_HAN.fullmatch(part) else unicodedata.normalize("NFC", part)
        for part in _COMPATIBILITY_HAN.split(plain)
    )
    return re.sub(r"[ \t\r\n\f\v]+", " ", plain).strip()


def clean_name(text: str) -> str:
    """A person's name: as `clean_text`, one kind of middle dot, and no space beside a Chinese
    character (' 唐 怡鹏　' → '唐怡鹏'); inside a Latin name one space stays."""
    return _SPACE_AT_HAN.sub("", clean_text(text.translate(_DOTS)))


def has_control(text: str) -> bool:
    """Whether control characters or direction overrides stand inside `text` (ends aside)."""
    return any(unicodedata.category(c) == "Cc" or c in _BIDI for c in text.strip())


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text: it begins with = + - or @, of any width."""
    return clean_text(text).startswith(FORMULA_STARTS)


def compact(text: str) -> str:
    """A number or code as typed → ASCII, capitals, no spaces, hyphens or quoting.

    '３１０1 01-1990…x' → '3101011990…X'; Excel's CSV trick '="0012"' and a leading apostrophe
    are undone.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).strip().removeprefix("'")
    if quoted := _QUOTED_CODE.fullmatch(plain):
        plain = quoted[1]
    return re.sub(r"[\s\-‐‑‒–—―−]+", "", plain).upper()


def digits(text: str) -> str:
    """Only the digits of `text`, as ASCII."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c in "0123456789")


def parse_day(cell: Cell, *, field: str | None = None) -> date:
    """The day in a cell: a spreadsheet date, or 2026-01-05, 2026/1/5, 2026.1.5, 20260105,
    2026年1月5日, each perhaps with a time behind it.

    Refuses (`BadDate`) everything else: days that don't exist, two-digit years, a bare serial
    number, years outside 1900–2199.
    """
    if isinstance(cell.value, datetime):
        day = cell.value.date()
    elif isinstance(cell.value, date):
        day = cell.value
    else:
        day = _day_written(unicodedata.normalize("NFKC", cell.text).strip(), field)
    if not _EARLIEST <= day <= _LATEST:
        raise BadDate(field=field)
    return day


def _day_written(text: str, field: str | None) -> date:
    found = _COMPACT_DAY.fullmatch(text) or _DAY.fullmatch(
        re.sub(r"\s*([年月日/.-])\s*", r"\1", text)
    )
    if found is None:
        raise BadDate(field=field)
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise BadDate(field=field) from None


def parse_amount(cell: Cell, *, field: str | None = None) -> int:
    """The amount in a cell, yuan → fen, by `guarantee.money.parse_yuan` (refuses `BadAmount`)."""
    return parse_yuan(cell.text, field=field)
