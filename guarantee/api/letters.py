"""Letters: issued for a case, accepted, voided, handed back; where the case stands."""

from __future__ import annotations

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import current_app
from pydantic import Field

from guarantee.api.asked import letter_asked
from guarantee.api.fields import Code, In, Moment, Out, Reason
from guarantee.api.operation import me, operation
from guarantee.business_time import now
from guarantee.cases.visible import case_for
from guarantee.edge.access import allow
from guarantee.edge.transaction import note_view
from guarantee.letters import lifecycle
from guarantee.letters.issue import issue
from guarantee.letters.models import Letter
from guarantee.letters.number import center_code
from guarantee.letters.position import PartPosition, Position, first_position, position_of
from guarantee.letters.verify import replaced_by, state_now
from guarantee.parties.hospitals import hospital_by_code
from guarantee.settlement.paid_in import paid_in
from guarantee.tables import CASE, LETTER

blueprint = APIBlueprint("api_letters", __name__, tag="Letters", url_prefix="/api/v1")


class LetterIn(In):
    hospital: Code
    """Its code."""
    channel: Literal["center", "hotline"]
    """Who issues: the centre itself, or the hotline for it."""


class PresentationIn(In):
    accepted: bool
    reason: Reason = ""
    """Why the hospital does not accept; the hotline is called in."""


class ReasonIn(In):
    reason: Reason


class HospitalOut(Out):
    id: int
    code: str
    name: str
    in_network: bool


class PartOut(Out):
    """guaranteed = captured + remaining + released."""

    guaranteed_fen: int
    captured_fen: int
    remaining_fen: int
    released_fen: int


class CopyOut(Out):
    id: int
    copy_no: Annotated[int, Field(ge=1, le=4)]
    code: str
    state: str


class NumberOut(Out):
    id: int
    number: str
    kind: str
    state: str
    in_hospital_fen: int
    issued_at: Moment


class LetterOut(Out):
    """The letter that was asked for, and where its case stands now."""

    id: int
    number: str
    kind: Literal["initial", "top_up"]
    state: str
    """A top-up stands with its initial letter; past its time an issued letter is lapsed."""
    pre_hospital_fen: int
    in_hospital_fen: int
    """Of this letter; a top-up letter's increase."""
    total_in_hospital_fen: int
    """Of the whole case, now, over all its letters."""
    issued_at: Moment
    lapses_at: Moment
    """An initial letter that is not presented until then lapses."""
    presented_at: Moment | None
    closed_at: Moment | None
    provisional: bool
    channel: str
    case: int
    center: str
    hospital: HospitalOut
    initial_number: str
    current_number: str
    """The letter that states the current total."""
    replaces: str | None
    replaced_by: str | None
    void_reason: str
    paid_in_days: int | None
    """How fast this hospital has been paid: median days from the final bill to the bank's
    confirmation over the last 12 weeks; null when nothing was paid."""
    pre_hospital: PartOut
    in_hospital: PartOut
    letters: list[NumberOut]
    """The initial letter and its top-ups."""
    copies: list[CopyOut]


class Presentation(Out):
    id: int
    number: str
    state: str
    accepted: bool


@blueprint.post("/cases/<int:case_id>/letters")
@allow(*CASE.who("issue"))
@operation(LetterOut, status=201, also=(200,), body=LetterIn, idempotent=True)
def issue_letter(case_id: int, body: LetterIn) -> tuple[LetterOut, int]:
    """Issue the case's initial letter

    201 with a new number. Asked again, by whomever, it answers 200 with the letter there is.
    """
    issued = issue(
        case=case_for(case_id, me()),
        hospital=hospital_by_code(body.hospital),
        channel=body.channel,
        by=me(),
        at=now(),
        settings=current_app.config["SETTINGS"],
    )
    if issued.fresh:
        return letter_out(issued.letter, first_position(issued.letter)), 201
    return letter_out(issued.letter), 200


