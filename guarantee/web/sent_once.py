"""A form sent twice: a double click, a second press while the first is on its way, a page gone
back to. It is done once, and both lead to the same address with the same words.

Every form carries a `request_key` that was drawn when its page was made (`ui.hidden`). What was
sent, that key included, is the key under which the answer is kept; so a form that was gone back to
and changed is another one, and no person is ever told that a key was used before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from flask import current_app, flash, redirect, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.edge.fingerprint import fingerprint_of_request
from guarantee.idempotency import claim, keep_answer, kept_answer

SEE_OTHER = 303
_SAID = "_flashes"  # where Flask keeps what `flash` said until a page shows it


def sent_once(work: Callable[[], str | Response]) -> Response:
    """Where `work()` leads; for a form that was sent before, where it led then.

    A second press waits for the first, for it is the second answer that a browser shows. Without
    a `request_key`, and before somebody is signed in, `work` is simply done.
    """
    if not request.form.get("request_key") or not current_user.is_authenticated:
        return _leading_to(work())
    mark, at, staff_id = fingerprint_of_request(), now(), current_user.id
    key = f"form {mark}"  # a blank: no Idempotency-Key has one
    keep = timedelta(days=current_app.config["SETTINGS"].idempotency_days)
    claim(staff_id=staff_id, key=key, wait=True)
    kept = kept_answer(staff_id=staff_id, key=key, fingerprint=mark, at=at, keep=keep)
    if kept is not None:
        for category, message in json.loads(kept.body):
            flash(message, category)
        return redirect(kept.headers["Location"], kept.status)
    before = len(session.get(_SAID, ()))
    done = work()
    if isinstance(done, str):
        keep_answer(
            staff_id=staff_id,
            key=key,
            fingerprint=mark,
            status=SEE_OTHER,
            headers={"Location": done},
            body=json.dumps(session.get(_SAID, [])[before:]),
            at=at,
        )
    return _leading_to(done)


def _leading_to(done: str | Response) -> Response:
    return redirect(done, SEE_OTHER) if isinstance(done, str) else done
