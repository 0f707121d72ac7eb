"""Refusals and accidents as answers: problem+json (RFC 9457) for the API, a page for people.

Nothing of what was sent is echoed: an ID number must not come back in an error or a log.
"""

from __future__ import annotations

import re
from typing import Any

import structlog
from flask import Flask, current_app, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from guarantee.edge.database_faults import Unavailable
from guarantee.edge.language import asked_for, language, t
from guarantee.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, Words

log = structlog.get_logger(__name__)

_STATUS: dict[type[Refusal], int] = {Invalid: 422, Conflict: 409, NotFound: 404, Forbidden: 403}

_HTTP: dict[int, tuple[str, Words]] = {
    400: ("bad_request", Words("请求格式不正确。", "The request is malformed.")),
    401: ("unauthorized", Words("请先登录。", "Please sign in first.")),
    403: ("forbidden", Words("您的角色不能进行此操作。", "Your role may not do this.")),
    404: ("not_found", Words("没有找到。", "Not found.")),
    405: ("method_not_allowed", Words("不支持此操作。", "This operation is not supported here.")),
    413: ("file_too_large", Words("内容过大。", "This is too large.")),
    415: ("unsupported_media_type", Words("内容类型不受支持。", "This content type is not taken.")),
    429: (
        "too_many_requests",
        Words("操作过于频繁，请稍后再试。", "Too often. Please wait a while."),
    ),
    500: (
        "server_error",
        Words(
            "系统出错，未保存任何内容。请重试；仍不行请致电联盟热线。",
            "Something went wrong and nothing was saved. Try again, or call the hotline.",
        ),
    ),
}
_BAD_FIELD = Words("此项缺失或格式不正确。", "This is missing or malformed.")
_INTEGER = Words("应为整数（金额以分为单位）。", "This must be an integer (amounts are in fen).")
_CHOICE = Words("不在允许的取值之内。", "This is not one of the values allowed.")
_TEXT = Words("应为文字。", "This must be text.")
_FIELD_WORDS = {
    "extra_forbidden": Words("不认识此项。", "This field is not known."),
    "missing": Words("此项必填。", "This is required."),
    "string_too_long": Words("内容过长。", "This is too long."),
    "string_too_short": Words("内容过短。", "This is too short."),
    "string_type": _TEXT,
    "string_pattern_mismatch": Words(
        "含有不允许的字符或格式不正确。", "It has a character or a form that is not allowed."
    ),
    "too_long": Words("项数过多。", "There are too many of these."),
    "too_short": Words("至少需要一项。", "At least one is needed."),
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_from_float": _INTEGER,
    "bool_type": Words("应为 true 或 false。", "This must be true or false."),
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "greater_than_equal": Words("数值过小。", "This is too small."),
    "greater_than": Words("数值过小。", "This is too small."),
    "less_than_equal": Words("数值过大。", "This is too large."),
    "timezone_aware": Words("时间须带时区。", "A time needs its offset."),
}
_A_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,40}")
_CSRF = Words("页面已过期，请刷新后重试。", "This page has expired. Reload it and try again.")


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal's family."""
    return next(s for family, s in _STATUS.items() if isinstance(refusal, family))


def field_errors(error: ValidationError) -> list[dict[str, str]]:
    """What was wrong with a body, field by field, without the values that were sent."""
    found = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        words = _FIELD_WORDS.get(item["type"], _BAD_FIELD)
        field = ".".join(_part(part) for part in item["loc"])
        found.append({"field": field, "code": item["type"], "message": t(words)})
    return found


def _part(part: int | str) -> str:
    """An unknown field's name is the sender's text: told only where it looks like a name."""
    told = isinstance(part, int) or _A_NAME.fullmatch(part)
    return str(part) if told else "?"


def problem(
    status: int, code: str, title: str, errors: list[dict[str, str]] | None = None
) -> Response:
    """An `application/problem+json` answer."""
    body: dict[str, Any] = {"type": "about:blank", "status": status, "code": code, "title": title}
    if errors:
        body["errors"] = errors
    answer = jsonify(body)
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer


def _answer(status: int, code: str, title: str, errors: list[dict[str, str]]) -> Response | Any:
    if request.path.startswith("/api/"):
        return problem(status, code, title, errors)
    page = render_template(
        "errors/refusal.html", status=status, code=code, title=title, errors=errors
    )
    return page, status


def _on_refusal(refusal: Refusal) -> Response | Any:
    message = refusal.message(language())
    errors = (
        [{"field": refusal.field, "code": refusal.code, "message": message}]
        if refusal.field
        else []
    )
    return _answer(status_of(refusal), refusal.code, message, errors)


def _on_validation_error(error: ValidationError) -> Response | Any:
    title = t("请检查标出的内容。", "Please check the fields named.")
    return _answer(422, "invalid_request", title, field_errors(error))


def _on_http(error: HTTPException) -> Response | Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    code, words = _HTTP.get(error.code, _HTTP[400])
    answer = _answer(error.code, code, t(words), [])
    if error.code == 405 and isinstance(answer, Response):
        answer.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
    return answer


def _on_unavailable(fault: Unavailable) -> Response:
    """Said without the database: neither the account's language nor the frame with its menu."""
    g.setdefault("language", asked_for() or "zh")
    if request.path.startswith("/api/"):
        answer = problem(503, fault.code, t(fault.words))
    else:
        page = current_app.jinja_env.get_template("errors/unavailable.html").render(
            fault=fault,
            lang=language(),
            fragment="HX-Request" in request.headers,
            again="" if request.method == "GET" else "/",  # "": the same address
            hotline=current_app.config["SETTINGS"].hotline_phone,
        )
        answer = Response(page, 503, mimetype="text/html")
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#said", "innerHTML"
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def _on_csrf(error: CSRFError) -> Response | Any:
    return _answer(400, "csrf", t(_CSRF), [])


def _on_accident(error: Exception) -> Response | Any:
    log.exception("unhandled", path=request.url_rule.rule if request.url_rule else "")
    code, words = _HTTP[500]
    return _answer(500, code, t(words), [])


def init_problems(app: Flask) -> None:
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(Unavailable, _on_unavailable)
    app.register_error_handler(ValidationError, _on_validation_error)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(HTTPException, _on_http)
    if not app.testing:
        app.register_error_handler(Exception, _on_accident)
