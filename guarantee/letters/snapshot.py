"""From the rows of a case to what its letter says: the snapshot is taken here, once."""

from __future__ import annotations

import json
import secrets
import unicodedata
from dataclasses import replace

from guarantee.cases.models import Verification
from guarantee.letters.content import (
    CopySeal,
    ExclusionAnswer,
    LetterContent,
    canonical,
    digest_of,
)
from guarantee.letters.models import Letter, LetterCopy
from guarantee.letters.paper import check
from guarantee.letters.seal import SigningKey, sign
from guarantee.letters.seal_claims import SealClaims
from guarantee.members.identity import DOCUMENT_WORDS, DocumentType, mask_document
from guarantee.refusals import Words

_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L
COPY_NUMBERS = (1, 2, 3, 4)


def take_snapshot(
    *,
    letter: Letter,
    verification: Verification,
    key: SigningKey,
    hotline_phone: str,
) -> None:
    """Fix what `letter` says, with a sealed code for each of its four copies.

    Refuses what can't be printed, before the number is given out: `characters_missing`, naming
    them, and `letter_too_long`.
    """
    content = _content(letter, verification, hotline_phone)
    check(content)
    claims = SealClaims.of(content, 1)
    seals = tuple(
        CopySeal(copy_no=n, code=_copy_code(n), qr_text=sign(replace(claims, copy_no=n), key))
        for n in COPY_NUMBERS
    )
    written = canonical(replace(content, copies=seals).to_json())
    letter.content_json = written.decode()
    letter.content_digest = digest_of(written)
    letter.copies = [LetterCopy(copy_no=s.copy_no, code=s.code) for s in seals]


def content_of(letter: Letter) -> LetterContent:
    """What the letter says, as it was fixed when it was issued."""
    return LetterContent.from_json(json.loads(letter.content_json))


def _content(letter: Letter, verification: Verification, hotline_phone: str) -> LetterContent:
    case, member, enrolment = letter.case, letter.case.member, letter.case.enrolment
    assert member is not None
    assert enrolment is not None
    document = DOCUMENT_WORDS[DocumentType(member.document_type)]
    clauses = verification.exclusion_version
    answers = {a.code: a.applies for a in verification.answers}
    sex = {"m": Words("男", "M"), "f": Words("女", "F")}.get(member.sex, Words("", ""))
    top_up = letter.kind == "top_up"
    product, insurer = enrolment.product, enrolment.product.insurer
    return LetterContent(
        number=letter.number,
        kind="top_up" if top_up else "initial",
        amends=letter.amends.number if letter.amends else "",
        replaces=letter.replaces.number if letter.replaces else "",
        provisional=letter.provisional,
        pre_hospital_fen=letter.pre_hospital_fen,
        in_hospital_fen=letter.in_hospital_fen,
        increase_fen=letter.in_hospital_fen if top_up else 0,
        total_in_hospital_fen=letter.total_in_hospital_fen,
        center_code=case.center.code,
        center_zh=case.center.name_zh,
        center_en=case.center.name_en,
        center_phone=case.center.phone,
        hospital_zh=letter.hospital.name,
        hospital_en=letter.hospital.name_en,
        hospital_city=letter.hospital.city,
        member_name=unicodedata.normalize("NFC", member.name),
        document_type_zh=document.zh,
        document_type_en=document.en,
        document_masked=mask_document(member.document_number),
        document_last_four=member.document_number[-4:],
        sex_zh=sex.zh,
        sex_en=sex.en,
        birth_year=member.birth_date.year if member.birth_date else None,
        card_number=enrolment.card_number,
        insurer_zh=insurer.name_zh,
        insurer_en=insurer.name_en,
        product_zh=product.name_zh,
        product_en=product.name_en,
        policy_number=enrolment.policy.number,
        condition="accident" if case.condition == "accident" else "acute_illness",
        exclusions=tuple(
            ExclusionAnswer(c.code, c.text_zh, c.text_en, answers[c.code])
            for c in (clauses.clauses if clauses else [])
        ),
        exclusions_version=clauses.label if clauses else "",
        asked_by=verification.verified_by.display_name,
        asked_at=verification.verified_at,
        case_number=case.reference,
        location=" ".join(unicodedata.normalize("NFC", case.location).split()),
        issued_at=letter.issued_at,
        lapses_at=letter.lapses_at,
        issued_by=letter.issued_by.display_name,
        channel="hotline" if letter.channel == "hotline" else "center",
        hotline_phone=hotline_phone,
    )


def _copy_code(copy_no: int) -> str:
    """Twelve characters a person can type: 'C1-7KQ9-MX42-H'. Unique by the database's word."""
    drawn = "".join(secrets.choice(_CODE_LETTERS) for _ in range(9))
    return f"C{copy_no}-{drawn[:4]}-{drawn[4:8]}-{drawn[8]}"
