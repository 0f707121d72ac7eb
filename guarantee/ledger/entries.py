"""Writing an entry: the one way to move money. The database brings the balances along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, event, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from guarantee.audit import Actor
from guarantee.db import broke, db
from guarantee.ledger.models import Account, AccountKind, Entry, Posting
from guarantee.refusals import Conflict, Words


class Overdrawn(Conflict):
    code = "cover_exhausted"
    words = Words("剩余保额不足。", "The remaining cover does not suffice.")


class ReserveFundEmpty(Conflict):
    code = "reserve_fund_empty"
    words = Words("备用金余额不足。", "The reserve fund does not suffice.")
    field = "amount_fen"


# Written once, not at each call: issuing a letter is mostly the cost of its statements.
_LOCKED = (
    select(Account)
    .where(
        Account.kind.in_(bindparam("kinds", expanding=True)),
        Account.owner_id == bindparam("owner_id"),
    )
    .order_by(Account.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_ADD_ENTRY = insert(cast(Table, Entry.__table__)).returning(Entry.id)
# RETURNING makes it one statement however many rows there are
_ADD_POSTINGS = insert(cast(Table, Posting.__table__)).returning(Posting.id)


@dataclass(frozen=True)
class Movement:
    """`amount_fen` (> 0) from the account `credit` to the account `debit`."""

    debit: Account
    credit: Account
    amount_fen: int
    hold_id: int | None = None


def account(kind: AccountKind, owner_id: int = 0) -> Account:
    """The account of this kind and owner, opened with balance 0 when there is none yet."""
    found = _known().get((kind, owner_id)) or _find(kind, owner_id) or _open(kind, owner_id)
    _known()[kind, owner_id] = found
    return found


def open_accounts(kinds: Iterable[AccountKind], owner_id: int) -> None:
    """Accounts with balance 0 for an owner made just now, of whom nobody else can know yet."""
    opened = [Account(kind=kind, owner_id=owner_id, balance_fen=0) for kind in kinds]
    db.session.add_all(opened)
    db.session.flush()
    _known().update({(a.kind, owner_id): a for a in opened})


def lock_accounts(kinds: Iterable[AccountKind], owner_id: int) -> None:
    """Lock an owner's accounts, in the order of their ids, and read their balances afresh."""
    for locked in db.session.scalars(_LOCKED, {"kinds": list(kinds), "owner_id": owner_id}):
        _known()[locked.kind, owner_id] = locked


def _known() -> dict[tuple[str, int], Account]:
    """The accounts this transaction has met; the next one starts with none."""
    known: dict[tuple[str, int], Account] = db.session.info.setdefault("ledger_accounts", {})
    return known


def _find(kind: AccountKind, owner_id: int) -> Account | None:
    query = select(Account).where(Account.kind == kind, Account.owner_id == owner_id)
    return db.session.scalar(query)


def _open(kind: AccountKind, owner_id: int) -> Account:
    made = Account(kind=kind, owner_id=owner_id, balance_fen=0)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        found = _find(kind, owner_id)  # somebody opened it at the same moment
        if found is None:
            raise
        return found
    return made


@event.listens_for(Session, "after_soft_rollback")
@event.listens_for(Session, "after_commit")
def _forget_accounts(session: Session, _rolled_back: object = None) -> None:
    """What this transaction knew of accounts is worth nothing to the next."""
    session.info.pop("ledger_accounts", None)


def post_entry(
    *,
    kind: str,
    cause: str,
    movements: Sequence[Movement],
    by: Actor | None,
    at: datetime,
    key: str | None = None,
    reverses: Entry | None = None,
) -> int:
    """Write one entry with its postings; the database moves the balances with them. Answers the
    entry's id.

    `key` makes the movement count once: the database refuses a second entry with it. Refuses
    `cover_exhausted` and `reserve_fund_empty` when the database's own guard strikes.
    """
    entry_id = db.session.scalars(
        _ADD_ENTRY,
        {
            "at": at,
            "kind": kind,
            "cause": cause,
            "by_id": by.id if by else None,
            "key": key,
            "idempotency_key": db.session.info.get("idempotency_key"),
            "reverses_id": reverses.id if reverses else None,
        },
    ).one()
    rows = [
        {
            "entry_id": entry_id,
            "debit_account_id": m.debit.id,
            "credit_account_id": m.credit.id,
            "amount_fen": m.amount_fen,
            "hold_id": m.hold_id,
        }
        for m in movements
    ]
    try:
        db.session.execute(_ADD_POSTINGS, rows)  # its trigger moves the balances
    except IntegrityError as error:
        if broke(error, "ck_ledger_accounts_cover_never_overdrawn"):
            raise Overdrawn() from error
        if broke(error, "ck_ledger_accounts_reserve_fund_positive"):
            raise ReserveFundEmpty() from error
        raise
    for touched in {m.debit for m in movements} | {m.credit for m in movements}:
        db.session.expire(touched, ["balance_fen"])
    return entry_id


def reverse_entry(
    *, entry: Entry, cause: str, by: Actor | None, at: datetime, key: str | None = None
) -> int:
    """Mend a mistake: the same movements the other way round, naming what they reverse."""
    accounts = {
        a.id: a
        for p in entry.postings
        for a in (
            db.session.get_one(Account, p.debit_account_id),
            db.session.get_one(Account, p.credit_account_id),
        )
    }
    return post_entry(
        kind="reversed",
        cause=cause,
        movements=[
            Movement(
                debit=accounts[p.credit_account_id],
                credit=accounts[p.debit_account_id],
                amount_fen=p.amount_fen,
                hold_id=p.hold_id,
            )
            for p in reversed(entry.postings)
        ],
        by=by,
        at=at,
        key=key,
        reverses=entry,
    )


def balance(kind: AccountKind, owner_id: int = 0) -> int:
    """The balance in fen; 0 for an account that was never used."""
    query = select(Account.balance_fen).where(Account.kind == kind, Account.owner_id == owner_id)
    return db.session.scalar(query) or 0
