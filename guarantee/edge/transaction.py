"""One request, one transaction: written when the answer is good, gone when it is not.

A view never commits. Answers below 400 commit; everything else, and every exception, leaves
nothing behind. What the database asks to try again (a lock, a serialization failure, a deadlock)
is tried again within a bound, never shown to a person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from apiflask import APIFlask
from flask import Response, g, request
from sqlalchemy.exc import IntegrityError, OperationalError

from guarantee import audit, business_time
from guarantee.db import db, writing
from guarantee.edge.accounts import SAFE
from guarantee.parties.sessions import seen
from guarantee.refusals import Conflict, Words

TRIES = 5
_TRY_AGAIN_SQLSTATES = {"40001", "40P01", "55P03"}

T = TypeVar("T")


class Busy(Conflict):
    code = "busy"
    words = Words("系统繁忙，请稍后重试。", "The system is busy. Please try again in a moment.")


class AlreadyDone(Conflict):
    code = "already_done"
    words = Words(
        "另一人刚刚完成了同样的操作，请刷新查看。",
        "Somebody did the same a moment ago. Reload to see it.",
    )


def committed(work: Callable[[], T]) -> T:
    """Run `work` and commit; roll back and try again what the database asks to try again.

    For commands and jobs; requests get the same from `House`. Refuses `busy`, `already_done`.
    """
    return _tried(lambda: _work_and_commit(work))


def _work_and_commit(work: Callable[[], T]) -> T:
    answer = work()
    db.session.commit()
    return answer


def _tried(work: Callable[[], T]) -> T:
    with writing():
        for left in reversed(range(TRIES)):
            try:
                return work()
            except OperationalError as error:
                db.session.rollback()
                if not _asks_again(error):
                    raise
                if not left:
                    raise Busy() from error
            except IntegrityError as error:
                db.session.rollback()
                if not left:
                    raise AlreadyDone() from error
            except BaseException:
                db.session.rollback()
                raise
    raise AssertionError("unreachable")


def _asks_again(error: OperationalError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in _TRY_AGAIN_SQLSTATES or "database is locked" in str(error.orig)


class House(APIFlask):
    """The application: a request that may change something runs in one transaction."""

    def full_dispatch_request(self) -> Response:
        if request.method in SAFE:
            return super().full_dispatch_request()
        with writing():
            return super().full_dispatch_request()

    def dispatch_request(self) -> Any:
        if request.method in SAFE:
            answer = super().dispatch_request()
            _write_what_was_seen()
            return answer
        return _tried(self._answer_and_commit)

    def _answer_and_commit(self) -> Response:
        answer = self.make_response(super().dispatch_request())
        if answer.status_code < 400:
            _keep_awake()
            db.session.commit()
        else:
            db.session.rollback()
        return answer


def note_view(*, action: str, subject: str, **facts: object) -> None:
    """Audit that the caller looked at personal data; written once the page is made."""
    g.setdefault("views", []).append((action, subject, facts))


def _write_what_was_seen() -> None:
    views = g.pop("views", [])
    if not views and not getattr(g.get("_login_user"), "session_wakes", False):
        return
    actor = g.get("_login_user")
    db.session.rollback()  # the page's reading ends here

    def write() -> None:
        for action, subject, facts in views:
            audit.record(by=actor, at=business_time.now(), action=action, subject=subject, **facts)
        _keep_awake()

    committed(write)


def _keep_awake() -> None:
    """Who works is not idle: note that the session was used."""
    actor = g.get("_login_user")
    if getattr(actor, "session_wakes", False):
        seen(actor.session_token, at=business_time.now())
        actor.session_wakes = False
