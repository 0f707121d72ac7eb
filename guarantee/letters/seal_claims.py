"""What a copy's QR code states, as small as CBOR makes it.

    key  claim                       CBOR
      1  letter number               unsigned integer (sixteen digits)
      2  kind                        0 initial, 1 top-up
      3  state at signing            text
      4  lapses at                   seconds since 1970, UTC
      5  centre's code               text
      6  issued at                   seconds since 1970, UTC
      7  hospital                    text, at most 24 characters
      8  holder                      text: initial and last four of the document
      9  pre-hospital part, fen      unsigned integer
     10  in-hospital part, fen       unsigned integer (of a top-up: the increase)
     11  in-hospital total, fen      unsigned integer
     12  copy number                 1 to 4
     13  digest of the content       32 bytes, SHA-256
     14  provisional                 only when it is: true

4 and 6 stand where CWT (RFC 8392) has exp and iat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from guarantee.letters.content import Kind, LetterContent
from guarantee.letters.number import LENGTH

LONGEST_HOSPITAL = 24  # characters; a longer name is cut, the paper and the digest have it whole
_KINDS: tuple[Kind, ...] = ("initial", "top_up")
_LAST_MOMENT = 253_402_300_800  # the year 10000, in seconds since 1970: no calendar goes further


@dataclass(frozen=True, slots=True, kw_only=True)
class SealClaims:
    """The signed statement on one copy. Amounts in fen, times in UTC, whole seconds."""

    number: str
    kind: Kind
    state: str
    center_code: str
    hospital: str
    holder: str
    pre_hospital_fen: int
    in_hospital_fen: int
    total_in_hospital_fen: int
    issued_at: datetime
    lapses_at: datetime
    copy_no: int
    content_digest: str
    provisional: bool = False

    @classmethod
    def of(cls, content: LetterContent, copy_no: int, *, state: str = "issued") -> SealClaims:
        """What the seal of this copy of the letter states, in the state it is signed in. The
        claims of another copy differ in `copy_no` alone."""
        part = content.increase_fen if content.kind == "top_up" else content.in_hospital_fen
        hospital = content.hospital_zh
        if len(hospital) > LONGEST_HOSPITAL:
            hospital = hospital[: LONGEST_HOSPITAL - 1] + "…"
        return cls(
            number=content.number,
            kind=content.kind,
            state=state,
            center_code=content.center_code,
            hospital=hospital,
            holder=f"{content.member_name[:1]}* {content.document_last_four}",
            pre_hospital_fen=content.pre_hospital_fen,
            in_hospital_fen=part,
            total_in_hospital_fen=content.total_in_hospital_fen,
            issued_at=content.issued_at.astimezone(UTC).replace(microsecond=0),
            lapses_at=content.lapses_at.astimezone(UTC).replace(microsecond=0),
            copy_no=copy_no,
            content_digest=content.body_digest(),
            provisional=content.provisional,
        )

    def past_its_date(self, at: datetime) -> bool:
        """Whether the time to present the letter was over at the moment `at`."""
        return at >= self.lapses_at

    def to_map(self) -> dict[int, Any]:
        """The claims under their short keys."""
        short: dict[int, Any] = {
            1: int(self.number),
            2: _KINDS.index(self.kind),
            3: self.state,
            4: int(self.lapses_at.timestamp()),
            5: self.center_code,
            6: int(self.issued_at.timestamp()),
            7: self.hospital,
            8: self.holder,
            9: self.pre_hospital_fen,
            10: self.in_hospital_fen,
            11: self.total_in_hospital_fen,
            12: self.copy_no,
            13: bytes.fromhex(self.content_digest),
        }
        return {**short, 14: True} if self.provisional else short

    @classmethod
    def from_map(cls, short: Mapping[int, Any]) -> SealClaims:
        """The claims that `to_map` wrote. Raises ValueError where one is missing, too many or of
        another form."""
        if set(short) - {14} != set(range(1, 14)) or short.get(14, True) is not True:
            raise ValueError("not the claims of a letter")
        texts = [short[key] for key in (3, 5, 7, 8)]
        counts = [short[key] for key in (1, 2, 4, 6, 9, 10, 11, 12)]
        well_formed = (
            all(type(text) is str for text in texts)
            and all(type(count) is int and 0 <= count < 2**63 for count in counts)
            and type(short[13]) is bytes
            and len(short[13]) == 32
            and max(short[4], short[6]) < _LAST_MOMENT
            and short[2] < len(_KINDS)
            and short[12] in (1, 2, 3, 4)
            and short[1] < 10**LENGTH
        )
        if not well_formed:
            raise ValueError("a claim of another form")
        return cls(
            number=f"{short[1]:0{LENGTH}d}",
            kind=_KINDS[short[2]],
            state=short[3],
            lapses_at=datetime.fromtimestamp(short[4], UTC),
            center_code=short[5],
            issued_at=datetime.fromtimestamp(short[6], UTC),
            hospital=short[7],
            holder=short[8],
            pre_hospital_fen=short[9],
            in_hospital_fen=short[10],
            total_in_hospital_fen=short[11],
            copy_no=short[12],
            content_digest=short[13].hex(),
            provisional=14 in short,
        )
