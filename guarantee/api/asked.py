"""A letter asked for by its number: found, mistyped, unknown, or asked for too often in vain."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import TooManyRequests

from guarantee.api.operation import me
from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.transaction import committed
from guarantee.letters.guesses import note_guess, too_many
from guarantee.letters.models import Letter
from guarantee.letters.verify import PublicAnswer, check_number
from guarantee.letters.visible import UnknownLetter, letter_for


def letter_asked(number: str) -> Letter:
    """The caller's letter of this number. Refuses `bad_number`, `unknown_letter`; 429 for an
    account that has asked for unknown ones too often."""
    who = f"staff:{me().id}"
    _slow_down(who)
    try:
        return letter_for(number, me())
    except UnknownLetter:
        _count(who)
        raise


def number_checked(number: str) -> PublicAnswer:
    """The public answer about a number; 429 for an address that has guessed too often."""
    who = request.remote_addr or ""
    _slow_down(who)
    answer = check_number(number, at=now())
    if not answer.genuine:
        _count(who)
    return answer


def _slow_down(who: str) -> None:
    if too_many(who, now()):
        raise TooManyRequests()


def _count(who: str) -> None:
    """In a transaction of its own: the refusal that follows takes nothing of this back."""
    db.session.rollback()
    committed(lambda: note_guess(who, False, now()))
