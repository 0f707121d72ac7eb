"""Asked twice, done once: a POST with an `Idempotency-Key` answers the same as the first time.

The answer is kept in the transaction of its effect. Of two at the same moment the database lets
one through; the other is run again and finds the kept answer. A refusal is not kept: nothing was
done, so the same key may try again.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.idempotency import fingerprint_of, keep_answer, kept_answer
from guarantee.parties.staff import Staff
from guarantee.refusals import Invalid, Words

HEADER = "Idempotency-Key"
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

    Refuses `idempotency_key_malformed`, `idempotency_key_reused`.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return work()
    if not _KEY.fullmatch(key):
        raise KeyMalformed()
    mark = fingerprint_of(request.method, request.path, request.get_data(cache=True))
    kept = kept_answer(staff_id=caller.id, key=key, fingerprint=mark)
    if kept is not None:
        again = Response(kept.body, status=kept.status, mimetype="application/json")
        again.headers["Idempotent-Replayed"] = "true"
        return again
    answer = work()
    if answer.status_code < 400:
        keep_answer(
            staff_id=caller.id,
            key=key,
            fingerprint=mark,
            status=answer.status_code,
            body=answer.get_data(as_text=True),
            at=now(),
        )
    return answer
