"""Identity documents: what kinds there are, which numbers can be right, and how they are masked.

Pure. A resident ID is wrong only for its form, its birth date or its check digit (GB 11643-1999);
an area code that today's list lacks is a warning, because codes of districts long dissolved are
still carried by living people. Other documents are taken as written; an unusual format is a
warning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from stdnum import numdb
from stdnum.cn import ric

from guarantee.refusals import Invalid, Words
from guarantee.sheets.cells import clean_text, compact


class DocumentType(StrEnum):
    """The documents that the crew may check a member against."""

    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    HMT_RESIDENCE_PERMIT = "hmt_residence_permit"
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident"
    MILITARY_ID = "military_id"


DOCUMENT_WORDS: dict[DocumentType, Words] = {
    DocumentType.RESIDENT_ID: Words("居民身份证", "Resident ID card"),
    DocumentType.PASSPORT: Words("护照", "Passport"),
    DocumentType.HK_MACAO_PERMIT: Words(
        "港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"
    ),
    DocumentType.TAIWAN_PERMIT: Words(
        "台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"
    ),
    DocumentType.HMT_RESIDENCE_PERMIT: Words(
        "港澳台居民居住证", "Residence permit for Hong Kong, Macao and Taiwan residents"
    ),
    DocumentType.FOREIGN_PERMANENT_RESIDENT: Words(
        "外国人永久居留身份证", "Foreign permanent resident ID card"
    ),
    DocumentType.MILITARY_ID: Words("军官证", "Military ID"),
}

_TYPE_NAMES: dict[str, DocumentType] = {
    **{words.zh: kind for kind, words in DOCUMENT_WORDS.items()},
    **{kind.value: kind for kind in DocumentType},
    "": DocumentType.RESIDENT_ID,
    "身份证": DocumentType.RESIDENT_ID,
    "中华人民共和国居民身份证": DocumentType.RESIDENT_ID,
    "港澳通行证": DocumentType.HK_MACAO_PERMIT,
    "回乡证": DocumentType.HK_MACAO_PERMIT,
    "台胞证": DocumentType.TAIWAN_PERMIT,
    "港澳居民居住证": DocumentType.HMT_RESIDENCE_PERMIT,
    "台湾居民居住证": DocumentType.HMT_RESIDENCE_PERMIT,
    "外国人永久居留证": DocumentType.FOREIGN_PERMANENT_RESIDENT,
    "军人证": DocumentType.MILITARY_ID,
    "军官证件": DocumentType.MILITARY_ID,
}

# What the numbers usually look like; anything else is a warning, never a refusal.
_USUAL: dict[DocumentType, re.Pattern[str]] = {
    DocumentType.PASSPORT: re.compile(r"[A-Z0-9]{6,9}"),
    DocumentType.HK_MACAO_PERMIT: re.compile(r"[HMC]\d{8}(\d{2})?"),
    DocumentType.TAIWAN_PERMIT: re.compile(r"\d{8}|\d{10}[A-Z]?"),
    DocumentType.HMT_RESIDENCE_PERMIT: re.compile(r"8[123]0000\d{11}[\dX]"),
    DocumentType.FOREIGN_PERMANENT_RESIDENT: re.compile(r"[A-Z]{3}\d{12}|9\d{16}[\dX]"),
    DocumentType.MILITARY_ID: re.compile(r"[\u4e00-\u9fff]{0,4}字?第?\d{6,10}号?"),
}

_RESIDENT_FORM = re.compile(r"\d{17}[\dX]")
_NUMBER = re.compile(r"[^\W_][\w()/.]*")
_LOST_DIGITS = re.compile(r"\d(\.\d+)?E\+\d{2}|\d\.\d+E\d{2}")
_EARLIEST_BIRTH = date(1880, 1, 1)
LONGEST_NUMBER = 30

# Districts founded since the table was compiled (Hangzhou, State Council 2021).
_NEW_AREAS = frozenset({"330113", "330114"})
_PERMIT_AREAS = frozenset({"810000", "820000", "830000"})


class MissingDocument(Invalid):
    code = "missing_document"
    words = Words(
        "缺少证件号码，或填写的内容不是证件号码。",
        "The document number is missing, or what is there is none.",
    )
    field = "document_number"


class UnknownDocumentType(Invalid):
    code = "unknown_document_type"
    words = Words(
        "证件类型无法识别。可填：居民身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证、"
        "港澳台居民居住证、外国人永久居留身份证、军官证。",
        "The type of document is not known. Use one of the types named in the template.",
    )
    field = "document_type"


class BadIdChecksum(Invalid):
    code = "bad_id_checksum"
    words = Words(
        "身份证号应为 18 位且校验位正确，请逐位核对。",
        "A resident ID has 18 characters and a matching check digit. Check it digit by digit.",
    )
    field = "document_number"


class BadIdBirthDate(Invalid):
    code = "bad_id_birth_date"
    words = Words(
        "身份证号第 7 至 14 位不是有效的出生日期。",
        "Digits 7 to 14 of the resident ID are not a possible date of birth.",
    )
    field = "document_number"


class IdPrecisionLost(Invalid):
    code = "id_precision_lost"
    words = Words(
        "号码被表格软件按数值保存，末几位已丢失。请将该列设为“文本”后重新填写完整号码。",
        "The spreadsheet stored the number as a numeric value and lost its last digits. "
        "Set the column to “text” and enter the whole number again.",
    )
    field = "document_number"


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document number that can be right, normalised. `sex` is 'm', 'f' or ''."""

    type: DocumentType
    number: str
    birth_date: date | None = None
    sex: str = ""
    warnings: tuple[str, ...] = ()


