"""Who may call a route: one declaration on each, and nothing without one.

`@allow(Role.HOTLINE, …)` or `@public` stands on every view; a route without it answers 403 to
everybody and fails the suite. *Which* cases, letters and batches a role sees is not said here but
in the `visible.py` of each floor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response

from guarantee.roles import Role

View = TypeVar("View", bound=Callable[..., Any])

EVERY_ROLE = frozenset(Role)
_OPEN_ENDPOINTS = ("static", "openapi.spec")


def allow(*roles: Role) -> Callable[[View], View]:
    """Only these roles; without arguments every signed-in role."""

    def mark(view: View) -> View:
        view.access = frozenset(roles) or EVERY_ROLE  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anyone, signed in or not."""
    view.access = None  # type: ignore[attr-defined]
    return view


def access_of(app: Flask, endpoint: str) -> frozenset[Role] | None:
    """The roles that may call `endpoint`; None when it is public. Undeclared: nobody."""
    if endpoint in _OPEN_ENDPOINTS or endpoint.endswith(".static"):
        return None
    nobody: frozenset[Role] = frozenset()
    access: frozenset[Role] | None = getattr(app.view_functions[endpoint], "access", nobody)
    return access


def enforce() -> Response | None:
    """Before every request: stop whoever may not. Pages send a stranger to the sign-in."""
    if request.endpoint is None:
        return None
    roles = access_of(current_app, request.endpoint)
    if roles is None:
        return None
    if not current_user.is_authenticated:
        if request.path.startswith("/api/"):
            raise Unauthorized()
        return redirect(url_for("login.sign_in", next=request.full_path.rstrip("?")))
    if current_user.role not in roles:
        raise Forbidden()
    return None
