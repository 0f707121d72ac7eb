"""Staff: who may sign in, as what, and where; accounts made, changed, disabled."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, or_, select
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital, UnknownHospital
from guarantee.parties.insurers import Insurer
from guarantee.parties.sessions import ApiToken, StaffSession
from guarantee.parties.staff import SYSTEM, Staff, create_staff
from guarantee.parties.staff_changes import (
    change_staff,
    reset_password,
    set_active,
)
from guarantee.parties.staff_changes import end_sessions as end_account_sessions
from guarantee.refusals import NotFound, Refusal
from guarantee.roles import AT_A_CENTER, ROLE_WORDS, Role
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.wording import named, words

blueprint = Blueprint("staff", __name__, url_prefix="/admin/staff")


@blueprint.get("")
@allow(Role.ADMIN, Role.AUDITOR)
def index() -> Any:
    """Every account: search, filter by role and state, export."""
    listing = Listing.asked(filters=("role", "active"), sort="username")
    query = select(Staff).where(Staff.username != SYSTEM)
    if listing.q:
        found = like(listing.q)
        query = query.where(
            or_(
                Staff.username.ilike(found, escape="\\"),
                Staff.display_name.ilike(found, escape="\\"),
            )
        )
    if role := listing.filters.get("role"):
        query = query.where(Staff.role == role)
    if active := listing.filters.get("active"):
        query = query.where(Staff.active.is_(active == "yes"))
    columns = {
        "username": Staff.username,
        "display_name": Staff.display_name,
        "role": Staff.role,
        "id": Staff.id,
    }
    listing.fetch(query, columns)
    if listing.export:
        return _export(listing)
    return render_template("admin/staff_list.html", listing=listing)


def _export(listing: Listing) -> Response:
    headings = [
        Heading(t("用户名", "User name")),
        Heading(t("姓名", "Name")),
        Heading(t("角色", "Role")),
        Heading(t("机构", "Institution")),
        Heading(t("状态", "State")),
    ]
    rows = [
        (
            person.username,
            person.display_name,
            words(ROLE_WORDS[Role(person.role)]),
            named(person.center or person.hospital or person.insurer),
            t("启用", "Active") if person.active else t("停用", "Disabled"),
        )
        for person in listing.items
    ]
    return as_workbook(t("人员", "staff"), headings, rows, at=now())


def _person(staff_id: int) -> Staff:
    person = db.session.get(Staff, staff_id)
    if person is None or person.username == SYSTEM:
        raise NotFound()
    return person


def _place() -> dict[str, Any]:
    """The institution the form names, as far as its role has one."""
    role = _role()
    place: dict[str, Any] = {}
    if role in AT_A_CENTER:
        place["center"] = db.session.get(Center, _id("center"))
    if role == Role.INSURER:
        place["insurer"] = db.session.get(Insurer, _id("insurer"))
    if role == Role.BILLING_DESK:
        code = request.form.get("hospital", "").split(" ")[0].strip()
        place["hospital"] = db.session.scalar(select(Hospital).where(Hospital.code == code))
        if code and place["hospital"] is None:
            raise UnknownHospital()
    if role == Role.SUPERVISOR:
        chosen = [int(i) for i in request.form.getlist("supervised") if i.isdecimal()]
        place["supervised"] = list(db.session.scalars(select(Center).where(Center.id.in_(chosen))))
    return place


def _id(name: str) -> int:
    given = request.form.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 12 else 0


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise forms.NotAChoice(field="role") from None


def _form(person: Staff | None, errors: dict[str, Refusal]) -> str:
    counts = {}
    if person is not None:
        open_sessions = select(func.count(StaffSession.id)).where(
            StaffSession.staff_id == person.id, StaffSession.ended_at.is_(None)
        )
        open_tokens = select(func.count(ApiToken.id)).where(
            ApiToken.staff_id == person.id, ApiToken.revoked_at.is_(None)
        )
        counts = {
            "sessions": db.session.scalar(open_sessions),
            "tokens": db.session.scalar(open_tokens),
        }
    network = select(Hospital).where(Hospital.in_network).order_by(Hospital.city, Hospital.name)
    return render_template(
        "admin/staff_form.html",
        person=person,
        errors=errors,
        counts=counts,
        centers=db.session.scalars(select(Center).order_by(Center.code)).all(),
        insurers=db.session.scalars(select(Insurer).order_by(Insurer.code)).all(),
        hospitals=db.session.scalars(network.limit(500)).all(),
    )


@blueprint.get("/new")
@allow(Role.ADMIN)
def new() -> str:
    """The form for a new account."""
    return _form(None, {})


@blueprint.post("/new")
@allow(Role.ADMIN)
def create() -> Any:
    """Make a new account."""

    def work() -> str:
        made = create_staff(
            username=forms.text("username", most=60, required=True),
            display_name=forms.text("display_name", most=60, required=True),
            role=_role(),
            password=request.form.get("password", ""),
            extension=forms.text("extension", most=10),
            by=current_user,
            at=now(),
            **_place(),
        )
        flash(t("账户 {name} 已建立。", "Account {name} is made.", name=made.username), "ok")
        return url_for("staff.show", staff_id=made.id)

    return forms.attempt(work, again=lambda errors: _form(None, errors))


@blueprint.get("/<int:staff_id>")
@allow(Role.ADMIN, Role.AUDITOR)
def show(staff_id: int) -> str:
    """One account: what it is, its sessions; the administrator changes it here."""
    return _form(_person(staff_id), {})


@blueprint.post("/<int:staff_id>")
@allow(Role.ADMIN)
def change(staff_id: int) -> Any:
    """Change an account's name, role or place."""

    def work() -> str:
        change_staff(
            staff=_person(staff_id),
            display_name=forms.text("display_name", most=60, required=True),
            role=_role(),
            extension=forms.text("extension", most=10),
            by=current_user,
            at=now(),
            **_place(),
        )
        flash(t("已保存。", "Saved."), "ok")
        return url_for("staff.show", staff_id=staff_id)

    return forms.attempt(work, again=lambda errors: _form(_person(staff_id), errors))


