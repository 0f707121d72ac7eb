"""Charges: posted as they arise, used against the guarantee, ended by the final bill."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from apiflask import APIBlueprint
from pydantic import Field

from guarantee.api.asked import letter_asked
from guarantee.api.fields import Day, Fen, In, Line, Moment, Out, SignedFen
from guarantee.api.operation import me, operation
from guarantee.business_time import now
from guarantee.charges.final_bill import close_with_final_bill
from guarantee.charges.lines import MOST_LINES, ChargeLine
from guarantee.charges.models import Charge
from guarantee.charges.posting import SENDERS, post_charges
from guarantee.charges.stay import charges_of
from guarantee.edge.access import allow
from guarantee.edge.transaction import note_view
from guarantee.ledger.models import Part
from guarantee.roles import Role
from guarantee.tables import LETTER

blueprint = APIBlueprint("api_charges", __name__, tag="Charges", url_prefix="/api/v1")

_POSTERS = [role for role in Role if any(role in senders for senders in SENDERS.values())]
Quantity = Annotated[Decimal, Field(ge=-1_000_000, le=1_000_000)]


class LineIn(In):
    line_id: Line
    """The sender's own; it counts once."""
    part: Part
    charged_on: Day
    category: Line = ""
    code: Line = ""
    name: Line
    quantity: Quantity
    unit_price_fen: SignedFen
    amount_fen: SignedFen
    """Negative: a refund of the same item."""
    in_scope: bool
    """Within the local social-insurance catalogue; otherwise the patient's own."""
    receipt_number: Line = ""


class ChargesIn(In):
    lines: Annotated[list[LineIn], Field(max_length=MOST_LINES)]


class PostedOut(Out):
    """Where the part that was posted to stands now."""

    id: int
    number: str
    guaranteed_fen: int
    captured_fen: int
    remaining_fen: int
    patient_fen: int
    """The patient's share: self-pay, and what is above the guarantee."""
    duplicates: int
    """Lines that were posted before and did not count again."""
    alerts: list[int]
    """Thresholds, in per cent of the in-hospital guarantee, that this posting crossed."""


class ChargeOut(Out):
    id: int
    line_id: str
    part: Part
    charged_on: date
    category: str
    code: str
    name: str
    quantity: str
    unit_price_fen: int
    amount_fen: int
    in_scope: bool
    guaranteed_fen: int
    patient_fen: int
    posted_at: Moment


class Charges(Out):
    items: list[ChargeOut]
    next_cursor: str | None


class FinalBillIn(In):
    billed_on: Day | None = None
    """Today, unless it is said."""
    total_fen: Fen | None = None
    """The hospital's own total; another than what was posted is refused."""


class FinalBillOut(Out):
    id: int
    number: str
    state: str
    billed_on: date
    total_fen: int
    guaranteed_fen: int
    """What the alliance owes the hospital."""
    patient_fen: int
    self_pay_fen: int
    released_fen: int
    """What went back to the cover."""


@blueprint.post("/letters/<number>/charges")
@allow(*_POSTERS)
@operation(PostedOut, body=ChargesIn, idempotent=True)
def post_letter_charges(number: str, body: ChargesIn) -> PostedOut:
    """Post charges

    The hospital posts the in-hospital part, the centre the pre-hospital part. All lines count or
    none. Above the guarantee nothing is refused: the excess is the patient's.
    """
    letter = letter_asked(number)
    posted = post_charges(
        letter=letter,
        lines=[ChargeLine(**dict(line)) for line in body.lines],
        by=me(),
        at=now(),
    )
    return PostedOut(
        id=letter.id,
        number=letter.number,
        guaranteed_fen=posted.guaranteed_fen,
        captured_fen=posted.captured_fen,
        remaining_fen=posted.remaining_fen,
        patient_fen=posted.patient_fen,
        duplicates=posted.duplicates,
        alerts=list(posted.alerts),
    )


@blueprint.get("/letters/<number>/charges")
@allow(*_POSTERS, Role.SUPERVISOR, Role.ALLIANCE_FINANCE, Role.INSURER, Role.ADMIN, Role.AUDITOR)
@operation(Charges)
def list_letter_charges(number: str) -> Charges:
    """The lines of the case, by the day they arose"""
    letter = letter_asked(number)
    note_view(action="charges viewed", subject=f"letter:{letter.number}")
    return Charges(items=[_charge(charge) for charge in charges_of(letter)], next_cursor=None)


@blueprint.post("/letters/<number>/final-bill")
@allow(*LETTER.who("close"))
@operation(FinalBillOut, body=FinalBillIn, idempotent=True)
def send_final_bill(number: str, body: FinalBillIn) -> FinalBillOut:
    """Close with the final bill

    What was used is captured, the rest goes back to the cover, the patient's share is stated.
    """
    letter = letter_asked(number)
    bill = close_with_final_bill(
        letter=letter, billed_on=body.billed_on, total_fen=body.total_fen, by=me(), at=now()
    )
    return FinalBillOut(
        id=bill.id,
        number=bill.letter.number,
        state=bill.letter.state,
        billed_on=bill.billed_on,
        total_fen=bill.total_fen,
        guaranteed_fen=bill.guaranteed_fen,
        patient_fen=bill.patient_fen,
        self_pay_fen=bill.self_pay_fen,
        released_fen=bill.released_fen,
    )


def _charge(charge: Charge) -> ChargeOut:
    return ChargeOut(
        id=charge.id,
        line_id=charge.line_id,
        part=Part(charge.part),
        charged_on=charge.charged_on,
        category=charge.category,
        code=charge.code,
        name=charge.name,
        quantity=f"{charge.quantity.normalize():f}",
        unit_price_fen=charge.unit_price_fen,
        amount_fen=charge.amount_fen,
        in_scope=charge.in_scope,
        guaranteed_fen=charge.guaranteed_fen,
        patient_fen=charge.patient_fen,
        posted_at=charge.posted_at,
    )
