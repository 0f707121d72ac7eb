"""What a desk must see at once: rows that the pages' event streams read.

Published in the same transaction as what caused them, so an event is never told of something that
did not happen, and a desk that was away reads what it missed by the last id it saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import JSON, CursorResult, String, Table, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from guarantee.db import Base, Moment, PrimaryKey, db


class LiveEvent(Base):
    __tablename__ = "live_events"

    id: Mapped[PrimaryKey]
    at: Mapped[Moment]
    topic: Mapped[str] = mapped_column(String(60), index=True)
    """Who listens: 'extension:3101/8001', 'center:3101', 'hospital:7', 'role:hotline'."""
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)


_TELL = insert(cast(Table, LiveEvent.__table__)).returning(LiveEvent.id)


def publish(*, topic: str, kind: str, at: datetime, **payload: object) -> int:
    """Tell the listeners of `topic`; answers the event's id. The payload holds ids and words, no
    personal data."""
    told = {"topic": topic, "kind": kind, "at": at, "payload": payload}
    return db.session.scalars(_TELL, told).one()


def since(last_id: int, topics: Sequence[str], *, limit: int = 200) -> Sequence[LiveEvent]:
    """The events after `last_id` for any of `topics`, oldest first."""
    query = (
        select(LiveEvent)
        .where(LiveEvent.id > last_id, LiveEvent.topic.in_(topics))
        .order_by(LiveEvent.id)
        .limit(limit)
    )
    return db.session.scalars(query).all()


KEPT = timedelta(days=7)
"""A desk that was away longer reads its lists anew instead."""


def forget_events(*, before: datetime) -> int:
    """Drop what was told more than a week ago; how many went."""
    old = delete(LiveEvent).where(LiveEvent.at < before - KEPT)
    gone: CursorResult[Any] = db.session.execute(old)  # type: ignore[assignment]
    return int(gone.rowcount)


def newest_id() -> int:
    """The id of the latest event there is, 0 before the first: where a page that is made now
    starts to listen."""
    return db.session.scalar(select(func.max(LiveEvent.id))) or 0


def id_before(moment: datetime) -> int:
    """The id after which everything published since `moment` follows."""
    first = db.session.scalar(select(func.min(LiveEvent.id)).where(LiveEvent.at >= moment))
    return first - 1 if first else newest_id()
