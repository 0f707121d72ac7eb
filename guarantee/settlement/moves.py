"""Moving a batch from state to state: who may, and that nobody else moves it meanwhile."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select

from guarantee.db import db
from guarantee.parties.staff import SYSTEM, Staff
from guarantee.refusals import Forbidden, Words
from guarantee.settlement.models import Batch, HospitalBatch
from guarantee.states import StateTable
from guarantee.tables import BATCH, HOSPITAL_BATCH

AnyBatch = TypeVar("AnyBatch", Batch, HospitalBatch)


class NotYourStep(Forbidden):
    code = "not_your_step"
    words = Words("您的角色不能进行“{event}”。", "Your role may not do this step: “{event_en}”.")


def locked(batch: AnyBatch) -> AnyBatch:
    """The batch, locked for this transaction and read afresh."""
    table = type(batch)
    query = select(table).where(table.id == batch.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def check(batch: Batch | HospitalBatch, event: str, by: Staff) -> str:
    """The state that `event` leads to. Refuses `wrong_state` and `not_your_step`.

    The system's own account, under which commands and jobs run, may do every step but the
    approval: that one needs a person.
    """
    table = _table_of(batch)
    target = table.move(batch.state, event)
    by_system = by.username == SYSTEM and event != "approve"
    if by.role not in table.who(event) and not by_system:
        words = table.events[event]
        raise NotYourStep(event=words.zh, event_en=words.en)
    return target


def advance(batch: Batch | HospitalBatch, event: str, by: Staff) -> None:
    """Move a locked batch by `event`. Refuses as `check` does."""
    batch.state = check(batch, event, by)


def advance_by_itself(batch: Batch | HospitalBatch, event: str) -> None:
    """Move a locked batch by what a file says rather than a person. Refuses `wrong_state`."""
    batch.state = _table_of(batch).move(batch.state, event)


def _table_of(batch: Batch | HospitalBatch) -> StateTable:
    return HOSPITAL_BATCH if isinstance(batch, HospitalBatch) else BATCH
