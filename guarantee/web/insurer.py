"""The insurer's desk: its own members' cases, read only and masked, and the recovery statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import business_day, now, start_of
from guarantee.cases.models import Case
from guarantee.cases.outcomes import outcome_words
from guarantee.cases.visible import case_for, visible_cases
from guarantee.charges.models import Charge
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.letters.models import Letter
from guarantee.letters.position import position_of
from guarantee.members.identity import mask_document, mask_name
from guarantee.members.models import Enrolment, Policy
from guarantee.parties.insurers import Insurer, UnknownInsurer, insurer_by_code
from guarantee.roles import Role
from guarantee.settlement.recovery import Bordereau, bordereau
from guarantee.sheets.writing import Heading, Sheet, workbook
from guarantee.tables import CASE
from guarantee.web.forms import day_in
from guarantee.web.listing import XLSX, Listing, as_workbook, download, like
from guarantee.web.scene import CONDITIONS
from guarantee.web.wording import named, words

blueprint = Blueprint("insurer", __name__, url_prefix="/insurer")
recovery = Blueprint("recovery", __name__, url_prefix="/recovery")
blueprints = (blueprint, recovery)

READERS = (Role.ALLIANCE_FINANCE, Role.INSURER, Role.AUDITOR)
MONTHS = 12


@blueprint.get("")
@allow(Role.INSURER)
def index() -> Any:
    """The cases of the insurer's own members."""
    listing = Listing.asked(filters=("state", "since", "until"), sort="-opened")
    query = visible_cases(current_user).options(
        selectinload(Case.member),
        selectinload(Case.center),
        selectinload(Case.enrolment).selectinload(Enrolment.policy),
        selectinload(Case.enrolment).selectinload(Enrolment.product),
    )
    if listing.q:
        found = like("".join(listing.q.split()))
        numbered = select(Letter.case_id).where(Letter.number.like(found, escape="\\"))
        query = query.where(
            or_(
                Policy.number.ilike(found, escape="\\"),
                Enrolment.card_number.ilike(found, escape="\\"),
                Case.id.in_(numbered),
            )
        )
    if state := listing.filters.get("state"):
        query = query.where(Case.state == state)
    if since := day_in(listing.filters.get("since", "")):
        query = query.where(Case.opened_at >= start_of(since))
    if until := day_in(listing.filters.get("until", "")):
        query = query.where(Case.opened_at < start_of(until))
    listing.fetch(query, {"opened": Case.opened_at, "state": Case.state, "id": Case.id})
    letters = _letters([one.id for one in listing.items])
    used = _used([one.id for one in letters.values()])
    if listing.export:
        return _export(listing.items, letters, used)
    return render_template(
        "insurer/cases.html",
        listing=listing,
        letters=letters,
        used=used,
        states=CASE.states,
        conditions=CONDITIONS,
        mask=mask_name,
    )


def _letters(case_ids: Sequence[int]) -> dict[int, Letter]:
    """The latest initial letter of each case."""
    query = select(Letter).where(Letter.case_id.in_(case_ids), Letter.kind == "initial")
    query = query.options(selectinload(Letter.hospital)).order_by(Letter.id)
    return {one.case_id: one for one in db.session.scalars(query)}


def _used(letter_ids: Sequence[int]) -> dict[int, int]:
    """What the guarantee paid for each letter so far, in fen."""
    query = (
        select(Charge.letter_id, func.sum(Charge.guaranteed_fen))
        .where(Charge.letter_id.in_(letter_ids))
        .group_by(Charge.letter_id)
    )
    return {one: int(fen) for one, fen in db.session.execute(query)}


@blueprint.get("/cases/<int:case_id>")
@allow(Role.INSURER)
def case(case_id: int) -> str:
    """One case of an own member: whose it is, what was promised and what was paid. Masked."""
    shown = case_for(case_id, current_user)
    note_view(action="case viewed", subject=f"case:{shown.id}")
    letter = _letters([shown.id]).get(shown.id)
    member = shown.member
    return render_template(
        "insurer/case.html",
        case=shown,
        letter=letter,
        position=position_of(letter) if letter else None,
        name=mask_name(member.name) if member else "",
        document=mask_document(member.document_number) if member else "",
        conditions=CONDITIONS,
        outcome_words=outcome_words,
    )


