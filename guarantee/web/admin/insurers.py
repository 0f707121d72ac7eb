"""Insurers, their products, and the clauses read out at the scene, version by version."""

from __future__ import annotations

from typing import Any, TypedDict

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, or_, select

from guarantee.business_time import business_day, now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.members.models import Enrolment
from guarantee.money import parse_yuan
from guarantee.parties.insurer_changes import (
    add_insurer,
    add_product,
    change_insurer,
    change_product,
    publish_exclusions,
)
from guarantee.parties.insurers import Insurer, Product, UnknownInsurer, exclusions_on
from guarantee.refusals import NotFound, Refusal, Words
from guarantee.roles import Role
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.listing import Listing, as_workbook, like

blueprint = Blueprint("insurers", __name__, url_prefix="/admin/insurers")

MOST_CLAUSES = 20
LONGEST_CLAUSE = 500


class UnknownProductPage(NotFound):
    code = "unknown_product_page"
    words = Words("没有这个险种。", "There is no such product.")


@blueprint.get("")
@allow(Role.ADMIN, Role.AUDITOR)
def index() -> Any:
    """Every product, by insurer."""
    listing = Listing.asked(filters=("insurer",), sort="insurer")
    query = select(Product).join(Product.insurer)
    if listing.q:
        found = like(listing.q)
        query = query.where(
            or_(
                Product.code.ilike(found, escape="\\"),
                Product.name_zh.ilike(found, escape="\\"),
                Product.name_en.ilike(found, escape="\\"),
            )
        )
    if insurer := listing.filters.get("insurer"):
        query = query.where(Insurer.code == insurer)
    columns = {
        "insurer": Insurer.code,
        "code": Product.code,
        "name": Product.name_zh,
        "id": Product.id,
    }
    listing.fetch(query, columns)
    if listing.export:
        return _export(listing)
    today = business_day(now())
    return render_template(
        "admin/product_list.html",
        listing=listing,
        insurers=db.session.scalars(select(Insurer).order_by(Insurer.code)).all(),
        in_force={p.id: exclusions_on(p, today) for p in listing.items},
    )


def _export(listing: Listing) -> Any:
    headings = [
        Heading(t("保险公司", "Insurer")),
        Heading(t("险种代码", "Product code")),
        Heading("中文名"),
        Heading("English name"),
        Heading(t("门急诊限额", "Outpatient cap"), "fen"),
        Heading(t("住院限额", "Inpatient cap"), "fen"),
    ]
    rows = [
        (p.insurer.code, p.code, p.name_zh, p.name_en, p.outpatient_cap_fen, p.inpatient_cap_fen)
        for p in listing.items
    ]
    return as_workbook(t("险种", "products"), headings, rows, at=now())


def _insurer(insurer_id: int) -> Insurer:
    insurer = db.session.get(Insurer, insurer_id)
    if insurer is None:
        raise UnknownInsurer(field="")
    return insurer


def _product(product_id: int) -> Product:
    product = db.session.get(Product, product_id)
    if product is None:
        raise UnknownProductPage()
    return product


def _insurer_form(insurer: Insurer | None, errors: dict[str, Refusal]) -> str:
    return render_template("admin/insurer_form.html", insurer=insurer, errors=errors)


class Names(TypedDict):
    name_zh: str
    name_en: str


class Caps(TypedDict):
    outpatient_cap_fen: int | None
    inpatient_cap_fen: int | None


def _names() -> Names:
    return Names(
        name_zh=forms.text("name_zh", most=80, required=True),
        name_en=forms.text("name_en", most=120, required=True),
    )


@blueprint.get("/new")
@allow(Role.ADMIN)
def new() -> str:
    """The form for a new insurer."""
    return _insurer_form(None, {})


@blueprint.post("/new")
@allow(Role.ADMIN)
def create() -> Any:
    """Set an insurer up."""

    def work() -> str:
        code = forms.text("code", most=20, required=True).upper()
        made = add_insurer(code=code, by=current_user, at=now(), **_names())
        flash(t("{name} 已建立，请添加险种。", "{name} is set up. Add its products.",
                name=made.name_zh), "ok")  # fmt: skip
        return url_for("insurers.show", insurer_id=made.id)

    return forms.attempt(work, again=lambda errors: _insurer_form(None, errors))


@blueprint.get("/<int:insurer_id>")
@allow(Role.ADMIN, Role.AUDITOR)
def show(insurer_id: int) -> str:
    """One insurer and its products."""
    return _insurer_form(_insurer(insurer_id), {})


