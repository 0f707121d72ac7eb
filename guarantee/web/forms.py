"""Forms of pages: what was typed, and what happens when the domain refuses it.

A form holds no rule. Its view calls a domain function; a refusal comes back beside the field it
names, everything typed still there, and nothing is kept of the attempt.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, request
from werkzeug.wrappers import Response

from guarantee.db import db
from guarantee.edge.language import language
from guarantee.edge.problems import status_of
from guarantee.refusals import Invalid, Refusal, Words
from guarantee.web.sent_once import sent_once


class TooLong(Invalid):
    code = "too_long"
    words = Words("最多 {most} 个字符。", "At most {most} characters.")


class Missing(Invalid):
    code = "missing"
    words = Words("此项必填。", "This is required.")


class BadDay(Invalid):
    code = "bad_day"
    words = Words("日期应写成 2026-11-22 的形式。", "A day is written like 2026-11-22.")


class NotAChoice(Invalid):
    code = "not_a_choice"
    words = Words("请从所列选项中选择。", "Choose one of those listed.")


def text(name: str, *, most: int, required: bool = False) -> str:
    """What was typed into `name`, trimmed. Refuses `missing`, `too_long`."""
    typed = " ".join(request.form.get(name, "").split())
    return _checked(name, typed, most=most, required=required)


def long_text(name: str, *, most: int, required: bool = False) -> str:
    """The same for several lines: line ends are kept."""
    typed = request.form.get(name, "").replace("\r\n", "\n").strip()
    return _checked(name, typed, most=most, required=required)


def _checked(name: str, typed: str, *, most: int, required: bool) -> str:
    if required and not typed:
        raise Missing(field=name)
    if len(typed) > most:
        raise TooLong(field=name, most=most)
    return typed


def typed(name: str, kept: object = "") -> object:
    """For a field's value: what was just typed, or what is kept. Also a template global."""
    if request.method == "POST" and name in request.form:
        return request.form[name]
    return kept


def ticked(name: str) -> bool:
    """Whether a box is ticked."""
    return request.form.get(name) == "1"


def day(name: str) -> date | None:
    """A day, or None when nothing was given. Refuses `bad_day`."""
    typed = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise BadDay(field=name) from None


def day_in(given: str) -> date | None:
    """A day in a list's filter; what is none filters nothing."""
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        return None


def attempt(
    work: Callable[[], str | Response], *, again: Callable[[dict[str, Refusal]], str]
) -> Any:
    """Do `work` and answer with it (text is an address to go to); refused, show the form again.

    The same form sent twice is done once and leads to the same address (`sent_once`). `again`
    renders the form with the refusals by field; one without a field is said above it.
    """
    try:
        return sent_once(work)
    except Refusal as refusal:
        db.session.rollback()
        errors = {}
        if refusal.field and refusal.field in request.form.keys() | request.files.keys():
            errors[refusal.field] = refusal
        else:
            flash((refusal.code, refusal.message(language())), "bad")  # type: ignore[arg-type]
        return again(errors), status_of(refusal)
