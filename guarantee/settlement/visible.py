"""Which batches a person may see: a centre's finance its own, supervisors theirs, others all."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from guarantee.db import db
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.refusals import NotFound, Words
from guarantee.roles import Role
from guarantee.settlement.models import Batch, Difference

_SEES_SETTLEMENT = frozenset(
    {Role.CENTER_FINANCE, Role.SUPERVISOR, Role.ALLIANCE_FINANCE, Role.ADMIN, Role.AUDITOR}
)


class UnknownBatch(NotFound):
    code = "unknown_batch"
    words = Words("没有这个批次。", "There is no such batch.")


class UnknownDifference(NotFound):
    code = "unknown_difference"
    words = Words("没有这项差异。", "There is no such difference.")


def visible_centers(viewer: Staff) -> Select[Center]:
    """The centres whose settlement this person may see."""
    query = select(Center)
    if viewer.role not in _SEES_SETTLEMENT:
        return query.where(false())
    centers = viewer.center_ids()
    return query if centers is None else query.where(Center.id.in_(centers))


def visible_batches(viewer: Staff) -> Select[Batch]:
    """The batches this person may see, as a query to filter further."""
    centers = visible_centers(viewer).with_only_columns(Center.id)
    return select(Batch).where(Batch.center_id.in_(centers))


def batch_for(batch_id: int, viewer: Staff) -> Batch:
    """The batch, if there is one and this person may see it. Refuses `unknown_batch` for both."""
    found = db.session.scalar(visible_batches(viewer).where(Batch.id == batch_id))
    if found is None:
        raise UnknownBatch()
    return found


def difference_for(difference_id: int, viewer: Staff) -> Difference:
    """The difference of a batch this person may see. Refuses `unknown_difference`."""
    batches = visible_batches(viewer).with_only_columns(Batch.id)
    found = db.session.scalar(
        select(Difference).where(Difference.id == difference_id, Difference.batch_id.in_(batches))
    )
    if found is None:
        raise UnknownDifference()
    return found
