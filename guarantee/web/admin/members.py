"""The register: looking members up, a member's covers and what moved on them, masked throughout.

A document or a phone is never part of an address: searches are posted. Opening a member is
audited; showing a number in full needs a reason, and is audited with it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template
from flask_login import current_user
from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from guarantee import audit
from guarantee.business_time import business_day, now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.ledger.models import Account, AccountKind, Entry, Posting
from guarantee.ledger.words import ACCOUNTS, entry_words
from guarantee.members.identity import DOCUMENT_WORDS, mask_document, mask_name, mask_phone
from guarantee.members.lookup import search
from guarantee.members.models import Enrolment, ImportFile, Member
from guarantee.parties.insurers import Insurer, Product
from guarantee.refusals import NotFound, Refusal
from guarantee.roles import Role
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.listing import Listing, as_workbook

blueprint = Blueprint("members", __name__, url_prefix="/members")

MOVEMENTS = 50
_OF_A_COVER = (AccountKind.COVER_AVAILABLE, AccountKind.COVER_HELD, AccountKind.COVER_CAPTURED)


@blueprint.app_template_filter("masked_name")
def _masked_name(name: str) -> str:
    return mask_name(name)


@blueprint.app_template_filter("masked_document")
def _masked_document(number: str) -> str:
    return mask_document(number)


@blueprint.app_template_filter("masked_phone")
def _masked_phone(phone: str) -> str:
    return mask_phone(phone)


@blueprint.get("")
@allow(Role.ADMIN, Role.AUDITOR, Role.HOTLINE)
def index() -> Any:
    """Enrolments by insurer, product and state; people are looked for with the form above."""
    listing = Listing.asked(filters=("insurer", "product", "state"), sort="-id")
    today = business_day(now())
    query = select(Enrolment).join(Enrolment.product).join(Product.insurer)
    if insurer := listing.filters.get("insurer"):
        query = query.where(Insurer.code == insurer)
    if product := listing.filters.get("product"):
        query = query.where(Product.code == product)
    ended = or_(Enrolment.ends_on < today, Enrolment.cancelled_on <= today)
    match listing.filters.get("state"):
        case "active":
            query = query.where(Enrolment.starts_on <= today, ended.is_not(True))
        case "ended":
            query = query.where(ended)
        case "future":
            query = query.where(Enrolment.starts_on > today)
    columns = {
        "product": Product.code,
        "starts": Enrolment.starts_on,
        "ends": Enrolment.ends_on,
        "id": Enrolment.id,
    }
    listing.fetch(query, columns)
    if listing.export:
        return _export(listing)
    return _list_page(listing=listing, today=today, balances=balances_of(listing.items))


def _list_page(**more: Any) -> str:
    newest = select(ImportFile).order_by(ImportFile.id.desc()).limit(1)
    return render_template(
        "admin/member_list.html",
        insurers=db.session.scalars(select(Insurer).order_by(Insurer.code)).all(),
        products=db.session.scalars(select(Product.code).distinct().order_by(Product.code)).all(),
        members=db.session.scalar(select(func.count(Member.id))),
        newest=db.session.scalar(newest),
        **more,
    )


def _export(listing: Listing) -> Any:
    balances = balances_of(listing.items)
    headings = [
        Heading(t("会员", "Member"), "count"),
        Heading(t("姓名", "Name")),
        Heading(t("保险公司", "Insurer")),
        Heading(t("险种", "Product")),
        Heading(t("起保", "From"), "day"),
        Heading(t("终保", "To"), "day"),
        Heading(t("保额", "Sum insured"), "fen"),
        Heading(t("可用", "Available"), "fen"),
    ]
    rows = [
        (
            e.member_id,
            mask_name(e.member.name),
            e.product.insurer.code,
            e.product.code,
            e.starts_on,
            e.ends_on,
            e.cover.sum_insured_fen,
            balances[e.cover_id][AccountKind.COVER_AVAILABLE],
        )
        for e in listing.items
    ]
    return as_workbook(t("参保", "enrolments"), headings, rows, at=now())


@blueprint.post("")
@allow(Role.ADMIN, Role.AUDITOR, Role.HOTLINE)
def find() -> Any:
    """Members for whatever was typed: document, card, phone, or name (also pinyin)."""
    typed = forms.text("who", most=60)
    found = search(typed) if typed else []
    audit.record(by=current_user, at=now(), action="members searched", subject="members",
                 found=len(found))  # fmt: skip
    return _list_page(found=found, searched=typed)


def balances_of(enrolments: Any) -> dict[int, dict[AccountKind, int]]:
    """Available, held and captured (fen) of each enrolment's cover."""
    ids = [e.cover_id for e in enrolments]
    balances: dict[int, dict[AccountKind, int]] = {i: dict.fromkeys(_OF_A_COVER, 0) for i in ids}
    query = select(Account).where(Account.kind.in_(_OF_A_COVER), Account.owner_id.in_(ids))
    for account in db.session.scalars(query):
        balances[account.owner_id][AccountKind(account.kind)] = account.balance_fen
    return balances


def _member(member_id: int) -> Member:
    member = db.session.get(Member, member_id)
    if member is None:
        raise NotFound()
    return member


@blueprint.get("/<int:member_id>")
@allow(Role.ADMIN, Role.AUDITOR, Role.HOTLINE)
def show(member_id: int) -> str:
    """One member: enrolments, covers, and the ledger's movements on them."""
    member = _member(member_id)
    page = _member_page(member, {})
    note_view(action="member viewed", subject=f"member:{member.id}")
    return page


def _member_page(member: Member, errors: dict[str, Refusal], *, shown: bool = False) -> str:
    return render_template(
        "admin/member.html",
        member=member,
        errors=errors,
        shown=shown,
        today=business_day(now()),
        document_word=DOCUMENT_WORDS.get(member.document_type),  # type: ignore[call-overload]
        balances=balances_of(member.enrolments),
        movements=_movements([e.cover_id for e in member.enrolments]),
        kinds=AccountKind,
        entry_words=entry_words,
        account_words=ACCOUNTS,
    )


def _movements(cover_ids: list[int]) -> list[Any]:
    """(entry, amount in fen, from which account's kind, to which) on these covers, newest first."""
    theirs = select(Account.id).where(
        Account.kind.in_(_OF_A_COVER), Account.owner_id.in_(cover_ids)
    )
    source, target = aliased(Account), aliased(Account)
    query = (
        select(Entry, Posting.amount_fen, source.kind, target.kind)
        .join(Posting, Posting.entry_id == Entry.id)
        .join(source, source.id == Posting.credit_account_id)
        .join(target, target.id == Posting.debit_account_id)
        .where(or_(source.id.in_(theirs), target.id.in_(theirs)))
        .order_by(Posting.id.desc())
        .limit(MOVEMENTS)
    )
    return list(db.session.execute(query))


@blueprint.post("/<int:member_id>/shown")
@allow(Role.ADMIN, Role.HOTLINE)
def show_in_full(member_id: int) -> Any:
    """The member's document and phones in full, once, for a reason that is kept."""

    def work() -> Any:
        member = _member(member_id)
        reason = forms.text("reason", most=200, required=True)
        audit.record(by=current_user, at=now(), action="member shown in full",
                     subject=f"member:{member.id}", reason=reason)  # fmt: skip
        return make_response(_member_page(member, {}, shown=True))

    return forms.attempt(work, again=lambda errors: _member_page(_member(member_id), errors))
