"""Moving a batch from state to state: who may, and that nobody else moves it meanwhile."""

from __future__ import annotations

from sqlalchemy import select

from guarantee.db import db
from guarantee.parties.staff import SYSTEM, Staff
from guarantee.refusals import Forbidden, Words
from guarantee.settlement.models import Batch
from guarantee.tables import BATCH


class NotYourStep(Forbidden):
    code = "not_your_step"
    words = Words("您的角色不能进行“{event}”。", "Your role may not do this step: “{event_en}”.")


def locked(batch: Batch) -> Batch:
    """The batch, locked for this transaction and read afresh."""
    query = select(Batch).where(Batch.id == batch.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def check(batch: Batch, event: str, by: Staff) -> str:
    """The state that `event` leads to. Refuses `wrong_state` and `not_your_step`.

    The system's own account, under which commands and jobs run, may do every step but the
    approval: that one needs a person.
    """
    target = BATCH.move(batch.state, event)
    may = {role for move in BATCH.moves if move.event == event for role in move.who}
    by_system = by.username == SYSTEM and event != "approve"
    if by.role not in may and not by_system:
        words = BATCH.events[event]
        raise NotYourStep(event=words.zh, event_en=words.en)
    return target


def advance(batch: Batch, event: str, by: Staff) -> None:
    """Move a locked batch by `event`. Refuses as `check` does."""
    batch.state = check(batch, event, by)


def advance_by_itself(batch: Batch, event: str) -> None:
    """Move a locked batch by what a file says rather than a person. Refuses `wrong_state`."""
    batch.state = BATCH.move(batch.state, event)
