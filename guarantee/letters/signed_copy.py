"""The signed copy: the original's pages with the electronic signatures in their boxes.

Made on demand from the kept original, which it begins with, unchanged. The original is what is
printed and archived; this stands beside it. Same signatures, same bytes.
"""

from __future__ import annotations

from guarantee.letters.models import Letter
from guarantee.letters.models_signature import LetterSignature
from guarantee.letters.paper.appended import over_each_page
from guarantee.letters.paper.signed import SignatureMark, signed_page
from guarantee.letters.signatures import RELATION_WORDS, is_intact, signed, strokes_drawn
from guarantee.refusals import Conflict, Words


class NotSigned(Conflict):
    code = "not_signed"
    words = Words(
        "该担保函还没有电子签名，没有另附签名件。",
        "Nobody has signed this letter electronically: there is no signed copy.",
    )


class SignatureAltered(Conflict):
    code = "signature_altered"
    words = Words(
        "签名记录与存证不符，不能出具签名件，请报告管理员。",
        "The signature is not what was put on record: no signed copy. Tell the administrator.",
    )


def marks_of(letter: Letter) -> tuple[SignatureMark, ...]:
    """The signatures that count, as they are shown. Refuses `not_signed`, `signature_altered`."""
    found = signed(letter).all()
    if not found:
        raise NotSigned()
    if not all(map(is_intact, found)):
        raise SignatureAltered()
    return tuple(map(_mark, found))


def signed_copy(pdf: bytes, sha256: str, marks: tuple[SignatureMark, ...]) -> bytes:
    """The original's bytes, and after them what draws `marks` over its pages. Reads nothing from
    the database: no transaction need be open while it is laid out."""
    return over_each_page(pdf, signed_page(marks, sha256))


def _mark(signature: LetterSignature) -> SignatureMark:
    return SignatureMark(
        side="hospital" if signature.signer == "hospital" else "patient",
        name=signature.name,
        signed_at=signature.signed_at,
        digest=signature.digest,
        strokes=strokes_drawn(signature),
        relation=signature.relation,
        relation_word=RELATION_WORDS.get(signature.relation, Words("", "")),
    )
