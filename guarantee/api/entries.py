"""The entries behind a letter's money: what was held, captured and released, by whom and when."""

from __future__ import annotations

from typing import Annotated, Literal

from apiflask import APIBlueprint
from pydantic import Field
from sqlalchemy import select

from guarantee.api.asked import letter_asked
from guarantee.api.fields import Moment, Out
from guarantee.api.operation import operation
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.transaction import note_view
from guarantee.ledger.holds import holds_of
from guarantee.ledger.models import Part
from guarantee.ledger.tracing import OnHold, entries_of_holds
from guarantee.parties.staff import SYSTEM, Staff
from guarantee.roles import Role

blueprint = APIBlueprint("api_entries", __name__, tag="Letters", url_prefix="/api/v1")

_READERS = (
    Role.DISPATCHER,
    Role.CREW,
    Role.CENTER_FINANCE,
    Role.HOTLINE,
    Role.SUPERVISOR,
    Role.ALLIANCE_FINANCE,
    Role.ADMIN,
    Role.AUDITOR,
)


class EntryOut(Out):
    """What one entry of the ledger moved on one part of the letter."""

    id: int
    entry: int
    """The entry's number; one entry may move both parts."""
    at: Moment
    kind: str
    """`hold placed`, `hold extended`, `captured`, `capture refunded`, `released`, `lapsed`,
    `reversed`."""
    cause: str
    by: str | None
    """Who moved it; null for the system itself."""
    part: Literal["pre_hospital", "in_hospital"]
    amount_fen: Annotated[int, Field(ge=1)]
    key: str | None
    """The movement's natural key: with it, it counts once."""
    idempotency_key: str | None
    """The Idempotency-Key of the request that moved it."""
    reverses: int | None
    """The entry whose mistake this one mends."""


class Entries(Out):
    items: list[EntryOut]
    next_cursor: str | None


@blueprint.get("/letters/<number>/entries")
@allow(*_READERS)
@operation(Entries)
def get_letter_entries(number: str) -> Entries:
    """What moved on this letter's holds, oldest first

    Only this letter's own money: a top-up's is asked for by its number. Entries are never changed;
    a mistake is mended by another one.
    """
    letter = letter_asked(number)
    note_view(action="letter viewed", subject=f"letter:{letter.number}")
    moved = entries_of_holds(hold.id for hold in holds_of([letter.id]))
    query = select(Staff.id, Staff.display_name).where(
        Staff.id.in_({one.entry.by_id for one in moved} - {None}), Staff.username != SYSTEM
    )
    names: dict[int | None, str] = {row[0]: row[1] for row in db.session.execute(query)}
    return Entries(items=[_entry(one, names) for one in moved], next_cursor=None)


def _entry(one: OnHold, names: dict[int | None, str]) -> EntryOut:
    return EntryOut(
        id=one.id,
        entry=one.entry.id,
        at=one.entry.at,
        kind=one.entry.kind,
        cause=one.entry.cause,
        by=names.get(one.entry.by_id),
        part=Part(one.hold.part).value,
        amount_fen=one.fen,
        key=one.entry.key,
        idempotency_key=one.entry.idempotency_key,
        reverses=one.entry.reverses_id,
    )
