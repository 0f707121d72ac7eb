"""The OpenAPI 3.1 document: what APIFlask wrote from the views, completed with what holds for all.

Problems, security, the `Idempotency-Key`, path parameters and required bodies are said here once,
so that no call can forget one of them.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from apiflask import APIFlask
from flask import Flask

from guarantee.edge.access import access_of
from guarantee.edge.addresses import LARGEST_ID

VERSION = "3.1.0"
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title` is in the caller's language.",
    "required": ["type", "status", "code", "title"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "title": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
_WHY = {
    400: "Malformed, or a page's session without its CSRF token",
    401: "Not signed in, or a signature that does not fit",
    403: "This role, or this person, may not",
    404: "There is no such thing, or it is somebody else's",
    409: "Right in itself, but not in the present state",
    413: "Too large",
    415: "Not a content type that is taken here",
    422: "A field is wrong; `errors` says which",
    429: "Asked for unknown numbers too often: wait ten minutes",
    503: "The database can't do it now; `code` says whether anything was recorded",
}
_ROW = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
_PATH = {
    "number": {"type": "string", "description": "As typed: blanks and hyphens do not matter"},
    "code": {"type": "string", "description": "The code printed on the copy, e.g. C1-7KQ9-MX42-H"},
    "month": {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}$", "examples": ["2026-11"]},
    "insurer": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,20}$", "description": "Its code"},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Yours, one for each thing to be done. Sent again with the same content it is answered the "
        "same, with `Idempotent-Replayed: true`, and nothing is done twice; with another content "
        "it is refused (`idempotency_key_reused`). While the first is being worked on: 409 "
        "`idempotency_in_progress` with `Retry-After`. Kept for seven days; refusals are not kept."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": r"^[\x21-\x7e]+$"},
}
_CONVERTER = re.compile(r"<([^<:]+:)?")
_SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
DESCRIPTION = """\
Money is integer fen (`…_fen`), times are ISO 8601 with offset, weeks are ISO weeks (`2026-W47`).
Lists are `{items, next_cursor}`: send `next_cursor` back as `cursor` until it is null.
Errors are `application/problem+json` with a stable `code`. `?lang=en` or `Accept-Language` chooses
the language of sentences. A POST made with a page's session needs the `X-CSRFToken` header.
"""


def init_document(app: APIFlask) -> None:
    """Let `/api/openapi.json` be complete and true."""
    app.config.update(
        OPENAPI_VERSION=VERSION,
        DESCRIPTION=DESCRIPTION,
        AUTO_200_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        SECURITY_SCHEMES={
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "session"},
        },
    )

    @app.spec_processor
    def complete(spec: Any) -> Any:
        spec["components"]["schemas"]["Problem"] = _PROBLEM_SCHEMA
        endpoints = _endpoints(app)
        for path, operations in spec["paths"].items():
            for method, call in operations.items():
                _complete(app, call, path, method, endpoints[path, method.upper()])
        return spec


def _endpoints(app: Flask) -> dict[tuple[str, str], str]:
    found = {}
    for rule in app.url_map.iter_rules():
        path = _CONVERTER.sub("{", rule.rule).replace(">", "}")
        for method in rule.methods or ():
            found[path, method] = rule.endpoint
    return found


def _complete(app: Flask, call: dict[str, Any], path: str, method: str, endpoint: str) -> None:
    roles = access_of(app, endpoint)
    call["operationId"] = endpoint.rpartition(".")[2]
    signed = getattr(app.view_functions[endpoint], "signed_by_sender", False)
    if roles is not None:
        call["security"] = [{"token": []}, {"session": []}]
        said = ", ".join(sorted(roles))
        call["description"] = f"{call.get('description', '')}\n\nRoles: {said}.".strip()
    for parameter in call["parameters"]:
        if parameter["in"] == "path":
            parameter["required"] = True
            parameter["schema"] = _PATH.get(parameter["name"], _ROW)
    if signed:
        call["parameters"] += [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
            for name in _SIGNED
        ]
    if call.pop("x-idempotent", None):
        call["parameters"].append(_KEY)
    may_be_empty = call.pop("x-may-be-empty", False)
    if "requestBody" in call:
        call["requestBody"]["required"] = not may_be_empty
    good = next(iter(call["responses"]))
    for status in call.pop("x-also", []):
        call["responses"][str(status)] = copy.deepcopy(call["responses"][good])
    for status in {*_statuses(call, path, method, roles is None), *call.pop("x-refuses", [])}:
        call["responses"][str(status)] = {
            "description": _WHY[status],
            "content": {"application/problem+json": {"schema": _PROBLEM}},
        }
    for answer in call["responses"].values():
        answer["description"] = answer.get("description") or "Done"


def _statuses(call: dict[str, Any], path: str, method: str, is_public: bool) -> set[int]:
    """The problems that follow from the kind of call."""
    found = {503} if is_public else {401, 403, 503}
    if "{" in path:
        found |= {404}
    if "{number}" in path:
        found |= {422, 429}
    if any(p["in"] == "query" for p in call["parameters"]):
        found |= {422}
    if method == "post":
        found |= {400, 404, 409, 413, 415, 422}
    return found
