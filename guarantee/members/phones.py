"""Telephone numbers: many ways to write one, one way to keep it.

Kept form: a mainland mobile as its 11 digits, a mainland landline with 0 and area code
('02166661234'), anything abroad as '+' and country code.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from guarantee.refusals import Invalid, Words

# Prefixes of network access numbers and new blocks come and go faster than any table, so a mobile
# number is judged by its shape.
_MOBILE = re.compile(r"1[3-9]\d{9}")
_BEFORE_MOBILE = re.compile(r"^(\+86|0086|86)?0?(?=1[3-9]\d{9}$)")
_EXTENSION = re.compile(
    r"(?:\s*(?:转|轉|分机|分機|ext\.?|x|#)\s*\d{1,6}|(?<=\d{7})-\d{1,5})$", re.IGNORECASE
)
_BETWEEN = re.compile(r"[、;/,\n]+")
_PEOPLE = {
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
    phonenumbers.PhoneNumberType.VOIP,
}


class BadPhone(Invalid):
    code = "bad_phone"
    words = Words(
        "电话号码不正确：手机 11 位；座机请带区号，例如 021-66661234。",
        "The telephone number is wrong: a mobile has 11 digits; a landline needs its area code, "
        "for example 021-66661234.",
    )
    field = "phone"


def normal_phone(text: str, *, area_code: str | None = None) -> str:
    """One number as it is kept. `area_code` ('021') completes a local number.

    Full-width digits, +86 and 0086, spaces, hyphens, brackets and an extension (转801) are
    normal. Refuses `BadPhone`: impossible numbers, local ones without area code, service numbers.
    """
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("'")
    for written in (plain, _EXTENSION.sub("", plain)):
        shape = re.sub(r"[\s\-‐‑–—.()]+", "", written)
        mobile = _BEFORE_MOBILE.sub("", shape)
        if _MOBILE.fullmatch(mobile):
            return mobile
    if area_code and re.fullmatch(r"[2-8]\d{6,7}", shape):
        shape = f"{area_code}{shape}"
    if not re.fullmatch(r"\+?\d{7,17}", shape):
        raise BadPhone()
    try:
        number = phonenumbers.parse(shape, "CN")
    except phonenumbers.NumberParseException:
        raise BadPhone() from None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _PEOPLE:
        raise BadPhone()
    if number.country_code == 86:
        return f"0{number.national_number}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_phones(text: str) -> tuple[str, ...]:
    """All numbers of a cell, separated by 、 , ; / or a line break, each once, in order."""
    parts = _BETWEEN.split(unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(normal_phone(part) for part in parts if part.strip()))