def document_type(text: str) -> DocumentType:
    """The type a person named; nothing named means the resident ID. Refuses
    `UnknownDocumentType`."""
    named = "".join(clean_text(text).split())
    found = _TYPE_NAMES.get(named) or _TYPE_NAMES.get(named.lower())
    if found is None:
        raise UnknownDocumentType()
    return found


def check_document(kind: DocumentType, text: str, *, on: date) -> CheckedDocument:
    """`text` as a number of a document of this `kind`, judged on the day `on`.

    Refuses `MissingDocument`, `IdPrecisionLost` (a number shown as 3.10101E+17), and for resident
    IDs and residence permits of resident form `BadIdChecksum`, `BadIdBirthDate`.
    """
    number = compact(text)
    if not number:
        raise MissingDocument()
    if looks_rounded(text):
        raise IdPrecisionLost()
    if kind == DocumentType.RESIDENT_ID:
        return check_resident_id(number, on=on)
    if kind == DocumentType.HMT_RESIDENCE_PERMIT and _RESIDENT_FORM.fullmatch(number):
        as_id = check_resident_id(number, on=on)
        usual = number[:6] in _PERMIT_AREAS
        return CheckedDocument(kind, number, as_id.birth_date, as_id.sex, _unusual(usual))
    if len(number) > LONGEST_NUMBER or not _NUMBER.fullmatch(number):
        raise MissingDocument()
    return CheckedDocument(kind, number, warnings=_unusual(bool(_USUAL[kind].fullmatch(number))))


def check_resident_id(text: str, *, on: date) -> CheckedDocument:
    """An 18-character resident ID (GB 11643). Refuses `BadIdChecksum` for its form or check
    digit (15-digit numbers too: no longer valid since 2013), `BadIdBirthDate` for a day that
    does not exist, lies after `on` or before 1880."""
    number = compact(text)
    if not _RESIDENT_FORM.fullmatch(number) or ric.calc_check_digit(number) != number[-1]:
        raise BadIdChecksum()
    born = birth_date(number)
    if born is None or not _EARLIEST_BIRTH <= born <= on:
        raise BadIdBirthDate()
    warnings = () if is_known_area(number[:6]) else ("unknown_area_code",)
    return CheckedDocument(DocumentType.RESIDENT_ID, number, born, sex(number), warnings)


def birth_date(number: str) -> date | None:
    """The date of birth in an 18-character resident ID, None when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """'m' or 'f', from the 17th digit of a resident ID."""
    return "m" if int(number[16]) % 2 else "f"


def looks_rounded(text: str) -> bool:
    """Whether a spreadsheet shows a number it has rounded: '3.10101E+17'."""
    return bool(_LOST_DIGITS.fullmatch(compact(text)))


@cache
def is_known_area(code: str) -> bool:
    """Whether six digits are a division in force today (GB/T 2260, python-stdnum's table)."""
    if code in _NEW_AREAS:
        return True
    counties = dict(numdb.get("cn/loc").info(code)[-1][1]).get("county", "")
    return any(not re.match(r"\[\d*-\d+\]", county) for county in counties.split(",") if county)


def _unusual(usual: bool) -> tuple[str, ...]:
    return () if usual else ("unusual_document_format",)


def mask_name(name: str) -> str:
    """'王伟' → '王*': enough to recognise one's own, whatever the name's length."""
    return f"{name[:1]}*" if name else ""


def mask_document(number: str) -> str:
    """A resident ID keeps the area and its last character, others their ends."""
    if _RESIDENT_FORM.fullmatch(number):
        return f"{number[:6]}********{number[-1]}"
    return f"{number[:1]}****{number[-2:]}" if len(number) > 4 else "****"


def mask_phone(phone: str) -> str:
    """'13800138000' → '138****8000'."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else "****"
