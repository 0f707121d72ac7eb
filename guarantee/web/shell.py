"""The frame around every page: language, theme, navigation, what templates may call, headers."""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from guarantee.business_time import now
from guarantee.config import Settings
from guarantee.edge.access import public
from guarantee.edge.language import COOKIE as LANGUAGE_COOKIE
from guarantee.edge.language import LANGUAGES, language
from guarantee.roles import ROLE_WORDS
from guarantee.tables import TABLES
from guarantee.web import forms, wording
from guarantee.web.navigation import lanes_for

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
A_YEAR = 365 * 24 * 3600

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}


blueprint = Blueprint("shell", __name__)


def settings() -> Settings:
    """The settings this application runs with."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def theme() -> str:
    """'auto', 'light' or 'dark', as this browser was told."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def asset(filename: str) -> str:
    """The address of a static file, with its content's mark, so that browsers may keep it."""
    mark = _mark_of(str(Path(current_app.static_folder or "") / filename))
    return url_for("static", filename=filename, v=mark)


@lru_cache(maxsize=256)
def _mark_of(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def request_key() -> str:
    """A fresh key for a form that makes or moves something: the same key counts once."""
    return secrets.token_urlsafe(12)


def remember(response: AnyResponse, name: str, value: str) -> None:
    """Keep a preference in this browser for a year. It says nothing about anybody."""
    response.set_cookie(
        name, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure
    )


def back_to(asked: str | None, otherwise: str = "/") -> str:
    """`asked` when it is a path of our own, else `otherwise`: no redirect leads elsewhere."""
    path = (asked or "").rstrip("?")
    local = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if local and path.isprintable() else otherwise


@blueprint.post("/language")
@public
def choose_language() -> AnyResponse:
    """Read on in the other language, here and from now on."""
    chosen = request.form.get("lang", "zh")
    path = re.sub(r"([?&])lang=\w+&?", r"\1", back_to(request.form.get("next"))).rstrip("?&")
    answer = redirect(path, 303)
    if chosen in LANGUAGES:
        remember(answer, LANGUAGE_COOKIE, chosen)
    return answer


@blueprint.post("/theme")
@public
def choose_theme() -> AnyResponse:
    """Light, dark, or as the machine has it."""
    chosen = request.form.get("theme", "auto")
    answer = redirect(back_to(request.form.get("next")), 303)
    if chosen in THEMES:
        remember(answer, THEME_COOKIE, chosen)
    return answer


def _for_every_template() -> dict[str, Any]:
    role = getattr(current_user, "role", None)
    return {
        "lang": language(),
        "theme": theme(),
        "lanes": lanes_for(role),
        "me": current_user,
        "my_role": ROLE_WORDS.get(role) if role else None,
        "demo": settings().demo,
        "errors": {},
    }


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
    if request.endpoint == "static":
        kept = f"public, max-age={A_YEAR}, immutable" if request.args.get("v") else "no-cache"
        response.headers["Cache-Control"] = kept
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    asked = request.args.get("lang")
    if asked in LANGUAGES and asked != request.cookies.get(LANGUAGE_COOKIE):
        remember(response, LANGUAGE_COOKIE, str(asked))
    return response


def install(app: Flask) -> None:
    """Give `app` the frame. Call once, before the desks are registered."""
    app.jinja_env.filters.update(wording.FILTERS)
    app.jinja_env.globals.update(
        t=wording.t,
        asset=asset,
        now=now,
        typed=forms.typed,
        request_key=request_key,
        shares=wording.shares,
        state_tables=TABLES,
        role_words=ROLE_WORDS,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_for_every_template)
    app.after_request(_finish)
