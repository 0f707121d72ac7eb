"""`POST /calls`: the telephone system tells of a call, and the dispatcher's screen pops up.

Signed by Standard Webhooks (standardwebhooks.com), not by a token. A message told again, by its
sender or by someone who recorded it, is the same call: nothing new happens.
"""

from __future__ import annotations

from typing import Annotated

from apiflask import APIBlueprint
from flask import current_app, request
from pydantic import Field
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from werkzeug.wrappers import Response

from guarantee.api.fields import Code, In, MomentIn, Out
from guarantee.api.operation import operation
from guarantee.business_time import now
from guarantee.cases.intake import take_call
from guarantee.config import Settings
from guarantee.edge.access import public
from guarantee.edge.accounts import signed_by_sender
from guarantee.edge.language import t
from guarantee.edge.problems import problem
from guarantee.parties.centers import center_by_code
from guarantee.refusals import Words

blueprint = APIBlueprint("api_calls", __name__, tag="Calls", url_prefix="/api/v1")

BAD_SIGNATURE = Words(
    "签名不符，或时间相差超过五分钟。请核对密钥和时钟。",
    "The signature does not fit, or is five minutes off. Check the secret and the clock.",
)


class CallIn(In):
    call_id: Annotated[Code, Field(max_length=80)]
    center: Code
    extension: Annotated[Code, Field(max_length=10)]
    caller: Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]
    """Empty, or not a number, when the caller withholds it."""
    at: MomentIn


class Told(Out):
    id: int
    candidates: int
    """How many members this phone may belong to."""


@blueprint.before_request
def check_signature() -> Response | None:
    """Before anything is read: who does not know the secret gets no other answer than this."""
    settings: Settings = current_app.config["SETTINGS"]
    raw = request.get_data(cache=True)
    if any(_signed_with(secret, raw) for secret in settings.webhook_secrets()):
        return None
    return problem(401, "bad_signature", t(BAD_SIGNATURE))


@blueprint.post("/calls")
@public
@signed_by_sender
@operation(Told, status=202, body=CallIn, refuses=(401,))
def tell_of_call(body: CallIn) -> Told:
    """A call arrives

    The card pops up at `GET /events` of the dispatcher on this extension. The same `call_id`
    of a centre counts once.
    """
    call, candidates = take_call(
        call_id=body.call_id,
        center=center_by_code(body.center),
        extension=body.extension,
        caller=body.caller,
        at=min(body.at, now()),  # a sender's clock that is fast tells of no future
    )
    return Told(id=call.id, candidates=len(candidates))


def _signed_with(secret: str, raw: bytes) -> bool:
    try:
        Webhook(secret).verify(raw, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # malformed headers or bytes are no signature
        return False
    return True
