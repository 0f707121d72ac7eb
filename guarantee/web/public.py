"""The public check: whoever holds a letter types its number and learns the least that decides."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import TooManyRequests

from guarantee.business_time import now
from guarantee.edge.access import public
from guarantee.edge.transaction import committed
from guarantee.letters import number as numbers
from guarantee.letters.admission import MISTYPED, NOT_OURS, Verdict, admission
from guarantee.letters.guesses import note_guess, too_many
from guarantee.letters.number import BadNumber
from guarantee.letters.verify import PublicAnswer, check_number
from guarantee.web.shell import settings

blueprint = Blueprint("public", __name__, url_prefix="/verify")

LONGEST = 60


@blueprint.get("")
@public
def index() -> Any:
    """The empty field; with `?number=` on to the answer's own address."""
    typed = request.args.get("number", "").strip()[:LONGEST]
    if not typed:
        return _page("", None, None)
    try:
        return redirect(url_for("public.check", number=numbers.parse(typed)), 303)
    except BadNumber:
        return _page(typed, MISTYPED, None), 422


@blueprint.get("/<number>")
@public
def check(number: str) -> Any:
    """The answer about one number, as of now."""
    at, who = now(), request.remote_addr or ""
    if too_many(who, at):
        raise TooManyRequests()
    try:
        answer = check_number(number, at=at)
    except BadNumber:
        return _page(number[:LONGEST], MISTYPED, None), 422
    if not answer.genuine:
        committed(lambda: note_guess(who, False, at))
        return _page(number, NOT_OURS, None), 404
    verdict = admission(state=answer.state, in_hospital_fen=answer.in_hospital_total_fen)
    return _page(numbers.parse(number), verdict, answer)


def _page(number: str, verdict: Verdict | None, answer: PublicAnswer | None) -> str:
    return render_template(
        "public/verify.html",
        typed_number=number,
        verdict=verdict,
        answer=answer,
        hotline=settings().hotline_phone,
    )
