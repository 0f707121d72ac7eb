"""The language of an answer: asked for in the address, chosen before, the account's; Chinese first.

An API caller says it by Accept-Language.
"""

from __future__ import annotations

from flask import g, has_request_context, request
from flask_login import current_user

from guarantee.refusals import Words

LANGUAGES = ("zh", "en")
COOKIE = "language"


def language() -> str:
    """'zh' or 'en' for the present request; 'zh' outside one."""
    if not has_request_context():
        return "zh"
    if "language" not in g:
        g.language = _choose()
    return str(g.language)


def asked_for() -> str | None:
    """The language that the request itself names: told without looking up who sends it."""
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    if request.path.startswith("/api/") and request.accept_languages:
        return request.accept_languages.best_match(LANGUAGES, default="zh")
    return None


def _choose() -> str:
    if asked := asked_for():
        return asked
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return "zh"  # Chinese first; English is one click away


def t(zh: str | Words, en: str = "", **facts: object) -> str:
    """Say it in the caller's language: `t("出函", "Issue")` or `t(words)`."""
    words = zh if isinstance(zh, Words) else Words(zh, en)
    return words.in_(language(), **facts)
