"""Writing an entry: the one place where a balance changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import event, insert, select, update
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


@dataclass(frozen=True)
class Movement:
    """`amount_fen` (> 0) from the account `credit` to the account `debit`."""

    debit: Account
    credit: Account
    amount_fen: int
    hold_id: int | None = None


def account(kind: AccountKind, owner_id: int = 0) -> Account:
    """The account of this kind and owner, opened with balance 0 when there is none yet."""
    known: dict[tuple[str, int], Account] = db.session.info.setdefault("ledger_accounts", {})
    if (found := known.get((kind, owner_id))) is None:
        found = known[kind, owner_id] = _find_or_open(kind, owner_id)
    return found


def _find_or_open(kind: AccountKind, owner_id: int) -> Account:
    query = select(Account).where(Account.kind == kind, Account.owner_id == owner_id)
    found = db.session.scalar(query)
    if found is not None:
        return found
    made = Account(kind=kind, owner_id=owner_id, balance_fen=0)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        found = db.session.scalar(query)  # somebody opened it at the same moment
        if found is None:
            raise
        return found
    return made


@event.listens_for(Session, "after_soft_rollback")
@event.listens_for(Session, "after_commit")
def _forget_accounts(session: Session, _rolled_back: object = None) -> None:
    """What this transaction knew of accounts is worth nothing to the next."""
    session.info.pop("ledger_accounts", None)


def lock(*accounts: Account) -> None:
    """Lock accounts, always in the order of their ids, and read their balances afresh."""
    ids = sorted({a.id for a in accounts})
    query = select(Account).where(Account.id.in_(ids)).order_by(Account.id).with_for_update()
    db.session.execute(query.execution_options(populate_existing=True)).all()


def post_entry(
    *,
    kind: str,
    cause: str,
    movements: Sequence[Movement],
    by: Actor | None,
    at: datetime,
    key: str | None = None,
    reverses: Entry | None = None,
) -> Entry:
    """Write one entry with its postings and bring the balances along.

    `key` makes the movement count once: the database refuses a second entry with it. Refuses
    `cover_exhausted` and `reserve_fund_empty` when the database's own guard strikes.
    """
    entry = Entry(
        at=at,
        kind=kind,
        cause=cause,
        by_id=by.id if by else None,
        key=key,
        reverses_id=reverses.id if reverses else None,
    )
    db.session.add(entry)
    db.session.flush()
    changes: dict[int, int] = defaultdict(int)
    rows = []
    for m in movements:
        changes[m.debit.id] += m.amount_fen
        changes[m.credit.id] -= m.amount_fen
        rows.append(
            {
                "entry_id": entry.id,
                "debit_account_id": m.debit.id,
                "credit_account_id": m.credit.id,
                "amount_fen": m.amount_fen,
                "hold_id": m.hold_id,
            }
        )
    db.session.execute(insert(Posting), rows)
    try:
        # in the order of ids, so that two entries never wait for each other in a ring
        for account_id, change in sorted(changes.items()):
            db.session.execute(
                update(Account)
                .where(Account.id == account_id)
                .values(balance_fen=Account.balance_fen + change)
                .execution_options(synchronize_session=False)
            )
    except IntegrityError as error:
        if broke(error, "ck_ledger_accounts_cover_never_overdrawn"):
            raise Overdrawn() from error
        if broke(error, "ck_ledger_accounts_reserve_fund_positive"):
            raise ReserveFundEmpty() from error
        raise
    touched = {m.debit for m in movements} | {m.credit for m in movements}
    for one in touched:
        db.session.expire(one, ["balance_fen"])
    return entry


def reverse_entry(
    *, entry: Entry, cause: str, by: Actor | None, at: datetime, key: str | None = None
) -> Entry:
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
            for p in entry.postings
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
