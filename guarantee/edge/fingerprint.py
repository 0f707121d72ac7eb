"""What makes two requests the same: asked for the same thing with the same content.

A client that sends again writes the same thing anew: a JSON object with its names in another
order, a form with another boundary. So the content counts, not its bytes. The fingerprint is keyed,
for a body may hold an ID number that a plain hash would let somebody find by trying.
"""

from __future__ import annotations

import hashlib
import json
from operator import itemgetter
from typing import Any

from flask import request

from guarantee.personal_data import fingerprint

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_WHO_MAY_SEND = "csrf_token"


def fingerprint_of_request() -> str:
    """The present request's fingerprint: method, path, query and content."""
    query = sorted(request.args.items(multi=True), key=itemgetter(0))
    return fingerprint("request", _written([request.method, request.path, query, _content()]))


def _content() -> list[object]:
    if request.mimetype in _FORMS:
        return ["form", _fields(), _files()]
    raw = request.get_data(cache=True)
    if request.mimetype == "application/json":
        try:
            return ["json", _written(json.loads(raw))]
        except (ValueError, RecursionError):
            pass  # no JSON: it is refused further on, and a refusal is not kept
    return ["bytes", hashlib.sha256(raw).hexdigest()]


def _fields() -> list[tuple[str, str]]:
    """Fields by name; several of one name in their order. The token is not what is asked for."""
    given = request.form.items(multi=True)
    return sorted(((n, v) for n, v in given if n != _WHO_MAY_SEND), key=itemgetter(0))


def _files() -> list[tuple[str, str, str]]:
    """Field, file name and content of each file; read from the start, and left there again."""
    found = []
    for name, sent in sorted(request.files.items(multi=True), key=itemgetter(0)):
        stream: Any = sent.stream
        stream.seek(0)
        found.append((name, sent.filename or "", hashlib.file_digest(stream, "sha256").hexdigest()))
        stream.seek(0)
    return found


def _written(value: object) -> str:
    """A value as JSON in one way only: names in order, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
