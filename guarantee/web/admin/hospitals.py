"""Hospitals: the register of all, which are in the network, and which accept now."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_login import current_user
from sqlalchemy import func, or_, select

from guarantee.business_time import business_day, now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.parties.hospital_changes import (
    add_hospital,
    change_hospital,
    set_accepting,
    set_network,
)
from guarantee.parties.hospitals import Hospital, UnknownHospital
from guarantee.refusals import Refusal
from guarantee.roles import Role
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.wording import named

blueprint = Blueprint("hospitals", __name__, url_prefix="/admin/hospitals")


@blueprint.get("")
@allow(Role.ADMIN, Role.AUDITOR, Role.HOTLINE, Role.SUPERVISOR)
def index() -> Any:
    """Every hospital: search by name or city, filter by province and network."""
    listing = Listing.asked(filters=("province", "network"), sort="-network")
    query = select(Hospital)
    if listing.q:
        found = like(listing.q)
        query = query.where(
            or_(
                Hospital.name.ilike(found, escape="\\"),
                Hospital.name_en.ilike(found, escape="\\"),
                Hospital.city.like(found, escape="\\"),
                Hospital.code.like(found, escape="\\"),
            )
        )
    if province := listing.filters.get("province"):
        query = query.where(Hospital.province == province)
    match listing.filters.get("network"):
        case "yes":
            query = query.where(Hospital.in_network)
        case "full":
            query = query.where(Hospital.in_network, Hospital.accepting.is_(False))
        case "no":
            query = query.where(Hospital.in_network.is_(False))
    columns = {
        "city": Hospital.city,
        "name": Hospital.name,
        "code": Hospital.code,
        "network": Hospital.in_network,
        "id": Hospital.id,
    }
    listing.fetch(query, columns)
    if listing.export:
        return _export(listing)
    provinces = db.session.scalars(select(Hospital.province).distinct().order_by(Hospital.province))
    in_network = select(func.count(Hospital.id)).where(Hospital.in_network)
    return render_template(
        "admin/hospital_list.html",
        listing=listing,
        provinces=provinces.all(),
        in_network=db.session.scalar(in_network),
    )


def _export(listing: Listing) -> Any:
    headings = [
        Heading(t("代码", "Code")),
        Heading(t("名称", "Name")),
        Heading(t("省份", "Province")),
        Heading(t("城市", "City")),
        Heading(t("地址", "Address")),
        Heading(t("电话", "Telephone")),
        Heading(t("网络医院", "In the network")),
        Heading(t("加入日期", "Since"), "day"),
    ]
    yes, no = t("是", "yes"), t("否", "no")
    rows = [
        (h.code, named(h), h.province, h.city, h.address, h.phone,
         yes if h.in_network else no, h.network_since)
        for h in listing.items
    ]  # fmt: skip
    return as_workbook(t("医院", "hospitals"), headings, rows, at=now())


def _hospital(hospital_id: int) -> Hospital:
    hospital = db.session.get(Hospital, hospital_id)
    if hospital is None:
        raise UnknownHospital(field="")
    return hospital


def _details() -> dict[str, str]:
    return {
        "name": forms.text("name", most=120, required=True),
        "name_en": forms.text("name_en", most=160),
        "province": forms.text("province", most=40, required=True),
        "city": forms.text("city", most=40, required=True),
        "city_code": forms.text("city_code", most=6, required=True),
        "address": forms.text("address", most=200),
        "phone": forms.text("phone", most=60),
        "desk_contact": forms.text("desk_contact", most=120),
        "bank_name": forms.text("bank_name", most=80),
        "bank_account_name": forms.text("bank_account_name", most=120),
        "bank_account_number": forms.text("bank_account_number", most=40),
    }


def _form(hospital: Hospital | None, errors: dict[str, Refusal]) -> str:
    return render_template("admin/hospital_form.html", hospital=hospital, errors=errors)


@blueprint.get("/new")
@allow(Role.ADMIN)
def new() -> str:
    """The form for a new hospital."""
    return _form(None, {})


@blueprint.post("/new")
@allow(Role.ADMIN)
def create() -> Any:
    """Add a hospital to the register."""

    def work() -> str:
        made = add_hospital(
            code=forms.text("code", most=20, required=True),
            by=current_user,
            at=now(),
            **_details(),
        )
        flash(t("{name} 已加入名录。", "{name} is in the register.", name=made.name), "ok")
        return url_for("hospitals.show", hospital_id=made.id)

    return forms.attempt(work, again=lambda errors: _form(None, errors))


@blueprint.get("/<int:hospital_id>")
@allow(Role.ADMIN, Role.AUDITOR, Role.HOTLINE, Role.SUPERVISOR)
def show(hospital_id: int) -> str:
    """One hospital; the administrator changes it here."""
    return _form(_hospital(hospital_id), {})


@blueprint.post("/<int:hospital_id>")
@allow(Role.ADMIN)
def change(hospital_id: int) -> Any:
    """Change a hospital's details."""

    def work() -> str:
        change_hospital(hospital=_hospital(hospital_id), by=current_user, at=now(), **_details())
        flash(t("已保存。", "Saved."), "ok")
        return url_for("hospitals.show", hospital_id=hospital_id)

    return forms.attempt(work, again=lambda errors: _form(_hospital(hospital_id), errors))


@blueprint.post("/<int:hospital_id>/network")
@allow(Role.ADMIN)
def network(hospital_id: int) -> Any:
    """Take a hospital into the network, or out of it."""

    def work() -> str:
        at = now()
        set_network(
            hospital=_hospital(hospital_id),
            in_network=forms.ticked("in_network"),
            since=forms.day("since") or business_day(at),
            by=current_user,
            at=at,
        )
        flash(t("已保存。", "Saved."), "ok")
        return url_for("hospitals.show", hospital_id=hospital_id)

    return forms.attempt(work, again=lambda errors: _form(_hospital(hospital_id), errors))


@blueprint.post("/<int:hospital_id>/accepting")
@allow(Role.ADMIN, Role.HOTLINE)
def accepting(hospital_id: int) -> Any:
    """Say that a network hospital is full for now, or accepts again."""

    def work() -> str:
        set_accepting(
            hospital=_hospital(hospital_id),
            accepting=forms.ticked("accepting"),
            by=current_user,
            at=now(),
        )
        flash(t("已保存。", "Saved."), "ok")
        return url_for("hospitals.show", hospital_id=hospital_id)

    return forms.attempt(work, again=lambda errors: _form(_hospital(hospital_id), errors))
