"""What the alliance reclaims from an insurer for a month."""

from __future__ import annotations

import re
from datetime import date

from apiflask import APIBlueprint

from guarantee.api.fields import Named, Out
from guarantee.api.operation import me, operation
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.parties.insurers import Insurer, UnknownInsurer, insurer_by_code
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from guarantee.settlement.recovery import BadMonth, bordereau

blueprint = APIBlueprint("api_recovery", __name__, tag="Recovery", url_prefix="/api/v1")

_MONTH = re.compile(r"20[0-9]{2}-[0-9]{2}")


class BordereauLine(Out):
    """A letter; the insurer finds its own member by policy and member id."""

    id: str
    """The letter's number."""
    letter_number: str
    member_id: int | None
    policy_number: str
    product_code: str
    first_on: date
    pre_hospital_fen: int
    in_hospital_fen: int
    total_fen: int


class BordereauOut(Out):
    id: str
    insurer: Named
    month: str
    items: list[BordereauLine]
    next_cursor: str | None
    total_fen: int
    receivable_fen: int
    """All that the insurer owes by now."""


@blueprint.get("/recovery/<code:insurer>/<month>")
@allow(Role.ALLIANCE_FINANCE, Role.INSURER, Role.AUDITOR)
@operation(BordereauOut, refuses=(422,))
def get_bordereau(insurer: str, month: str) -> BordereauOut:
    """An insurer's statement for a month, taken from the ledger

    An insurer sees its own only.
    """
    if not _MONTH.fullmatch(month):
        raise BadMonth()
    asked = _insurer_for(insurer, me())
    found = bordereau(insurer=asked, month=month)
    note_view(action="recovery viewed", subject=f"insurer:{asked.code}", month=month)
    return BordereauOut(
        id=f"{asked.code}/{month}",
        insurer=Named(id=asked.id, code=asked.code, name=t(asked.name_zh, asked.name_en)),
        month=month,
        items=[
            BordereauLine(
                id=line.letter_number,
                letter_number=line.letter_number,
                member_id=line.member_id,
                policy_number=line.policy_number,
                product_code=line.product_code,
                first_on=line.first_on,
                pre_hospital_fen=line.pre_hospital_fen,
                in_hospital_fen=line.in_hospital_fen,
                total_fen=line.total_fen,
            )
            for line in found.lines
        ],
        next_cursor=None,
        total_fen=found.total_fen,
        receivable_fen=found.receivable_fen,
    )


def _insurer_for(code: str, viewer: Staff) -> Insurer:
    found = insurer_by_code(code)
    if viewer.role == Role.INSURER and found.id != viewer.insurer_id:
        raise UnknownInsurer()
    return found
