"""The letter's number: sixteen digits that survive a bad radio link.

    3101 4728 0915 36 42
    ^^^^ centre code  ^^ two check digits, ISO 7064 MOD 97-10
         ^^^^^^^^^^^^ ten random digits

MOD 97-10 lets the whole number leave 1 when divided by 97. Since 97 is prime and divides neither
a power of ten nor nine times one, every single wrong digit and every swap of two unequal
neighbours is caught without asking a server. Ten digits from a cryptographic source can't be
guessed from the number before.
"""

from __future__ import annotations

import secrets
import unicodedata

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from guarantee.refusals import Invalid, Words

LENGTH = 16
_SPOKEN = str.maketrans("0123456789", "零幺两三四五六拐八九")
_SEPARATORS = {" ", "\t", "\n", "\r", "-", "·", ".", "_"}


class BadNumber(Invalid):
    code = "bad_number"
    words = Words(
        "担保函号有误：应为 16 位数字，请逐位核对后重新输入。",
        "This letter number is mistyped: it has 16 digits. Please check it digit by digit.",
    )
    field = "number"


def new(center_code: str) -> str:
    """A fresh number for the centre with this four-digit code. Bare digits, unique only by chance:
    the database's unique constraint has the last word and the caller tries again."""
    if len(center_code) != 4 or not center_code.isdecimal():
        raise ValueError("a centre's code has four digits")
    body = f"{center_code}{secrets.randbelow(10**10):010d}"
    return body + mod_97_10.calc_check_digits(body)


def parse(text: str) -> str:
    """The bare sixteen digits of what was typed, pasted or heard.

    Spaces, hyphens, dots and full-width digits do not matter. Raises `BadNumber` when the form or
    the check digits are wrong, without any look-up.
    """
    folded = unicodedata.normalize("NFKC", text)
    digits = "".join(c for c in folded if c not in _SEPARATORS and unicodedata.category(c) != "Pd")
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        raise BadNumber()
    try:
        mod_97_10.validate(digits)
    except ValidationError:
        raise BadNumber() from None
    return digits


def grouped(number: str) -> str:
    """The number as it is shown: '3101 4728 0915 3642'."""
    return " ".join(number[i : i + 4] for i in range(0, LENGTH, 4))


def spoken(number: str) -> str:
    """The number as it is read aloud over the radio: 幺 for 1, 两 for 2, 拐 for 7."""
    return grouped(number).translate(_SPOKEN)


def center_code(number: str) -> str:
    """The four digits that name the issuing centre."""
    return number[:4]
