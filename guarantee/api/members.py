"""Members: looked up by document, card, phone or name; may this one be guaranteed today?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from apiflask import APIBlueprint
from pydantic import model_validator

from guarantee.api.fields import In, Named, Out, Typed
from guarantee.api.operation import me, operation
from guarantee.business_time import now
from guarantee.cases.intake import standing_of
from guarantee.cases.visible import member_for
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.eligibility import REASONS, WARNINGS
from guarantee.members.identity import mask_document, mask_name, mask_phone
from guarantee.members.lookup import find_members
from guarantee.members.models import Enrolment, Member
from guarantee.refusals import Invalid, Words
from guarantee.roles import Role

blueprint = APIBlueprint("api_members", __name__, tag="Members", url_prefix="/api/v1")

_WAYS = ("document_number", "card_number", "phone", "name")


class NothingToSearch(Invalid):
    code = "nothing_to_search"
    words = Words(
        "请给出证件号、绿卡号、电话或姓名之一。",
        "Give a document number, card number, phone or name.",
    )


class Search(In):
    document_number: Typed | None = None
    card_number: Typed | None = None
    phone: Typed | None = None
    name: Typed | None = None

    @model_validator(mode="after")
    def _something(self) -> Search:
        if not any((getattr(self, way) or "").strip() for way in _WAYS):
            raise NothingToSearch()
        return self


class EnrolmentOut(Out):
    id: int
    card_number: str
    insurer: Named
    product: Named
    starts_on: date
    ends_on: date
    cancelled_on: date | None


class MemberOut(Out):
    """A candidate, masked: enough to choose, not enough to know."""

    id: int
    name: str
    document_type: str
    document_number: str
    phones: list[str]
    birth_year: int | None
    sex: str
    enrolments: list[EnrolmentOut]


class Members(Out):
    items: list[MemberOut]
    next_cursor: str | None


class Said(Out):
    code: str
    message: str


class Clause(Out):
    code: str
    text: str


class Eligibility(Out):
    id: int
    verdict: Literal["eligible", "eligible_with_warnings", "not_eligible"]
    reasons: list[Said]
    warnings: list[Said]
    remaining_fen: int
    exclusions: list[Clause]
    """To be read out at the scene, in this order."""
    exclusions_version: str
    """What `POST /cases/{id}/verification` wants back; empty when nothing is excluded."""


@blueprint.get("/members")
@allow(Role.DISPATCHER, Role.HOTLINE, Role.ADMIN, Role.AUDITOR)
@operation(Members, query=Search)
def search_members(query: Search) -> Members:
    """Find members

    All candidates, masked; none is picked by itself. A local phone number is completed with the
    caller's centre's area code. The search is audited.
    """
    center = me().center
    found = find_members(
        **{way: getattr(query, way) for way in _WAYS},
        area_code=center.area_code if center else None,
    )
    by = [way for way in _WAYS if getattr(query, way)]
    note_view(action="members searched", subject="members", ways=by, found=len(found))
    return Members(items=[masked(member) for member in found], next_cursor=None)


@blueprint.get("/members/<int:member_id>/eligibility")
@allow(Role.DISPATCHER, Role.CREW, Role.HOTLINE, Role.ADMIN, Role.AUDITOR)
@operation(Eligibility)
def ask_eligibility(member_id: int) -> Eligibility:
    """May this member be guaranteed today?

    The reasons are sentences to read out. A crew asks about the patients of its own cases.
    """
    member = member_for(member_id, me())
    standing = standing_of(member, at=now())
    verdict, clauses = standing.verdict, standing.exclusions
    note_view(action="eligibility asked", subject=f"member:{member.id}", answer=verdict.answer)
    return Eligibility(
        id=member.id,
        verdict=verdict.answer,
        reasons=[Said(code=code, message=t(REASONS[code])) for code in verdict.reasons],
        warnings=[Said(code=code, message=t(WARNINGS[code])) for code in verdict.warnings],
        remaining_fen=verdict.remaining_fen,
        exclusions=[
            Clause(code=c.code, text=t(c.text_zh, c.text_en))
            for c in (clauses.clauses if clauses else [])
        ],
        exclusions_version=clauses.label if clauses else "",
    )


def masked(member: Member) -> MemberOut:
    """A member as the API shows one."""
    return MemberOut(
        id=member.id,
        name=mask_name(member.name),
        document_type=member.document_type,
        document_number=mask_document(member.document_number),
        phones=[mask_phone(phone.phone) for phone in member.phones],
        birth_year=member.birth_date.year if member.birth_date else None,
        sex=member.sex,
        enrolments=[_enrolment(enrolment) for enrolment in member.enrolments],
    )


def _enrolment(enrolment: Enrolment) -> EnrolmentOut:
    product, insurer = enrolment.product, enrolment.product.insurer
    return EnrolmentOut(
        id=enrolment.id,
        card_number=enrolment.card_number,
        insurer=Named(id=insurer.id, code=insurer.code, name=t(insurer.name_zh, insurer.name_en)),
        product=Named(id=product.id, code=product.code, name=t(product.name_zh, product.name_en)),
        starts_on=enrolment.starts_on,
        ends_on=enrolment.ends_on,
        cancelled_on=enrolment.cancelled_on,
    )
