"""Emergency centres: list, set up, change; the bank account is where remittances go."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_login import current_user
from sqlalchemy import or_, select

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.parties.center_changes import add_center, change_center
from guarantee.parties.centers import Center, UnknownCenter
from guarantee.refusals import Refusal
from guarantee.roles import Role
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.listing import Listing, as_workbook, like

blueprint = Blueprint("centers", __name__, url_prefix="/admin/centers")


@blueprint.get("")
@allow(Role.ADMIN, Role.AUDITOR)
def index() -> Any:
    """Every centre."""
    listing = Listing.asked(sort="code")
    query = select(Center)
    if listing.q:
        found = like(listing.q)
        query = query.where(
            or_(
                Center.code.like(found, escape="\\"),
                Center.name_zh.ilike(found, escape="\\"),
                Center.name_en.ilike(found, escape="\\"),
                Center.city.ilike(found, escape="\\"),
            )
        )
    listing.fetch(
        query, {"code": Center.code, "name": Center.name_zh, "city": Center.city, "id": Center.id}
    )
    if listing.export:
        headings = [
            Heading(t("代码", "Code")),
            Heading("中文名"),
            Heading("English name"),
            Heading(t("城市", "City")),
            Heading(t("电话", "Telephone")),
            Heading(t("开户行", "Bank")),
            Heading(t("户名", "Account name")),
        ]
        rows = [
            (c.code, c.name_zh, c.name_en, c.city, c.phone, c.bank_name, c.bank_account_name)
            for c in listing.items
        ]
        return as_workbook(t("急救中心", "centres"), headings, rows, at=now())
    return render_template("admin/center_list.html", listing=listing)


def _center(center_id: int) -> Center:
    center = db.session.get(Center, center_id)
    if center is None:
        raise UnknownCenter(field="")
    return center


def _details() -> dict[str, str]:
    return {
        "name_zh": forms.text("name_zh", most=80, required=True),
        "name_en": forms.text("name_en", most=120, required=True),
        "city": forms.text("city", most=40, required=True),
        "city_code": forms.text("city_code", most=6, required=True),
        "area_code": forms.text("area_code", most=4, required=True),
        "phone": forms.text("phone", most=30, required=True),
        "address": forms.text("address", most=200),
        "bank_name": forms.text("bank_name", most=80),
        "bank_account_name": forms.text("bank_account_name", most=80),
        "bank_account_number": forms.text("bank_account_number", most=40),
    }


def _form(center: Center | None, errors: dict[str, Refusal]) -> str:
    return render_template("admin/center_form.html", center=center, errors=errors)


@blueprint.get("/new")
@allow(Role.ADMIN)
def new() -> str:
    """The form for a new centre."""
    return _form(None, {})


@blueprint.post("/new")
@allow(Role.ADMIN)
def create() -> Any:
    """Set a centre up."""

    def work() -> str:
        made = add_center(
            code=forms.text("code", most=4, required=True),
            by=current_user,
            at=now(),
            **_details(),
        )
        flash(t("{name} 已建立。", "{name} is set up.", name=made.name_zh), "ok")
        return url_for("centers.index")

    return forms.attempt(work, again=lambda errors: _form(None, errors))


@blueprint.get("/<int:center_id>")
@allow(Role.ADMIN, Role.AUDITOR)
def show(center_id: int) -> str:
    """One centre; the administrator changes it here."""
    return _form(_center(center_id), {})


@blueprint.post("/<int:center_id>")
@allow(Role.ADMIN)
def change(center_id: int) -> Any:
    """Change a centre's details."""

    def work() -> str:
        change_center(center=_center(center_id), by=current_user, at=now(), **_details())
        flash(t("已保存。", "Saved."), "ok")
        return url_for("centers.show", center_id=center_id)

    return forms.attempt(work, again=lambda errors: _form(_center(center_id), errors))