@blueprint.post("/<int:staff_id>/active")
@allow(Role.ADMIN)
def activate(staff_id: int) -> Any:
    """Disable an account, or let it in again."""

    def work() -> str:
        person = _person(staff_id)
        set_active(staff=person, active=forms.ticked("active"), by=current_user, at=now())
        done = (
            t("账户已启用。", "The account may sign in again.")
            if person.active
            else t("账户已停用，登录已结束。", "The account is disabled and signed out.")
        )
        flash(done, "ok")
        return url_for("staff.show", staff_id=staff_id)

    return forms.attempt(work, again=lambda errors: _form(_person(staff_id), errors))


@blueprint.post("/<int:staff_id>/password")
@allow(Role.ADMIN)
def give_password(staff_id: int) -> Any:
    """Give an account a new password."""

    def work() -> str:
        reset_password(
            staff=_person(staff_id),
            password=request.form.get("password", ""),
            by=current_user,
            at=now(),
        )
        flash(t("密码已重设，登录已结束。", "New password set; all sessions are ended."), "ok")
        return url_for("staff.show", staff_id=staff_id)

    return forms.attempt(work, again=lambda errors: _form(_person(staff_id), errors))


@blueprint.post("/<int:staff_id>/sessions")
@allow(Role.ADMIN)
def end_sessions(staff_id: int) -> Response:
    """End every session and token of an account."""
    end_account_sessions(staff=_person(staff_id), by=current_user, at=now())
    flash(t("所有登录和令牌已结束。", "Every session and token is ended."), "ok")
    return redirect(url_for("staff.show", staff_id=staff_id), 303)
