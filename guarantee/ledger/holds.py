"""Covers and the holds on them: open, place, capture, give back, release.

The only code that locks a cover. Whoever calls locks the cover first (`lock_cover`), reads what
remains, decides, and moves. `held + captured ≤ sum insured` holds because available, held and
captured always add up to the sum insured and the database lets none of the three go below zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Table, insert, select

from guarantee.audit import Actor
from guarantee.db import db
from guarantee.ledger.entries import (
    Movement,
    Overdrawn,
    account,
    balance,
    lock_accounts,
    open_accounts,
    post_entry,
)
from guarantee.ledger.models import Account, AccountKind, Cover, Hold, Part
from guarantee.refusals import Conflict, Words
from guarantee.tables import HOLD


class SumBelowUse(Conflict):
    code = "sum_below_use"
    words = Words(
        "新保额低于已冻结和已扣用的金额，不能下调。",
        "The new sum insured is below what is held and captured already.",
    )
    field = "sum_insured"


COVER_ACCOUNTS = (
    AccountKind.COVER_AVAILABLE,
    AccountKind.COVER_HELD,
    AccountKind.COVER_CAPTURED,
)


_ADD_HOLDS = insert(cast(Table, Hold.__table__)).returning(Hold.id, Hold.placed_fen)


def open_cover(
    *, insurer_id: int, sum_insured_fen: int, cause: str, by: Actor | None, at: datetime
) -> Cover:
    """A new cover with its whole sum available."""
    cover = Cover(insurer_id=insurer_id, sum_insured_fen=sum_insured_fen)
    db.session.add(cover)
    db.session.flush()
    open_accounts(COVER_ACCOUNTS, cover.id)
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
    available = lock_cover(cover.id)
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


def lock_cover(cover_id: int) -> Account:
    """Lock the cover for this transaction; answers its available account, read afresh."""
    lock_accounts(COVER_ACCOUNTS, cover_id)
    return account(AccountKind.COVER_AVAILABLE, cover_id)


def remaining_fen(cover: Cover) -> int:
    """What may still be promised from this cover, in fen."""
    return balance(AccountKind.COVER_AVAILABLE, cover.id)


def remaining_of(cover_ids: Iterable[int]) -> dict[int, int]:
    """`remaining_fen` for many covers in one query."""
    query = select(Account.owner_id, Account.balance_fen).where(
        Account.kind == AccountKind.COVER_AVAILABLE, Account.owner_id.in_(list(cover_ids))
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def place_holds(
    *,
    cover_id: int,
    letter_id: int,
    parts: Mapping[Part, int],
    cause: str,
    by: Actor | None,
    at: datetime,
    links_to: Hold | None = None,
) -> None:
    """Set the amount of each part (0 allowed: nothing was left for it) aside for one letter, in
    one entry.

    Refuses `cover_exhausted` when less remains, whatever ran at the same time.
    """
    rows = [
        {
            "cover_id": cover_id,
            "letter_id": letter_id,
            "part": part,
            "state": "placed",
            "placed_fen": amount_fen,
            "placed_at": at,
            "links_to_id": links_to.id if links_to else None,
        }
        for part, amount_fen in parts.items()
    ]
    held = account(AccountKind.COVER_HELD, cover_id)
    available = account(AccountKind.COVER_AVAILABLE, cover_id)
    movements = [
        Movement(debit=held, credit=available, amount_fen=amount_fen, hold_id=hold_id)
        for hold_id, amount_fen in db.session.execute(_ADD_HOLDS, rows)
        if amount_fen
    ]
    if movements:
        post_entry(
            kind="hold placed",
            cause=cause,
            movements=movements,
            by=by,
            at=at,
            key=f"holds:{letter_id}",
        )


def extend_hold(*, hold: Hold, amount_fen: int, cause: str, by: Actor | None, at: datetime) -> None:
    """Hold again what was released (for a late charge). Refuses `cover_exhausted`."""
    if amount_fen > hold.released_fen:
        raise Overdrawn()
    again = _move(hold, AccountKind.COVER_HELD, AccountKind.COVER_AVAILABLE, amount_fen)
    _post("hold extended", [again], cause=cause, by=by, at=at)
    _turn(hold, "hold_again")


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

    The caller has locked the cover and asks for no more than `hold.held_fen`.
    """
    if amount_fen:
        promise = _move(hold, AccountKind.COVER_CAPTURED, AccountKind.COVER_HELD, amount_fen)
        owed = Movement(_receivable(hold), owed_to, amount_fen, hold.id)
        _post("captured", [promise, owed], cause=cause, by=by, at=at, key=key)
        _turn(hold, "capture" if hold.held_fen else "release" if hold.released_fen else "use_up")


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
        _post("capture refunded", [promise, owed], cause=cause, by=by, at=at, key=key)
        _turn(hold, "refund" if hold.captured_fen else "refund_all")


def release(
    *,
    hold: Hold,
    cause: str,
    by: Actor | None,
    at: datetime,
    event: Literal["release", "lapse"] = "release",
) -> int:
    """Give what is still promised back to the cover; answers how much, in fen. `lapse` says that
    nobody presented the letter in time."""
    amount_fen = hold.held_fen
    if amount_fen:
        back = _move(hold, AccountKind.COVER_AVAILABLE, AccountKind.COVER_HELD, amount_fen)
        _post("lapsed" if event == "lapse" else "released", [back], cause=cause, by=by, at=at)
    if event in HOLD.events_from(hold.state):
        _turn(hold, event)
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


def _post(
    kind: str,
    movements: list[Movement],
    *,
    cause: str,
    by: Actor | None,
    at: datetime,
    key: str | None = None,
) -> None:
    """One entry about holds; what they hold and have captured is read afresh when asked for."""
    post_entry(kind=kind, cause=cause, movements=movements, by=by, at=at, key=key)
    for hold_id in {m.hold_id for m in movements}:
        hold = db.session.get_one(Hold, hold_id)
        db.session.expire(hold, ["held_fen", "captured_fen"])


def _turn(hold: Hold, event: str) -> None:
    hold.state = HOLD.move(hold.state, event)
    db.session.flush()
