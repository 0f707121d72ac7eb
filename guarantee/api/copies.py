"""The four copies: scanning one's code is enough to say where it is."""

from __future__ import annotations

from typing import Annotated, Literal

from apiflask import APIBlueprint
from pydantic import Field

from guarantee.api.fields import In, Moment, Out
from guarantee.api.operation import me, operation
from guarantee.business_time import now
from guarantee.edge.access import allow
from guarantee.letters.copies import copy_for, note_copy
from guarantee.tables import COPY

blueprint = APIBlueprint("api_copies", __name__, tag="Copies", url_prefix="/api/v1")


class EventIn(In):
    event: Literal["handed_over", "signed", "returned", "mailed", "archived"]


class EventOut(Out):
    id: int
    event: str
    at: Moment


class CopyState(Out):
    id: int
    code: str
    copy_no: Annotated[int, Field(ge=1, le=4)]
    letter: str
    state: str
    events: list[EventOut]


@blueprint.post("/copies/<code>/events")
@allow(*COPY.anyone())
@operation(CopyState, body=EventIn, idempotent=True)
def note_copy_event(code: str, body: EventIn) -> CopyState:
    """Say what happened to a copy

    The same again changes nothing.
    """
    copy = note_copy(copy=copy_for(code, me()), event=body.event, by=me(), at=now())
    return CopyState(
        id=copy.id,
        code=copy.code,
        copy_no=copy.copy_no,
        letter=copy.letter.number,
        state=copy.state,
        events=[EventOut(id=e.id, event=e.event, at=e.at) for e in copy.events],
    )