@blueprint.get("/letters/<number>")
@allow()
@operation(LetterOut)
def get_letter(number: str) -> LetterOut:
    """Where the case stands, whichever of its numbers is named

    A mistyped number is `bad_number` (422); an unknown one and somebody else's are 404 alike.
    """
    letter = letter_asked(number)
    note_view(action="letter viewed", subject=f"letter:{letter.number}")
    return letter_out(letter)


@blueprint.post("/letters/<number>/presentation")
@allow(*LETTER.who("present"))
@operation(Presentation, body=PresentationIn, idempotent=True)
def present_letter(number: str, body: PresentationIn) -> Presentation:
    """The hospital accepts the letter, or does not

    Accepted it is irrevocable. Not accepted it stays as it is and the hotline is called in.
    """
    letter = letter_asked(number)
    if body.accepted:
        letter = lifecycle.present(letter=letter, by=me(), at=now())
    else:
        lifecycle.refuse(letter=letter, reason=body.reason, by=me(), at=now())
    return Presentation(
        id=letter.id, number=letter.number, state=letter.state, accepted=body.accepted
    )


@blueprint.post("/letters/<number>/void")
@allow(*LETTER.who("void"))
@operation(LetterOut, body=ReasonIn, idempotent=True)
def void_letter(number: str, body: ReasonIn) -> LetterOut:
    """Void an issued letter

    Needs a reason. What it held returns to the cover; its number is never used again.
    """
    letter = letter_asked(number)
    return letter_out(lifecycle.void(letter=letter, reason=body.reason, by=me(), at=now()))


@blueprint.post("/letters/<number>/handback")
@allow(*LETTER.who("hand_back"))
@operation(LetterOut, body=ReasonIn, idempotent=True)
def hand_back_letter(number: str, body: ReasonIn) -> LetterOut:
    """The hospital hands a presented letter back

    Only the hospital may, and only while nothing is captured. Its top-ups go with it.
    """
    letter = letter_asked(number)
    return letter_out(lifecycle.hand_back(letter=letter, reason=body.reason, by=me(), at=now()))


def letter_out(letter: Letter, position: Position | None = None) -> LetterOut:
    """A letter as the API shows one, with its case's position: read, unless it is given."""
    position = position or position_of(letter)
    hospital = letter.hospital
    speed = paid_in(hospital_id=hospital.id, at=now())
    return LetterOut(
        id=letter.id,
        number=letter.number,
        kind="top_up" if letter.kind == "top_up" else "initial",
        state=state_now(letter, at=now()),
        pre_hospital_fen=letter.pre_hospital_fen,
        in_hospital_fen=letter.in_hospital_fen,
        total_in_hospital_fen=position.in_hospital.guaranteed_fen,
        issued_at=letter.issued_at,
        lapses_at=letter.lapses_at,
        presented_at=letter.presented_at,
        closed_at=letter.closed_at,
        provisional=letter.provisional,
        channel=letter.channel,
        case=letter.case_id,
        center=center_code(letter.number),
        hospital=HospitalOut(
            id=hospital.id,
            code=hospital.code,
            name=hospital.name,
            in_network=hospital.in_network,
        ),
        initial_number=position.initial.number,
        current_number=position.current.number,
        replaces=letter.replaces.number if letter.replaces else None,
        replaced_by=replaced_by(letter) or None,
        void_reason=letter.void_reason,
        paid_in_days=speed.days if speed else None,
        pre_hospital=_part(position.pre_hospital),
        in_hospital=_part(position.in_hospital),
        letters=[
            NumberOut(
                id=each.id,
                number=each.number,
                kind=each.kind,
                state=each.state,
                in_hospital_fen=each.in_hospital_fen,
                issued_at=each.issued_at,
            )
            for each in position.letters
        ],
        copies=[
            CopyOut(id=copy.id, copy_no=copy.copy_no, code=copy.code, state=copy.state)
            for copy in letter.copies
        ],
    )


def _part(part: PartPosition) -> PartOut:
    return PartOut(
        guaranteed_fen=part.guaranteed_fen,
        captured_fen=part.captured_fen,
        remaining_fen=part.left_fen,
        released_fen=part.released_fen,
    )
