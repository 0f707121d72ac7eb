"""Asked twice, done once: a POST with an `Idempotency-Key` answers the same as the first time.

The answer is kept in the transaction of its effect. Of two at the same moment one works; on
PostgreSQL the other is told so at once (409), on SQLite it waits and finds the kept answer. A
refusal is not kept: nothing was done, so the same key may try again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask import after_this_request, current_app, request
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.edge.fingerprint import fingerprint_of_request
from guarantee.idempotency import HEADER, InProgress, claim, keep_answer, kept_answer
from guarantee.parties.staff import Staff
from guarantee.refusals import Invalid, Words

REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("Content-Type", "Location", "ETag")
"""Headers that belong to the answer. The others say how it travels."""
COME_BACK_S = 1
_KEY = re.compile(r"[\x21-\x7e]{1,120}")


class KeyMalformed(Invalid):
    code = "idempotency_key_malformed"
    words = Words(
        "Idempotency-Key 应为 1 到 120 个可见字符。",
        "An Idempotency-Key has 1 to 120 visible ASCII characters.",
    )
    field = HEADER


def once(work: Callable[[], Response], caller: Staff) -> Response:
    """The answer kept under this request's key, or `work()`'s answer, kept from now on.

    Refuses `idempotency_key_malformed`, `idempotency_key_reused`, `idempotency_in_progress`.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return work()
    if not _KEY.fullmatch(key):
        raise KeyMalformed()
    mark, at = fingerprint_of_request(), now()
    keep = timedelta(days=current_app.config["SETTINGS"].idempotency_days)
    try:
        claim(staff_id=caller.id, key=key)
    except InProgress:
        after_this_request(_say_when)
        raise
    kept = kept_answer(staff_id=caller.id, key=key, fingerprint=mark, at=at, keep=keep)
    if kept is not None:
        return Response(kept.body, status=kept.status, headers={**kept.headers, REPLAYED: "true"})
    answer = work()
    if answer.status_code < 400:
        keep_answer(
            staff_id=caller.id,
            key=key,
            fingerprint=mark,
            status=answer.status_code,
            headers={name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
            body=answer.get_data(as_text=True),
            at=at,
        )
    return answer


def _say_when(answer: Response) -> Response:
    answer.headers["Retry-After"] = str(COME_BACK_S)
    return answer
