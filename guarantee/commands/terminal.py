"""How commands speak: a line a person reads, or one JSON object; refusals on one exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from guarantee.edge.database_faults import Unavailable, fault_of
from guarantee.edge.transaction import committed
from guarantee.refusals import Refusal

T = TypeVar("T")

FOUND_WRONG = 1
REFUSED = 2
UNAVAILABLE = 3

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")


def tell(facts: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Say what came out."""
    click.echo(json.dumps(facts, ensure_ascii=False, default=str) if as_json else text)


def done(work: Callable[[], T], *, as_json: bool) -> T:
    """`work`, committed; a refusal is told and ends the command with exit code 2, a database that
    can't do it now with 3."""
    try:
        return committed(work)
    except Refusal as refusal:
        refuse(refusal.code, refusal.message("zh"), refusal.message("en"), as_json=as_json)
    except Unavailable as answer:
        _unavailable(answer, as_json=as_json)


def read(work: Callable[[], T], *, as_json: bool) -> T:
    """`work` that writes nothing, so there is nothing to commit; a database that can't do it now
    is told as by `done`."""
    try:
        return work()
    except SQLAlchemyError as error:
        fault = fault_of(error)
        if fault is None:
            raise
        _unavailable(fault.answer(), as_json=as_json)


def _unavailable(answer: Unavailable, *, as_json: bool) -> NoReturn:
    _end(answer.code, answer.message("zh"), answer.message("en"), UNAVAILABLE, as_json=as_json)


def refuse(code: str, zh: str, en: str, *, as_json: bool) -> NoReturn:
    """End the command: nothing was changed."""
    _end(code, zh, en, REFUSED, as_json=as_json)


def _end(code: str, zh: str, en: str, exit_code: int, *, as_json: bool) -> NoReturn:
    if as_json:
        click.echo(json.dumps({"error": {"code": code, "zh": zh, "en": en}}, ensure_ascii=False))
    else:
        click.echo(f"{zh} {en} ({code})", err=True)
    raise click.exceptions.Exit(exit_code)


def found_wrong() -> NoReturn:
    """End the command: it ran, and what it looked at is not right."""
    raise click.exceptions.Exit(FOUND_WRONG)
