"""One call of the API: what it takes is checked and what it answers is written from one place.

`@operation` checks the body and the query with the pydantic models that also stand in the OpenAPI
document, strictly (no number from a text, no unknown field), and never tells a rejected value.
APIFlask writes the document from the notes left on the view; its own checks are not used, see
docs/decisions/0060-own-checks-of-bodies.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request
from flask_login import current_user
from pydantic import BaseModel
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.wrappers import Response

from guarantee.api.once import once
from guarantee.idempotency import HEADER
from guarantee.parties.staff import Staff
from guarantee.refusals import Invalid, Words

View = TypeVar("View", bound=Callable[..., Any])
FILE = "file"


class FileMissing(Invalid):
    code = "file_missing"
    words = Words("请附上文件。", "Please attach the file.")
    field = FILE


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: its name, and all of its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Bytes:
    """An answer that is not JSON: its content type and what it is."""

    content_type: str
    what: str


def me() -> Staff:
    """The signed-in member of staff who calls."""
    found: Staff = current_user._get_current_object()
    return found


def operation(
    answers: type[BaseModel] | Bytes,
    *,
    status: int = 200,
    also: tuple[int, ...] = (),
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    file: bool = False,
    idempotent: bool = False,
    refuses: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """Check a call's input, write its answer, and say both in the document.

    The view gets `body=`, `query=` and `file=` (an `Upload`) as asked for, and returns a model,
    a model with its status (one of `status` and `also`), or a finished response. `refuses` names
    problem statuses beyond those that follow from the kind of call.
    """

    def decorate(view: View) -> View:
        def work(**given: Any) -> Response:
            if body is not None:
                given["body"] = _body(body)
            if query is not None:
                given["query"] = _query(query)
            if file:
                given["file"] = _file()
            return _response(view(**given), status)

        @wraps(view)
        def answer(**given: Any) -> Response:
            if idempotent:
                return once(lambda: work(**given), me())
            return work(**given)

        answer._spec = _notes(  # type: ignore[attr-defined]
            answers, status, also, body, query, file, idempotent, refuses
        )
        return cast(View, answer)

    return decorate


def _body(model: type[BaseModel]) -> BaseModel:
    raw = request.get_data(cache=True)
    if not raw and request.mimetype in ("", "application/json") and _needs_nothing(model):
        raw = b"{}"  # nothing to say is said by sending nothing
    elif request.mimetype != "application/json":
        raise UnsupportedMediaType()
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest() from None
    return model.model_validate_json(raw, strict=True)


def _needs_nothing(model: type[BaseModel]) -> bool:
    return not any(field.is_required() for field in model.model_fields.values())


def _query(model: type[BaseModel]) -> BaseModel:
    given = {name: value for name, value in request.args.items() if name != "lang"}
    return model.model_validate_strings(given)


def _file() -> Upload:
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType()
    sent = request.files.get(FILE)
    if sent is None:
        raise FileMissing()
    sent.stream.seek(0)  # a transaction tried again reads it again
    return Upload(name=(sent.filename or "file")[-200:], data=sent.stream.read())


def _response(said: Any, status: int) -> Response:
    if isinstance(said, Response):
        return said
    model, code = said if isinstance(said, tuple) else (said, status)
    return Response(model.model_dump_json(), status=code, mimetype="application/json")


def _notes(
    answers: type[BaseModel] | Bytes,
    status: int,
    also: tuple[int, ...],
    body: type[BaseModel] | None,
    query: type[BaseModel] | None,
    file: bool,
    idempotent: bool,
    refuses: tuple[int, ...],
) -> dict[str, Any]:
    """What APIFlask's document writer reads, and (under `extensions`) what `document` finishes."""
    notes: dict[str, Any] = {
        "args": [(query, "query")] if query else [],
        "extensions": {"x-refuses": list(refuses), "x-also": list(also)},
    }
    if isinstance(answers, Bytes):
        notes["responses"] = {
            status: {
                "description": answers.what,
                "content": {
                    answers.content_type: {"schema": {"type": "string", "format": "binary"}}
                },
            }
        }
    else:
        notes["response"] = {
            "schema": answers,
            "status_code": status,
            "description": "",
            "example": None,
            "examples": None,
            "links": None,
            "content_type": "application/json",
            "headers": None,
        }
    if body is not None:
        notes["body"], notes["content_type"] = body, "application/json"
        notes["extensions"]["x-may-be-empty"] = _needs_nothing(body)
    if file:
        notes["body"], notes["content_type"] = _FORM, "multipart/form-data"
    if idempotent:
        notes["extensions"]["x-idempotent"] = HEADER
    return notes


_FORM: dict[str, Any] = {
    "type": "object",
    "required": [FILE],
    "properties": {FILE: {"type": "string", "format": "binary"}},
}