def _export(cases: Sequence[Case], letters: dict[int, Letter], used: dict[int, int]) -> Response:
    headings = [
        Heading(t("案例", "Case")),
        Heading(t("立案", "Opened"), "moment"),
        Heading(t("会员", "Member")),
        Heading(t("保单号", "Policy")),
        Heading(t("险种", "Product")),
        Heading(t("病情", "Condition")),
        Heading(t("状态", "State")),
        Heading(t("担保函号", "Letter")),
        Heading(t("医院", "Hospital")),
        Heading(t("已垫付（元）", "Advanced"), "fen"),
    ]
    rows = []
    for one in cases:
        letter, enrolment = letters.get(one.id), one.enrolment
        rows.append(
            (one.reference, one.opened_at, mask_name(one.member.name) if one.member else "",
             enrolment.policy.number if enrolment else "",
             enrolment.product.code if enrolment else "", words(CONDITIONS[one.condition]),
             words(CASE.states[one.state]), letter.number if letter else "",
             named(letter.hospital) if letter else "",
             used.get(letter.id, 0) if letter else 0)
        )  # fmt: skip
    return as_workbook(t("案例", "cases"), headings, rows, at=now())


# ── the recovery statement ────────────────────────────────────────────────────────────────────


@recovery.get("", endpoint="index")
@allow(*READERS)
def statement() -> Any:
    """What was advanced for an insurer's members in a month, letter by letter."""
    insurer = _insurer(request.args.get("insurer", ""))
    months = _months()
    month = request.args.get("month") or months[0]
    found = bordereau(insurer=insurer, month=month)
    note_view(action="recovery viewed", subject=f"insurer:{insurer.code}", month=month)
    if request.args.get("export") == "xlsx":
        return _statement(found)
    return render_template(
        "insurer/recovery.html",
        found=found,
        months=months if month in months else [month, *months],
        insurers=_insurers(),
    )


def _insurers() -> Sequence[Insurer]:
    query = select(Insurer).order_by(Insurer.code)
    if current_user.role == Role.INSURER:
        query = query.where(Insurer.id == current_user.insurer_id)
    return db.session.scalars(query).all()


def _insurer(code: str) -> Insurer:
    """The insurer asked for; an insurer's own people have theirs only. Refuses
    `unknown_insurer`."""
    if current_user.role == Role.INSURER:
        if code and code != current_user.insurer.code:
            raise UnknownInsurer()
        return current_user.insurer  # type: ignore[no-any-return]
    if code:
        return insurer_by_code(code)
    first = db.session.scalar(select(Insurer).order_by(Insurer.code).limit(1))
    if first is None:
        raise UnknownInsurer()
    return first


def _months() -> list[str]:
    """The present month and those before it, newest first."""
    today = business_day(now())
    index = today.year * 12 + today.month - 1
    return [f"{(index - n) // 12}-{(index - n) % 12 + 1:02d}" for n in range(MONTHS)]


def _statement(found: Bordereau) -> Response:
    headings = [
        Heading(t("担保函号", "Letter")),
        Heading(t("会员编号", "Member"), "count"),
        Heading(t("保单号", "Policy")),
        Heading(t("险种", "Product")),
        Heading(t("首次垫付", "First advanced"), "day"),
        Heading(t("院前（元）", "Pre-hospital"), "fen"),
        Heading(t("院内（元）", "In-hospital"), "fen"),
        Heading(t("合计（元）", "Total"), "fen"),
    ]
    rows = [
        (one.letter_number, one.member_id, one.policy_number, one.product_code, one.first_on,
         one.pre_hospital_fen, one.in_hospital_fen, one.total_fen)
        for one in found.lines
    ]  # fmt: skip
    total = (t("合计", "Total"), None, "", "", None,
             sum(one.pre_hospital_fen for one in found.lines),
             sum(one.in_hospital_fen for one in found.lines), found.total_fen)  # fmt: skip
    name = f"{found.insurer.code}-{found.month}-{t('追偿清单', 'recovery')}"
    title = t("{name} {month} 追偿清单", "{name}: recovery statement for {month}")
    sheet = Sheet(
        t("追偿清单", "Recovery"),
        headings,
        rows,
        title=(title.format(name=named(found.insurer), month=found.month),),
        total=total,
    )
    return download(workbook([sheet], made_at=now()), f"{name}.xlsx", XLSX)
