"""`GET /events`: what happens at the caller's desk, as server-sent events."""

from __future__ import annotations

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from guarantee.api.fields import In
from guarantee.api.operation import Bytes, me, operation
from guarantee.edge.access import allow
from guarantee.edge.stream import event_stream

blueprint = APIBlueprint("api_events", __name__, tag="Calls", url_prefix="/api/v1")


class Since(In):
    since: Annotated[str, Field(pattern="^[0-9]{1,17}$")] | None = None
    """The id seen last, where the reader can't send the header `Last-Event-ID`."""
    once: Literal["0", "1"] = "0"
    """1: tell what there is and end."""


@blueprint.get("/events")
@allow()
@operation(Bytes("text/event-stream", "id, event and a line of JSON for each"), query=Since)
def listen(query: Since) -> Response:
    """What happens at my desk

    Topics of the signed-in person: the own extension, centre or hospital, and role. Replays
    what came after `Last-Event-ID`; without it, the last ten minutes.
    """
    return event_stream(me())
