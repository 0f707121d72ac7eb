"""The letter on paper: the PDF as issued, and the keys that its codes are checked with."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from guarantee.api.asked import letter_asked
from guarantee.api.fields import In, Out
from guarantee.api.operation import Bytes, operation
from guarantee.edge.access import allow, public
from guarantee.edge.paper import letter_pdf
from guarantee.letters.keys import published_keys
from guarantee.roles import Role

blueprint = APIBlueprint("api_papers", __name__, tag="Letters")

PAPER_READERS = (
    Role.DISPATCHER,
    Role.CREW,
    Role.CENTER_FINANCE,
    Role.HOTLINE,
    Role.SUPERVISOR,
    Role.BILLING_DESK,
    Role.ALLIANCE_FINANCE,
    Role.AUDITOR,
)
"""Who may read what patient and hospital put their names to."""


class WhichCopy(In):
    copy_no: int | None = Field(default=None, ge=1, le=4, alias="copy")


class Key(Out):
    """A JSON Web Key (RFC 8037)."""

    kty: str
    crv: str
    use: str
    alg: str
    kid: str
    x: str
    since: str = Field(alias="from")
    until: str | None = None


class Keys(Out):
    keys: list[Key]


@blueprint.get("/api/v1/letters/<number>.pdf")
@allow(*PAPER_READERS)
@operation(Bytes("application/pdf", "Four A4 pages, or the one copy"), query=WhichCopy)
def get_letter_pdf(number: str, query: WhichCopy) -> Response:
    """The letter as issued

    All four copies: the same bytes each time, each print counted. `?copy=1..4`: that copy.
    """
    return letter_pdf(letter_asked(number), str(query.copy_no or ""))


@blueprint.get("/.well-known/letter-keys.json")
@public
@operation(Keys)
def get_letter_keys() -> Response:
    """The public keys that letters are sealed with, retired ones too"""
    keys = Keys.model_validate({"keys": published_keys()})
    answer = Response(
        keys.model_dump_json(by_alias=True, exclude_none=True), mimetype="application/json"
    )
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
