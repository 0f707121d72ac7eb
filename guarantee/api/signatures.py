"""A letter's electronic signatures: taken at the scene or at the hospital's desk, and read."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from apiflask import APIBlueprint
from pydantic import Field

from guarantee.api.asked import letter_asked
from guarantee.api.fields import In, Line, Moment, Out
from guarantee.api.operation import me, operation
from guarantee.api.papers import PAPER_READERS
from guarantee.business_time import now
from guarantee.edge.access import allow
from guarantee.edge.transaction import note_view
from guarantee.letters import signatures
from guarantee.letters.models_signature import LetterSignature
from guarantee.letters.signatures_drawn import HEIGHT, LONGEST_MS, WIDTH, strokes_of

blueprint = APIBlueprint("api_signatures", __name__, tag="Signatures", url_prefix="/api/v1")

Relation = Literal["", "spouse", "parent", "child", "sibling", "relative", "friend", "colleague"]
Point = Annotated[list[int], Field(min_length=3, max_length=3)]


class SignatureIn(In):
    signer: signatures.Signer
    signer_name: Line = ""
    """Of a companion, or of who confirms at the desk. A member signs with the letter's name."""
    relation: Relation = ""
    """A companion's, to the member."""
    strokes: Annotated[
        list[list[Point]],
        Field(
            default=[],
            description=f"Strokes of points [x, y, ms] on a pad {WIDTH} wide and {HEIGHT} high, ms "
            f"since the first touch (at most {LONGEST_MS}). A hospital may leave them out.",
        ),
    ]


class SignatureOut(Out):
    id: int
    signer: signatures.Signer
    signer_name: str
    relation: Relation
    drawn: bool
    signed_at: Moment
    taken_by: str
    counts: bool
    """The latest of its side; those signed before it are kept."""
    letter_digest: str
    """SHA-256 of the letter's content: what was signed."""
    digest: str
    """SHA-256 over content, strokes, signer and time; it stands in the audit trail too."""
    intact: bool
    """Whether both digests are still right."""


class Signatures(Out):
    letter: str
    signatures: list[SignatureOut]


@blueprint.post("/letters/<number>/signatures")
@allow(*sorted({role for roles in signatures.TAKERS.values() for role in roles}))
@operation(SignatureOut, status=201, body=SignatureIn, idempotent=True)
def sign_letter(number: str, body: SignatureIn) -> SignatureOut:
    """Sign a letter electronically

    A crew takes the member's or a companion's signature, a billing desk confirms for its hospital.
    Signed again is a new signature that counts; the earlier one is kept.
    """
    letter = letter_asked(number)
    made = signatures.sign(
        letter=letter,
        signer=body.signer,
        name=body.signer_name,
        relation=body.relation,
        strokes=strokes_of(body.strokes),
        by=me(),
        at=now(),
    )
    return _out(made, counts=True)


@blueprint.get("/letters/<number>/signatures")
@allow(*PAPER_READERS)
@operation(Signatures)
def get_signatures(number: str) -> Signatures:
    """Every electronic signature of a letter, oldest first"""
    letter = letter_asked(number)
    note_view(action="letter viewed", subject=f"letter:{letter.number}")
    kept = signatures.signatures_of(letter)
    counting = signatures.latest(kept).all()
    return Signatures(
        letter=letter.number, signatures=[_out(one, counts=one in counting) for one in kept]
    )


def _out(made: LetterSignature, *, counts: bool) -> SignatureOut:
    return SignatureOut(
        id=made.id,
        signer=cast(signatures.Signer, made.signer),
        signer_name=made.name,
        relation=cast(Relation, made.relation),
        drawn=made.points > 0,
        signed_at=made.signed_at,
        taken_by=made.taken_by.display_name,
        counts=counts,
        letter_digest=made.letter_digest,
        digest=made.digest,
        intact=signatures.is_intact(made),
    )
