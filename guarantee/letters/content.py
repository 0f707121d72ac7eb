"""What a letter says: a snapshot of plain values, taken at issue and never changed after.

The PDF and the seals are made from it and from nothing else, so that a letter can be made again
byte for byte. Amounts are integer fen, times UTC.

Two digests, both SHA-256 over canonical JSON (sorted keys, no blanks, UTF-8):

- `body_digest()` leaves out what the four copies carry. It is what the seals state: a seal can't
  contain itself.
- `digest()` is over everything, and is what the record keeps beside the PDF.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal

from guarantee.letters.number import LENGTH

Kind = Literal["initial", "top_up"]
Condition = Literal["accident", "acute_illness"]
Channel = Literal["center", "hotline"]
COPY_NUMBERS = (1, 2, 3, 4)
_TIMES = ("asked_at", "issued_at", "lapses_at")


@dataclass(frozen=True, slots=True)
class ExclusionAnswer:
    """One exclusion clause as it was read out, and the answer: does it apply to this case?"""

    code: str
    text_zh: str
    text_en: str
    applies: bool


@dataclass(frozen=True, slots=True)
class CopySeal:
    """What tells one copy from the other three: its number (1 to 4), the code a person can type,
    and the text of its QR code."""

    copy_no: int
    code: str
    qr_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContent:
    """Everything a letter states. `_zh`/`_en` are the two languages; an English one may be empty.

    A top-up names the initial letter in `amends`; its `increase_fen` is what it adds and its
    `total_in_hospital_fen` the whole in-hospital guarantee of the case after it, the initial
    letter included. On an initial letter `increase_fen` is 0 and the total is `in_hospital_fen`.
    """

    number: str
    kind: Kind
    amends: str = ""
    replaces: str = ""
    provisional: bool = False
    pre_hospital_fen: int
    in_hospital_fen: int
    increase_fen: int = 0
    total_in_hospital_fen: int

    center_code: str
    center_zh: str
    center_en: str = ""
    center_phone: str
    hospital_zh: str
    hospital_en: str = ""
    hospital_city: str

    member_name: str
    document_type_zh: str
    document_type_en: str
    document_masked: str
    document_last_four: str
    sex_zh: str = ""
    sex_en: str = ""
    birth_year: int | None = None
    card_number: str
    insurer_zh: str
    insurer_en: str = ""
    product_zh: str
    product_en: str = ""
    policy_number: str

    condition: Condition
    exclusions: tuple[ExclusionAnswer, ...]
    exclusions_version: str
    asked_by: str
    asked_at: datetime

    case_number: str
    location: str = ""
    issued_at: datetime
    lapses_at: datetime
    issued_by: str
    channel: Channel
    hotline_phone: str
    copies: tuple[CopySeal, ...] = ()

    def __post_init__(self) -> None:
        for name in ("number", "amends", "replaces"):
            value = getattr(self, name)
            if (value or name == "number") and not (len(value) == LENGTH and value.isdecimal()):
                raise ValueError(f"{name} is not a letter number")
        if (self.kind == "top_up") != bool(self.amends):
            raise ValueError("a top-up, and only a top-up, names the letter it amends")
        if self.kind == "top_up" and not 0 < self.increase_fen <= self.total_in_hospital_fen:
            raise ValueError("a top-up adds something, and its total includes it")
        if self.kind == "initial" and self.total_in_hospital_fen != self.in_hospital_fen:
            raise ValueError("the total of an initial letter is its in-hospital part")
        if min(self.pre_hospital_fen, self.in_hospital_fen, self.increase_fen) < 0:
            raise ValueError("no part of a guarantee is negative")
        if any(getattr(self, name).tzinfo is None for name in _TIMES):
            raise ValueError("times carry their offset")

    def to_json(self) -> dict[str, Any]:
        """Plain values for the record; `from_json` gives the same content back."""
        plain = {name: getattr(self, name) for name in _FIELDS}
        for name in _TIMES:
            plain[name] = plain[name].astimezone(UTC).isoformat()
        plain["exclusions"] = [asdict(one) for one in self.exclusions]
        plain["copies"] = [asdict(one) for one in self.copies]
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> LetterContent:
        """The content that `to_json` wrote. A key it does not know is an error, not a shrug."""
        unknown = set(plain) - set(_FIELDS)
        if unknown:
            raise ValueError(f"unknown keys: {sorted(unknown)}")
        values = dict(plain)
        for name in _TIMES:
            values[name] = datetime.fromisoformat(values[name])
        values["exclusions"] = tuple(ExclusionAnswer(**one) for one in values["exclusions"])
        values["copies"] = tuple(CopySeal(**one) for one in values.get("copies", ()))
        return cls(**values)

    def digest(self) -> str:
        """SHA-256 (hex) of everything the letter says, its copies' codes and seals included."""
        return digest_of(canonical(self.to_json()))

    def body_digest(self) -> str:
        """SHA-256 (hex) of what all copies have in common: what each seal vouches for."""
        plain = self.to_json()
        del plain["copies"]
        return digest_of(canonical(plain))

    def texts(self) -> list[str]:
        """Every text that will be printed, for the check that the fonts have its characters."""
        own = [getattr(self, name) for name in _FIELDS]
        clauses = [text for one in self.exclusions for text in (one.code, one.text_zh, one.text_en)]
        return [value for value in own if isinstance(value, str)] + clauses


_FIELDS = tuple(field.name for field in fields(LetterContent))


def canonical(plain: Mapping[str, Any]) -> bytes:
    """The one way to write these values as bytes: sorted keys, no blanks, UTF-8."""
    written = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return written.encode()


def digest_of(written: bytes) -> str:
    """SHA-256 (hex) of what `canonical` wrote."""
    return hashlib.sha256(written).hexdigest()
