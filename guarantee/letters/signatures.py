"""Electronic signatures: the member's or a companion's at the scene, the hospital's at its desk.

Signing on paper stays good and nothing asks for the electronic one. What is signed is the letter's
content, its digest: figures, validity, the exclusions' version, each answer, who asked and when.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import select

from guarantee.db import db
from guarantee.letters.lifecycle import Lapsed, lock_letter, tell
from guarantee.letters.models import Letter
from guarantee.letters.models_signature import RELATIONS, LetterSignature
from guarantee.letters.paper import CharactersMissing, missing_characters
from guarantee.letters.signatures_drawn import (
    Strokes,
    check_drawn,
    count_points,
    read_strokes,
    written,
)
from guarantee.letters.snapshot import content_of
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Forbidden, Invalid, Words
from guarantee.roles import Role
from guarantee.tables import LETTER

Signer = Literal["member", "companion", "hospital"]
LONGEST_NAME = 60
SIGNER_WORDS: dict[str, Words] = {
    "member": Words("会员本人", "Member"),
    "companion": Words("陪同人", "Companion"),
    "hospital": Words("接收医院", "Receiving hospital"),
}
RELATION_WORDS: dict[str, Words] = {
    "spouse": Words("配偶", "Spouse"),
    "parent": Words("父母", "Parent"),
    "child": Words("子女", "Child"),
    "sibling": Words("兄弟姐妹", "Sibling"),
    "relative": Words("其他亲属", "Relative"),
    "friend": Words("朋友", "Friend"),
    "colleague": Words("同事", "Colleague"),
}
TAKERS: dict[str, tuple[Role, ...]] = {
    "member": (Role.CREW,),
    "companion": (Role.CREW,),
    "hospital": (Role.BILLING_DESK,),
}
_SIGNED_WHILE = {
    "member": ("issued", "presented"),
    "companion": ("issued", "presented"),
    "hospital": ("presented",),
}


class RelationMissing(Invalid):
    code = "relation_missing"
    words = Words(
        "陪同人签字须选择与会员的关系。", "A companion who signs says what they are to the member."
    )
    field = "relation"


class SignerNameMissing(Invalid):
    code = "signer_name_missing"
    words = Words("请填写签字人姓名。", "Please give the name of the person who signs.")
    field = "signer_name"


class SignerNameTooLong(Invalid):
    code = "signer_name_too_long"
    words = Words("姓名最多 {most} 个字符。", "A name has at most {most} characters.")
    field = "signer_name"


class NotToBeSigned(Conflict):
    code = "letter_not_to_be_signed"
    words = Words(
        "该担保函现为“{state}”，不能由{signer}签字。",
        "The letter is “{state_en}” now: it can't be signed ({signer_en}).",
    )


class TakenBySomebodyElse(Forbidden):
    code = "signature_taken_by_others"
    words = Words(
        "会员或陪同人在车组手机上签字，医院由收费处确认。",
        "Members and companions sign on the crew's phone; the hospital's desk confirms for it.",
    )


@dataclass(frozen=True)
class Signed:
    """The signatures that count: the latest for the patient's side and for the hospital's."""

    patient: LetterSignature | None
    hospital: LetterSignature | None

    def all(self) -> tuple[LetterSignature, ...]:
        """Those there are, the patient's first."""
        return tuple(one for one in (self.patient, self.hospital) if one)


def sign(
    *,
    letter: Letter,
    signer: Signer,
    strokes: Strokes,
    by: Staff,
    at: datetime,
    name: str = "",
    relation: str = "",
) -> LetterSignature:
    """Keep a signature taken on `by`'s device; what was signed before stays beside it.

    A member signs with the name that the letter says. Refuses `signature_taken_by_others`,
    `signer_name_missing`, `signer_name_too_long`, `characters_missing`, `relation_missing`; what
    `check_drawn` does; `letter_not_to_be_signed`, and `letter_lapsed` past its time even before
    the job has run.
    """
    if by.role not in TAKERS[signer]:
        raise TakenBySomebodyElse()
    name = content_of(letter).member_name if signer == "member" else _checked_name(name)
    if (relation in RELATIONS) != (signer == "companion"):
        raise RelationMissing()
    if strokes or signer != "hospital":
        check_drawn(strokes)
    letter = lock_letter(letter)
    if letter.state not in _SIGNED_WHILE[signer]:
        state, who = LETTER.states[letter.state], SIGNER_WORDS[signer]
        raise NotToBeSigned(
            state=state.zh, state_en=state.en, signer=who.zh, signer_en=who.en.lower()
        )
    if letter.state == "issued" and letter.kind == "initial" and at > letter.lapses_at:
        raise Lapsed()
    made = LetterSignature(
        letter_id=letter.id,
        signer=signer,
        relation=relation,
        name=name,
        strokes_json=written(strokes),
        points=count_points(strokes),
        signed_at=at,
        taken_by_id=by.id,
        letter_digest=letter.content_digest,
    )
    made.digest = digest_of(made)
    db.session.add(made)
    db.session.flush()
    tell(
        letter,
        "signed",
        by,
        at,
        signer=made.signer,
        relation=made.relation,
        signature=made.digest,
        content=made.letter_digest,
    )
    return made


def digest_of(signature: LetterSignature) -> str:
    """SHA-256 over what was signed, what was drawn, by whom, when and on whose device."""
    said = {
        "letter": signature.letter_digest,
        "signer": signature.signer,
        "relation": signature.relation,
        "name": signature.name,
        "strokes": signature.strokes_json,
        "signed_at": signature.signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "taken_by": signature.taken_by_id,
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(signature: LetterSignature) -> bool:
    """Whether it is what was signed, and of what the letter says now."""
    same_letter = signature.letter_digest == content_of(signature.letter).digest()
    return same_letter and signature.digest == digest_of(signature)


def signatures_of(letter: Letter) -> list[LetterSignature]:
    """Every signature of this letter, oldest first; those signed again are among them."""
    query = select(LetterSignature).where(LetterSignature.letter_id == letter.id)
    return list(db.session.scalars(query.order_by(LetterSignature.id)))


def signed(letter: Letter) -> Signed:
    """The signatures of this letter that count."""
    return latest(signatures_of(letter))


def latest(kept: list[LetterSignature]) -> Signed:
    """Those of `kept`, oldest first, that count."""
    last = {one.signer == "hospital": one for one in kept}
    return Signed(patient=last.get(False), hospital=last.get(True))


def strokes_drawn(signature: LetterSignature) -> Strokes:
    """What was drawn."""
    return read_strokes(signature.strokes_json)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise SignerNameMissing()
    if len(name) > LONGEST_NAME:
        raise SignerNameTooLong(most=LONGEST_NAME)
    if missing := missing_characters(name):
        raise CharactersMissing(field=SignerNameMissing.field, characters="、".join(missing))
    return name
