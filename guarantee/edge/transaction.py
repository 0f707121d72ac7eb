"""One request, one transaction: written when the answer is good, gone when it is not.

A view never commits. Answers below 400 commit; everything else, and every exception, leaves
nothing behind. An attempt is everything from "who is calling" to COMMIT. What the database asks
to try again (a lock, a serialization failure, a deadlock, a connection lost before COMMIT was
sent) is tried again within a bound; what a browser sees is that of the last attempt alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from secrets import SystemRandom
from typing import Any, TypeVar

import structlog
from apiflask import APIFlask
from flask import Flask, Response, current_app, g, request, session
from flask.globals import request_ctx
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from guarantee import audit, business_time
from guarantee.db import db, writing
from guarantee.edge.accounts import SAFE
from guarantee.edge.database_faults import Busy as Busy  # told to those who call `committed`
from guarantee.edge.database_faults import OutcomeUnknown, fault_of, name_of
from guarantee.parties.sessions import seen
from guarantee.refusals import Conflict, Words

TRIES = 5
FIRST_PAUSE = 0.05
"""Seconds at most before the second attempt; each pause after it may be twice as long."""

T = TypeVar("T")

log = structlog.get_logger(__name__)
_commit_sent: ContextVar[bool] = ContextVar("commit_sent", default=False)
_chance = SystemRandom()


class AlreadyDone(Conflict):
    code = "already_done"
    words = Words(
        "另一人刚刚完成了同样的操作，请刷新查看。",
        "Somebody did the same a moment ago. Reload to see it.",
    )


@event.listens_for(Session, "before_commit")
def _note_commit(session: Session) -> None:
    """The last of those who act before COMMIT: after this nothing is sent but COMMIT itself."""
    if not session.in_nested_transaction():
        session.flush()
        _commit_sent.set(True)


def committed(work: Callable[[], T]) -> T:
    """Run `work` and commit; roll back and try again what the database asks to try again.

    For commands and jobs; requests get the same from `House`. Refuses `already_done`; raises
    `database_faults.Unavailable` when the database can't do it.
    """
    with writing():
        return _tried(lambda: _work_and_commit(work))


def _work_and_commit(work: Callable[[], T]) -> T:
    answer = work()
    db.session.commit()
    return answer


def _tried(work: Callable[[], T], *, start_over: Callable[[], None] = lambda: None) -> T:
    """`work`'s answer. `start_over` forgets what a failed attempt left outside the database."""
    began = time.monotonic()
    for attempt in range(1, TRIES + 1):
        _commit_sent.set(False)
        try:
            return work()
        except IntegrityError as error:
            db.session.rollback()
            start_over()
            if attempt == TRIES:
                raise AlreadyDone() from error
        except SQLAlchemyError as error:
            db.session.rollback()
            start_over()
            _after(error, attempt, began)
        except BaseException:
            db.session.rollback()
            raise
    raise AssertionError("unreachable")


def _after(error: SQLAlchemyError, attempt: int, began: float) -> None:
    """Wait before the next attempt; raises what there is to tell when there is to be none."""
    fault = fault_of(error)
    if fault is None:
        raise error
    unknown = fault.hides_outcome and _commit_sent.get()
    late = time.monotonic() - began >= fault.again_within
    again = attempt < TRIES and not unknown and not late
    answer = OutcomeUnknown() if unknown else fault.answer()
    told = log.warning if again else log.error
    told("database fault", code=answer.code, state=name_of(error), attempt=attempt, again=again)
    if not again:
        raise answer from error
    longest = FIRST_PAUSE * 2 ** (attempt - 1)
    time.sleep(_chance.uniform(longest / 2, longest))


class House(APIFlask):
    """The application: a request that may change something runs in one transaction."""

    def full_dispatch_request(self) -> Response:
        if request.method in SAFE:
            return super().full_dispatch_request()
        with writing():
            return super().full_dispatch_request()

    def preprocess_request(self) -> None:
        """Who calls, and may they: asked within each attempt, see `_answer`."""

    def dispatch_request(self) -> Any:
        if request.method in SAFE:
            return _tried(self._read, start_over=_as_it_came)
        return _tried(self._answer_and_commit, start_over=_as_it_came)

    def _answer(self) -> Any:
        stopped = super().preprocess_request()
        return super().dispatch_request() if stopped is None else stopped

    def _read(self) -> Any:
        answer = self._answer()
        _write_what_was_seen()
        return answer

    def _answer_and_commit(self) -> Response:
        answer = self.make_response(self._answer())
        if answer.status_code < 400:
            _keep_awake()
            db.session.commit()
        else:
            db.session.rollback()
        return answer


def _as_it_came() -> None:
    """Make the request what it was before the attempt: nobody is signed in, thanked or told
    "done" by what was taken back, and a file is read again from its beginning."""
    for name in ("views", "_login_user", "csrf_token"):
        g.pop(name, None)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    session.clear()
    session.update(app.session_interface.open_session(app, request) or {})
    session.modified = False
    request_ctx.flashes = None
    for sent in vars(request).get("files", {}).values():  # where a form was read at all
        sent.stream.seek(0)


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
