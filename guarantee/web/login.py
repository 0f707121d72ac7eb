"""Signing in and out, the way home, and one's own account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow, public
from guarantee.edge.language import COOKIE as LANGUAGE_COOKIE
from guarantee.edge.language import t
from guarantee.edge.transaction import committed
from guarantee.parties import sessions
from guarantee.parties.attempts import (
    SIGN_IN_LIMITS,
    check_attempts,
    note_failure,
    sign_in_marks,
)
from guarantee.parties.staff_changes import change_own_password
from guarantee.web import forms
from guarantee.web.navigation import home_of
from guarantee.web.shell import back_to, remember, settings

login = Blueprint("login", __name__)
account = Blueprint("account", __name__, url_prefix="/account")
blueprints = (login, account)


@login.get("/")
@public
def home() -> Response:
    """Everybody's front door: to one's own desk, or to the sign-in."""
    if not current_user.is_authenticated:
        return redirect(url_for("login.sign_in"))
    return redirect(home_of(current_user.role))


@login.get("/login")
@public
def sign_in() -> Any:
    """The sign-in page."""
    if current_user.is_authenticated:
        return redirect(home_of(current_user.role))
    return _sign_in_page({})


def _sign_in_page(errors: dict[str, Any]) -> str:
    return render_template(
        "login/sign_in.html",
        errors=errors,
        next=back_to(request.values.get("next"), ""),
        hotline=settings().hotline_phone,
    )


@login.post("/login")
@public
def do_sign_in() -> Any:
    """Sign in with name and password. The answer doesn't tell an unknown name from a wrong one."""

    at = now()
    username = request.form.get("username", "").strip()[:200]
    marks = sign_in_marks(username, request.remote_addr or "")

    def work() -> Response:
        check_attempts(marks, limits=SIGN_IN_LIMITS, at=at)
        try:
            person = sessions.sign_in(
                username=username, password=request.form.get("password", "")[:200], at=at
            )
        except sessions.BadSignIn:
            db.session.rollback()
            committed(lambda: note_failure(marks, at=at))
            raise
        session.clear()  # nothing of what came before, the CSRF token neither
        login_user(person)
        return redirect(back_to(request.form.get("next"), home_of(person.role)), 303)

    return forms.attempt(work, again=_sign_in_page)


@login.post("/logout")
@allow()
def sign_out() -> Response:
    """End this session, here and in the table."""
    sessions.sign_out(staff=current_user, at=now())
    logout_user()
    session.clear()
    return redirect(url_for("login.sign_in"), 303)


@account.get("")
@allow()
def index() -> str:
    """One's own account."""
    return _account_page({})


def _account_page(errors: dict[str, Any]) -> str:
    return render_template("account/index.html", errors=errors)


@account.post("/language")
@allow()
def change_language() -> Response:
    """The language this account is greeted in everywhere."""
    chosen = "en" if request.form.get("language") == "en" else "zh"
    current_user.language = chosen
    answer = redirect(url_for("account.index"), 303)
    remember(answer, LANGUAGE_COOKIE, chosen)
    return answer


@account.post("/password")
@allow()
def change_password() -> Any:
    """A new password, after the present one; every session and token of the account ends."""

    def work() -> str:
        change_own_password(
            staff=current_user,
            present=request.form.get("present", ""),
            password=request.form.get("password", ""),
            again=request.form.get("again", ""),
            at=now(),
        )
        logout_user()
        session.clear()
        flash(
            t("密码已更改，请用新密码登录。", "Password changed. Sign in with the new one."), "ok"
        )
        return url_for("login.sign_in")

    return forms.attempt(work, again=_account_page)


@account.get("/help")
@allow()
def help_page() -> str:
    """How the house is laid out, the states and the keys."""
    return render_template("help/index.html", hotline=settings().hotline_phone)
