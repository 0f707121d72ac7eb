"""The originals: mailed within 2 days of the money, ticked off, owed until they have arrived."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from guarantee import audit
from guarantee.business_time import business_day
from guarantee.db import broke, db
from guarantee.letters.copies import note_copy
from guarantee.letters.models import LetterCopy
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Invalid, Words
from guarantee.settlement.courier import record_fee
from guarantee.settlement.models import Batch, Mailing, Original
from guarantee.settlement.moves import advance, locked
from guarantee.sheets.cells import compact
from guarantee.tables import COPY, WrongState


class TrackingNumberNeeded(Invalid):
    code = "tracking_number_needed"
    words = Words(
        "请填写快递单号（最多 40 个字符）。",
        "Please give the courier's tracking number (40 characters at most).",
    )
    field = "tracking_number"


class TrackingNumberTaken(Conflict):
    code = "tracking_number_taken"
    words = Words("该快递单号已登记过。", "This tracking number is recorded already.")
    field = "tracking_number"


class UnknownOriginal(Invalid):
    code = "unknown_original"
    words = Words("本中心没有欠交这份原件：{code}。", "This centre owes no such original: {code}.")
    field = "codes"


def mail(
    *,
    batch: Batch,
    courier: str,
    tracking_number: str,
    codes: Collection[str] | None,
    fee_fen: int,
    by: Staff,
    at: datetime,
    mailed_on: date | None = None,
) -> Mailing:
    """The centre mailed originals: those with these codes (copy codes, receipt numbers), or all
    that the batch owes when None. Papers still owed from earlier batches may be in the parcel.

    `fee_fen` (0: paid by the receiver) goes into the next batch: courier is at the alliance's
    cost. Refuses `wrong_state` before the money is there, `tracking_number_needed`,
    `tracking_number_taken`, `unknown_original`.
    """
    number = compact(tracking_number)
    if not number or len(number) > 40:
        raise TrackingNumberNeeded()
    batch = locked(batch)
    advance(batch, "mail", by)
    mailing = Mailing(
        batch_id=batch.id,
        courier=courier.strip()[:40],
        tracking_number=number,
        mailed_on=mailed_on or business_day(at),
        made_at=at,
        made_by_id=by.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(mailing)
    except IntegrityError as error:
        if broke(error, "uq_mailings_tracking"):
            raise TrackingNumberTaken() from error
        raise
    owing = owed(batch.center)
    if codes is None:
        chosen = [one for one in owing if one.batch_id == batch.id and one.mailing_id is None]
    else:
        chosen = _chosen(owing, codes)
    for one in chosen:
        one.mailing_id = mailing.id
        _note_copy(one, "mailed", by, at)
    if fee_fen:
        record_fee(
            center=batch.center,
            tracking_number=number,
            amount_fen=fee_fen,
            paid_on=mailing.mailed_on,
            by=by,
            at=at,
        )
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="originals mailed",
        subject=f"batch:{batch.id}",
        mailing=mailing.id,
        originals=len(chosen),
    )
    return mailing


def tick_off(*, batch: Batch, codes: Collection[str], by: Staff, at: datetime) -> list[Original]:
    """Headquarters has these papers in hand. Ticking the same again changes nothing.

    Refuses `wrong_state`, and `unknown_original` for a code that the centre does not owe.
    """
    batch = locked(batch)
    advance(batch, "tick_off", by)
    everything = db.session.scalars(
        select(Original)
        .join(Batch, Batch.id == Original.batch_id)
        .where(Batch.center_id == batch.center_id)
        .order_by(Original.id)
    ).all()
    chosen = _chosen(everything, codes)
    arrived = [one for one in chosen if one.arrived_at is None]
    for one in arrived:
        one.arrived_at, one.arrived_by_id = at, by.id
        _note_copy(one, "archived", by, at)
    db.session.flush()
    if arrived:
        audit.record(
            by=by,
            at=at,
            action="originals ticked off",
            subject=f"batch:{batch.id}",
            originals=[one.id for one in arrived],
        )
    return chosen


def close(*, batch: Batch, by: Staff, at: datetime) -> Batch:
    """Headquarters is done with the batch. What is missing stays owed (`owed`) and shows in the
    centre's next one. Refuses `wrong_state` before anything was mailed."""
    batch = locked(batch)
    advance(batch, "close", by)
    batch.closed_at, batch.closed_by_id = at, by.id
    missing = sum(one.arrived_at is None for one in originals_of(batch))
    db.session.flush()
    audit.record(by=by, at=at, action="batch closed", subject=f"batch:{batch.id}", missing=missing)
    return batch


def originals_of(batch: Batch) -> Sequence[Original]:
    """The papers that this batch is about, arrived or not."""
    query = select(Original).where(Original.batch_id == batch.id)
    return db.session.scalars(query.order_by(Original.id)).all()


def owed(
    center: Center, *, before: Batch | None = None, as_of: datetime | None = None
) -> Sequence[Original]:
    """What the centre still owes, oldest first. `before`: of batches earlier than this one;
    `as_of`: as it was at that moment."""
    query = (
        select(Original)
        .join(Batch, Batch.id == Original.batch_id)
        .where(Batch.center_id == center.id)
        .order_by(Original.id)
    )
    if before is not None:
        query = query.where(Batch.first_day < before.first_day)
    if as_of is None:
        query = query.where(Original.arrived_at.is_(None))
    else:
        query = query.where(
            Batch.approved_at <= as_of,
            or_(Original.arrived_at.is_(None), Original.arrived_at > as_of),
        )
    return db.session.scalars(query).all()


def _chosen(among: Sequence[Original], codes: Collection[str]) -> list[Original]:
    by_code = {_key(one.code): one for one in reversed(among)}
    chosen = []
    for code in codes:
        found = by_code.get(_key(code))
        if found is None:
            raise UnknownOriginal(code=code[:40])
        chosen.append(found)
    return chosen


def _key(code: str) -> str:
    return compact(code)


def _note_copy(original: Original, event: str, by: Staff, at: datetime) -> None:
    """Tell the letter's copy as well, where its own history allows that step."""
    if original.kind == "receipt":
        return
    copy = db.session.scalar(select(LetterCopy).where(LetterCopy.code == original.code))
    if copy is None:
        return
    try:
        COPY.move(copy.state, event)
    except WrongState:
        return  # nobody scanned it on its way; the parcel is recorded all the same
    note_copy(copy=copy, event=event, by=by, at=at)
