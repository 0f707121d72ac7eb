"""The hospitals' week: closed letters gathered for each hospital, once, and approved by another.

What a letter is owed is what its in-hospital holds have captured, less what a reserve fund paid of
it elsewhere, less what stood in a batch before. So a letter is paid once however often a week is
opened, a letter forgotten comes along later, and a difference that arises afterwards is a line of
its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, false, func, select

from guarantee import audit
from guarantee.business_time import bounds_of_week, business_day, days_of_week
from guarantee.db import db
from guarantee.ledger.models import Hold, Part
from guarantee.letters.models import Letter
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import SYSTEM, Staff
from guarantee.refusals import Forbidden, Words
from guarantee.roles import Role
from guarantee.settlement.approval import SamePerson
from guarantee.settlement.batch import REMITTANCE_DAYS, WeekNotOver
from guarantee.settlement.models import HospitalBatch, HospitalLine, ReserveDrawdown
from guarantee.settlement.moves import check, locked
from guarantee.settlement.visible import UnknownBatch

OPENERS = (Role.ALLIANCE_FINANCE,)
READERS = (Role.ALLIANCE_FINANCE, Role.ADMIN, Role.AUDITOR)


class NotYourWeek(Forbidden):
    code = "not_your_week"
    words = Words(
        "医院结算周由联盟财务开立。", "The alliance's finance opens the hospitals' weeks."
    )


class OpenedItYourself(SamePerson):
    words = Words(
        "批准人不能是开立批次的人，请由他人批准。",
        "Whoever opened the batch can't approve it. Somebody else must.",
    )


@dataclass(frozen=True, slots=True)
class _Due:
    """One closed letter's fen that stand in no batch yet."""

    letter_id: int
    hospital_id: int
    closed_at: datetime
    fen: int
    nth: int


def open_hospital_week(
    *, week: str, by: Staff, at: datetime, remittance_days: int = REMITTANCE_DAYS
) -> list[HospitalBatch]:
    """The week's batch of every hospital that is owed something: opened now, or the ones there
    are, untouched. A hospital whose differences outweigh its letters gets none: they are set
    against its next letters.

    Refuses `not_your_week`, `bad_week`, `week_not_over`.
    """
    if by.role not in OPENERS and by.username != SYSTEM:
        raise NotYourWeek()
    days = days_of_week(week)
    week = f"{week[:4]}-W{week[-2:]}"
    if business_day(at) <= days[-1]:
        raise WeekNotOver(week=week)
    hospital_ids = sorted(_owed(week))
    # Whoever opens at the same moment waits here; issuing letters to these hospitals does not.
    db.session.execute(
        select(Hospital.id)
        .where(Hospital.id.in_(hospital_ids))
        .order_by(Hospital.id)
        .with_for_update(key_share=True)
    )
    for hospital_id, dues in _owed(week).items():
        if hospital_id not in hospital_ids:
            continue  # closed its first letter while this ran; not locked, so left for next time
        batch = HospitalBatch(
            hospital_id=hospital_id,
            week=week,
            first_day=days[0],
            last_day=days[-1],
            opened_at=at,
            opened_by_id=by.id,
            remit_by=days[-1] + timedelta(days=1 + remittance_days),
        )
        _open(batch, dues, by, at)
    query = select(HospitalBatch).where(HospitalBatch.week == week)
    return list(db.session.scalars(query.order_by(HospitalBatch.hospital_id)))


def hospitals_to_open(week: str) -> int:
    """How many hospitals `open_hospital_week` would open a batch for now. Refuses `bad_week`."""
    return len(_owed(week))


def approve_hospital_batch(*, batch: HospitalBatch, by: Staff, at: datetime) -> HospitalBatch:
    """Approve an open batch for its letters and total: neither changes once it is open.

    What is owed was booked when the letters were charged; only the payment moves money.
    Refuses `wrong_state`, `not_your_step`, `same_person`.
    """
    batch = locked(batch)
    target = check(batch, "approve", by)
    if by.id == batch.opened_by_id:
        raise OpenedItYourself()
    total_fen = batch.total_fen
    batch.state, batch.approved_by_id, batch.approved_at = target, by.id, at
    batch.approved_fen = total_fen
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="batch approved",
        subject=f"hospital_batch:{batch.id}",
        total_fen=total_fen,
        lines=len(batch.lines),
    )
    return batch


