"""Covers and the holds on them: open, place, capture, give back, release.

The only code that locks a cover. Whoever calls locks the cover first (`lock_cover`), reads what
remains, decides, and moves. `held + captured ≤ sum insured` holds because available, held and
captured always add up to the sum insured and the database lets none of the three go below zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from guarantee.audit import Actor
from guarantee.db import db
from guarantee.ledger.entries import Movement, Overdrawn, account, balance, lock, post_entry
from guarantee.ledger.models import Account, AccountKind, Cover, Hold, Part
from guarantee.refusals import Conflict, Words


class SumBelowUse(Conflict):
    code = "sum_below_use"
    words = Words(
        "新保额低于已冻结和已扣用的金额，不能下调。",
        "The new sum insured is below what is held and captured already.",
    )
    field = "sum_insured"


def open_cover(
    *, insurer_id: int, sum_insured_fen: int, cause: str, by: Actor | None, at: datetime
) -> Cover:
    """A new cover with its whole sum available."""
    cover = Cover(insurer_id=insurer_id, sum_insured_fen=sum_insured_fen)
    db.session.add(cover)
    db.session.flush()
    post_entry(
        kind="cover opened",
        cause=cause,
        movements=[
            Movement(
                debit=account(AccountKind.COVER_AVAILABLE, cover.id),
                credit=account(AccountKind.COVER_GRANTED, insurer_id),
                amount_fen=sum_insured_fen,
            )
        ],
        by=by,
        at=at,
    )
    return cover


def change_sum_insured(
    *, cover: Cover, sum_insured_fen: int, cause: str, by: Actor | None, at: datetime
) -> None:
    """Raise or lower the sum insured. Refuses `sum_below_use`."""
    available = lock_cover(cover)
    change = sum_insured_fen - cover.sum_insured_fen
    if change == 0:
        return
    if available.balance_fen + change < 0:
        raise SumBelowUse()
    granted = account(AccountKind.COVER_GRANTED, cover.insurer_id)
    debit, credit = (available, granted) if change > 0 else (granted, available)
    post_entry(
        kind="sum insured changed",
        cause=cause,
        movements=[Movement(debit=debit, credit=credit, amount_fen=abs(change))],
        by=by,
        at=at,
    )
    cover.sum_insured_fen = sum_insured_fen


def lock_cover(cover: Cover) -> Account:
    """Lock the cover for this transaction; answers its available account, read afresh."""
    available = account(AccountKind.COVER_AVAILABLE, cover.id)
    lock(available)
    return available


def remaining_fen(cover: Cover) -> int:
    """What may still be promised from this cover, in fen."""
    return balance(AccountKind.COVER_AVAILABLE, cover.id)


def remaining_of(cover_ids: Iterable[int]) -> dict[int, int]:
    """`remaining_fen` for many covers in one query."""
    query = select(Account.owner_id, Account.balance_fen).where(
        Account.kind == AccountKind.COVER_AVAILABLE, Account.owner_id.in_(list(cover_ids))
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def place_hold(
    *,
    cover: Cover,
    letter_id: int,
    part: Part,
    amount_fen: int,
    cause: str,
    by: Actor | None,
    at: datetime,
    links_to: Hold | None = None,
) -> Hold:
    """Set `amount_fen` (0 allowed: a part with nothing left) aside for one part of a letter.

    Refuses `cover_exhausted` when less remains, whatever ran at the same time.
    """
    hold = Hold(
        cover_id=cover.id,
        letter_id=letter_id,
        part=part,
        placed_fen=amount_fen,
        placed_at=at,
        links_to_id=links_to.id if links_to else None,
    )
    db.session.add(hold)
    db.session.flush()
    if amount_fen:
        post_entry(
            kind="hold placed",
            cause=cause,
            movements=[
                _move(hold, AccountKind.COVER_HELD, AccountKind.COVER_AVAILABLE, amount_fen)
            ],
            by=by,
            at=at,
            key=f"hold:{hold.id}",
        )
    return hold


def extend_hold(*, hold: Hold, amount_fen: int, cause: str, by: Actor | None, at: datetime) -> None:
    """Hold again what was released (for a late charge). Refuses `cover_exhausted`."""
    if amount_fen > hold.released_fen:
        raise Overdrawn()
    post_entry(
        kind="hold extended",
        cause=cause,
        movements=[_move(hold, AccountKind.COVER_HELD, AccountKind.COVER_AVAILABLE, amount_fen)],
        by=by,
        at=at,
    )
    hold.released_fen -= amount_fen
    hold.state = _state_of(hold)
    db.session.flush()


def capture(
    *,
    hold: Hold,
    amount_fen: int,
    owed_to: Account,
    cause: str,
    by: Actor | None,
    at: datetime,
    key: str | None = None,
) -> None:
    """Use `amount_fen` of a hold: the insurer owes it to the alliance, the alliance to `owed_to`
    (a centre's or hospital's payable, or the reserve fund it was paid from).

    The caller has locked the cover and asks for no more than `hold.open_fen`.
    """
    if amount_fen:
        promise = _move(hold, AccountKind.COVER_CAPTURED, AccountKind.COVER_HELD, amount_fen)
        owed = Movement(_receivable(hold), owed_to, amount_fen, hold.id)
        post_entry(kind="captured", cause=cause, movements=[promise, owed], by=by, at=at, key=key)
        _captured(hold, amount_fen)


def uncapture(
    *,
    hold: Hold,
    amount_fen: int,
    owed_to: Account,
    cause: str,
    by: Actor | None,
    at: datetime,
    key: str | None = None,
) -> None:
    """A refund: `amount_fen` of what was captured is promised again and no longer owed."""
    if amount_fen:
        promise = _move(hold, AccountKind.COVER_HELD, AccountKind.COVER_CAPTURED, amount_fen)
        owed = Movement(owed_to, _receivable(hold), amount_fen, hold.id)
        post_entry(
            kind="capture refunded", cause=cause, movements=[promise, owed], by=by, at=at, key=key
        )
        _captured(hold, -amount_fen)


def release(*, hold: Hold, cause: str, by: Actor | None, at: datetime) -> int:
    """Give what is still promised back to the cover; answers how much, in fen."""
    amount_fen = hold.open_fen
    if amount_fen:
        post_entry(
            kind="released",
            cause=cause,
            movements=[
                _move(hold, AccountKind.COVER_AVAILABLE, AccountKind.COVER_HELD, amount_fen)
            ],
            by=by,
            at=at,
        )
        hold.released_fen += amount_fen
    hold.state = "captured" if hold.captured_fen == hold.placed_fen > 0 else "released"
    db.session.flush()
    return amount_fen


def holds_of(letter_ids: Iterable[int], part: Part | None = None) -> list[Hold]:
    """The holds of these letters, oldest first: the initial letter's before its top-ups'."""
    query = select(Hold).where(Hold.letter_id.in_(list(letter_ids))).order_by(Hold.id)
    if part is not None:
        query = query.where(Hold.part == part)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _move(hold: Hold, debit: AccountKind, credit: AccountKind, amount_fen: int) -> Movement:
    return Movement(
        debit=account(debit, hold.cover_id),
        credit=account(credit, hold.cover_id),
        amount_fen=amount_fen,
        hold_id=hold.id,
    )


def _receivable(hold: Hold) -> Account:
    insurer_id = db.session.get_one(Cover, hold.cover_id).insurer_id
    return account(AccountKind.INSURER_RECEIVABLE, insurer_id)


def _captured(hold: Hold, change_fen: int) -> None:
    hold.captured_fen += change_fen
    hold.state = _state_of(hold)
    db.session.flush()


def _state_of(hold: Hold) -> str:
    if hold.captured_fen == 0:
        return "placed" if hold.open_fen or not hold.released_fen else "released"
    return "partly_captured" if hold.open_fen else "captured"
