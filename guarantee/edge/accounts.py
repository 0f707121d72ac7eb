"""Who is calling: a page's session cookie or an API token, both rows in the database."""

from __future__ import annotations

from typing import TypeVar

from flask import Flask, Request, current_app, request
from flask_login import LoginManager
from flask_wtf import CSRFProtect

from guarantee import business_time
from guarantee.parties.sessions import staff_of_session, staff_of_token
from guarantee.parties.staff import Staff

login_manager = LoginManager()
login_manager.session_protection = None  # the session is a row of ours; it ends when we say so
csrf = CSRFProtect()

View = TypeVar("View")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _of_session(token: str) -> Staff | None:
    return staff_of_session(token, at=business_time.now())


@login_manager.request_loader  # type: ignore[untyped-decorator]
def _of_token(incoming: Request) -> Staff | None:
    scheme, _, token = incoming.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return staff_of_token(token.strip(), at=business_time.now())


def by_token() -> bool:
    """Whether this request carries an API token (and so needs no CSRF token)."""
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


def signed_by_sender(view: View) -> View:
    """Mark a view whose requests carry a signature of their own (webhooks): no CSRF token."""
    view.signed_by_sender = True  # type: ignore[attr-defined]
    return view


def protect_forms() -> None:
    """Before every request: a change asked for with a session cookie needs a CSRF token."""
    from_view = request.endpoint and _view_of(request.endpoint)
    if request.method in SAFE or by_token() or getattr(from_view, "signed_by_sender", False):
        return
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()


def _view_of(endpoint: str) -> object:
    return current_app.view_functions[endpoint]


def init_accounts(app: Flask) -> None:
    app.config.setdefault("WTF_CSRF_ENABLED", True)
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)  # protect_forms decides
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # as long as the session
    login_manager.init_app(app)
    csrf.init_app(app)