def visible_hospital_batches(viewer: Staff) -> Select[HospitalBatch]:
    """The hospitals' batches this person may see, as a query to filter further."""
    query = select(HospitalBatch)
    return query if viewer.role in READERS else query.where(false())


def hospital_batch_for(batch_id: int, viewer: Staff) -> HospitalBatch:
    """The batch, if there is one and this person may see it. Refuses `unknown_batch` for both."""
    found = db.session.scalar(visible_hospital_batches(viewer).where(HospitalBatch.id == batch_id))
    if found is None:
        raise UnknownBatch()
    return found


def _open(batch: HospitalBatch, dues: Sequence[_Due], by: Staff, at: datetime) -> None:
    db.session.add(batch)
    db.session.flush()
    db.session.add_all(
        HospitalLine(
            batch_id=batch.id,
            letter_id=due.letter_id,
            nth=due.nth,
            closed_on=business_day(due.closed_at),
            amount_fen=due.fen,
        )
        for due in dues
    )
    db.session.flush()
    db.session.refresh(batch, ["lines"])
    audit.record(
        by=by,
        at=at,
        action="batch opened",
        subject=f"hospital_batch:{batch.id}",
        hospital=batch.hospital.code,
        week=batch.week,
        lines=len(batch.lines),
        total_fen=batch.total_fen,
    )


def _owed(week: str) -> dict[int, list[_Due]]:
    """Hospital → what is due to it, where it comes to more than nothing and the week has no batch
    of it yet."""
    opened = set(
        db.session.scalars(select(HospitalBatch.hospital_id).where(HospitalBatch.week == week))
    )
    owed: dict[int, list[_Due]] = {}
    for due in _due(week):
        if due.hospital_id not in opened:
            owed.setdefault(due.hospital_id, []).append(due)
    return {one: dues for one, dues in owed.items() if sum(due.fen for due in dues) > 0}


def _due(week: str) -> list[_Due]:
    """Every letter closed by the end of the week whose captured fen, drawdowns aside, differ from
    what was settled, in the order of closing."""
    captured = (
        select(
            func.coalesce(Letter.amends_id, Letter.id).label("letter_id"),
            func.sum(Hold.captured_fen).label("fen"),
        )
        .join(Hold, Hold.letter_id == Letter.id)
        .where(Hold.part == Part.IN_HOSPITAL)
        .group_by(func.coalesce(Letter.amends_id, Letter.id))
        .subquery()
    )
    drawn = (
        select(ReserveDrawdown.letter_id, func.sum(ReserveDrawdown.amount_fen).label("fen"))
        .group_by(ReserveDrawdown.letter_id)
        .subquery()
    )
    settled = (
        select(
            HospitalLine.letter_id,
            func.sum(HospitalLine.amount_fen).label("fen"),
            func.max(HospitalLine.nth).label("nth"),
        )
        .group_by(HospitalLine.letter_id)
        .subquery()
    )
    left = captured.c.fen - func.coalesce(drawn.c.fen, 0) - func.coalesce(settled.c.fen, 0)
    query = (
        select(
            Letter.id,
            Letter.hospital_id,
            Letter.closed_at,
            left,
            func.coalesce(settled.c.nth, 0) + 1,
        )
        .join(captured, captured.c.letter_id == Letter.id)
        .outerjoin(drawn, drawn.c.letter_id == Letter.id)
        .outerjoin(settled, settled.c.letter_id == Letter.id)
        .where(
            Letter.kind == "initial",
            Letter.state == "closed",
            Letter.closed_at < bounds_of_week(week)[1],
            left != 0,
        )
        .order_by(Letter.closed_at, Letter.id)
    )
    return [
        _Due(letter_id, hospital_id, closed_at, int(fen), nth)
        for letter_id, hospital_id, closed_at, fen, nth in db.session.execute(query)
    ]
