"""From the rows of a case to what its letter says: the snapshot is taken here, once."""

from __future__ import annotations

import dataclasses
import json
import secrets
import unicodedata

from guarantee.cases.models import case_reference
from guarantee.letters.content import (
    CopySeal,
    LetterContent,
    canonical,
    digest_of,
)
from guarantee.letters.facts import CaseFacts
from guarantee.letters.models import Letter
from guarantee.letters.paper import check
from guarantee.letters.seal import SigningKey, sign
from guarantee.letters.seal_claims import SealClaims
from guarantee.members.identity import DOCUMENT_WORDS, DocumentType, mask_document
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.refusals import Words

_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L
COPY_NUMBERS = (1, 2, 3, 4)


def take_snapshot(
    letter: Letter,
    facts: CaseFacts,
    *,
    hospital: Hospital,
    issued_by: Staff,
    amends: str,
    replaces: str,
    key: SigningKey,
    hotline_phone: str,
) -> tuple[CopySeal, ...]:
    """Fix what `letter` says; answers the sealed codes of its four copies.

    `amends` and `replaces` are numbers of other letters, or empty. Refuses what can't be printed,
    before the number is given out: `characters_missing`, naming them, and `letter_too_long`.
    """
    content = _content(letter, facts, hospital, issued_by, amends, replaces, hotline_phone)
    check(content)
    claims = SealClaims.of(content, 1)
    seals = tuple(
        CopySeal(n, _copy_code(n), sign(dataclasses.replace(claims, copy_no=n), key))
        for n in COPY_NUMBERS
    )
    written = canonical(dataclasses.replace(content, copies=seals).to_json())
    letter.content_json = written.decode()
    letter.content_digest = digest_of(written)
    return seals


def content_of(letter: Letter) -> LetterContent:
    """What the letter says, as it was fixed when it was issued."""
    return LetterContent.from_json(json.loads(letter.content_json))


def _content(
    letter: Letter,
    facts: CaseFacts,
    hospital: Hospital,
    issued_by: Staff,
    amends: str,
    replaces: str,
    hotline_phone: str,
) -> LetterContent:
    document = DOCUMENT_WORDS[DocumentType(facts.document_type)]
    sex = {"m": Words("男", "M"), "f": Words("女", "F")}.get(facts.sex, Words("", ""))
    top_up = letter.kind == "top_up"
    return LetterContent(
        number=letter.number,
        kind="top_up" if top_up else "initial",
        amends=amends,
        replaces=replaces,
        provisional=letter.provisional,
        pre_hospital_fen=letter.pre_hospital_fen,
        in_hospital_fen=letter.in_hospital_fen,
        increase_fen=letter.in_hospital_fen if top_up else 0,
        total_in_hospital_fen=letter.total_in_hospital_fen,
        center_code=facts.center_code,
        center_zh=facts.center_zh,
        center_en=facts.center_en,
        center_phone=facts.center_phone,
        hospital_zh=hospital.name,
        hospital_en=hospital.name_en,
        hospital_city=hospital.city,
        member_name=unicodedata.normalize("NFC", facts.member_name),
        document_type_zh=document.zh,
        document_type_en=document.en,
        document_masked=mask_document(facts.document_number),
        document_last_four=facts.document_number[-4:],
        sex_zh=sex.zh,
        sex_en=sex.en,
        birth_year=facts.birth_date.year if facts.birth_date else None,
        card_number=facts.card_number,
        insurer_zh=facts.insurer_zh,
        insurer_en=facts.insurer_en,
        product_zh=facts.product_zh,
        product_en=facts.product_en,
        policy_number=facts.policy_number,
        condition="accident" if facts.condition == "accident" else "acute_illness",
        exclusions=facts.clauses,
        exclusions_version=facts.exclusions_label,
        asked_by=facts.verified_by,
        asked_at=facts.verified_at,
        case_number=case_reference(facts.case_id),
        location=" ".join(unicodedata.normalize("NFC", facts.location).split()),
        issued_at=letter.issued_at,
        lapses_at=letter.lapses_at,
        issued_by=issued_by.display_name,
        channel="hotline" if letter.channel == "hotline" else "center",
        hotline_phone=hotline_phone,
    )


def _copy_code(copy_no: int) -> str:
    """Twelve characters a person can type: 'C1-7KQ9-MX42-H'. Unique by the database's word."""
    drawn, rest = "", secrets.randbelow(len(_CODE_LETTERS) ** 9)
    for _ in range(9):
        rest, letter = divmod(rest, len(_CODE_LETTERS))
        drawn += _CODE_LETTERS[letter]
    return f"C{copy_no}-{drawn[:4]}-{drawn[4:8]}-{drawn[8]}"