@blueprint.post("/<int:insurer_id>")
@allow(Role.ADMIN)
def change(insurer_id: int) -> Any:
    """Rename an insurer."""

    def work() -> str:
        change_insurer(insurer=_insurer(insurer_id), by=current_user, at=now(), **_names())
        flash(t("已保存。", "Saved."), "ok")
        return url_for("insurers.show", insurer_id=insurer_id)

    return forms.attempt(work, again=lambda errors: _insurer_form(_insurer(insurer_id), errors))


def _caps() -> Caps:
    return Caps(outpatient_cap_fen=_cap("outpatient_cap"), inpatient_cap_fen=_cap("inpatient_cap"))


def _cap(name: str) -> int | None:
    typed = forms.text(name, most=20)
    return parse_yuan(typed, field=name) if typed else None


def _product_form(insurer: Insurer, product: Product | None, errors: dict[str, Refusal]) -> str:
    today = business_day(now())
    enrolled = 0
    if product is not None:
        count = select(func.count(Enrolment.id)).where(Enrolment.product_id == product.id)
        enrolled = db.session.scalar(count) or 0
    return render_template(
        "admin/product_form.html",
        insurer=insurer,
        product=product,
        errors=errors,
        enrolled=enrolled,
        in_force=exclusions_on(product, today) if product else None,
        today=today,
        most_clauses=MOST_CLAUSES,
    )


@blueprint.get("/<int:insurer_id>/products/new")
@allow(Role.ADMIN)
def new_product(insurer_id: int) -> str:
    """The form for a new product."""
    return _product_form(_insurer(insurer_id), None, {})


@blueprint.post("/<int:insurer_id>/products/new")
@allow(Role.ADMIN)
def create_product(insurer_id: int) -> Any:
    """Set a product up."""

    def work() -> str:
        made = add_product(
            insurer=_insurer(insurer_id),
            code=forms.text("code", most=20, required=True).upper(),
            by=current_user,
            at=now(),
            **_names(),
            **_caps(),
        )
        flash(
            t("险种已建立，请发布免责条款。", "The product is set up. Publish its exclusions."),
            "ok",
        )
        return url_for("insurers.product", product_id=made.id)

    again = lambda errors: _product_form(_insurer(insurer_id), None, errors)  # noqa: E731
    return forms.attempt(work, again=again)


@blueprint.get("/products/<int:product_id>")
@allow(Role.ADMIN, Role.AUDITOR)
def product(product_id: int) -> str:
    """One product: its caps, and every version of its exclusion clauses."""
    found = _product(product_id)
    return _product_form(found.insurer, found, {})


@blueprint.post("/products/<int:product_id>")
@allow(Role.ADMIN)
def change_one_product(product_id: int) -> Any:
    """Rename a product or change its caps."""

    def work() -> str:
        change_product(
            product=_product(product_id),
            by=current_user,
            at=now(),
            **_names(),
            **_caps(),
        )
        flash(t("已保存。", "Saved."), "ok")
        return url_for("insurers.product", product_id=product_id)

    return forms.attempt(work, again=lambda errors: _again(product_id, errors))


@blueprint.post("/products/<int:product_id>/exclusions")
@allow(Role.ADMIN)
def publish(product_id: int) -> Any:
    """Publish the next version of a product's exclusion clauses; the old ones are kept."""

    def work() -> str:
        at = now()
        made = publish_exclusions(
            product=_product(product_id),
            clauses=_clauses(),
            valid_from=forms.day("valid_from") or business_day(at),
            today=business_day(at),
            by=current_user,
            at=at,
        )
        flash(
            t("免责条款 {label} 已发布。", "Exclusions {label} are published.", label=made.label),
            "ok",
        )
        return url_for("insurers.product", product_id=product_id)

    return forms.attempt(work, again=lambda errors: _again(product_id, errors))


def _again(product_id: int, errors: dict[str, Refusal]) -> str:
    found = _product(product_id)
    return _product_form(found.insurer, found, errors)


def _clauses() -> list[tuple[str, str, str]]:
    """The clauses typed, rows left wholly empty passed over."""
    columns = [request.form.getlist(name)[:MOST_CLAUSES] for name in ("c_code", "c_zh", "c_en")]
    rows = [tuple(" ".join(cell.split()) for cell in row) for row in zip(*columns, strict=False)]
    if any(len(cell) > LONGEST_CLAUSE for row in rows for cell in row):
        raise forms.TooLong(field="c_zh", most=LONGEST_CLAUSE)
    return [(code.upper(), zh, en) for code, zh, en in rows if code or zh or en]
