"""`flask ledger check`: recompute everything from the postings and name what does not agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import case, func, select

from guarantee.db import db
from guarantee.ledger.models import Account, AccountKind, Cover, Entry, Hold, Posting


@dataclass
class LedgerVerdict:
    """How much was looked at, and each thing found wrong, as a sentence naming the row."""

    entries: int = 0
    postings: int = 0
    accounts: int = 0
    covers: int = 0
    holds: int = 0
    faults: list[str] = field(default_factory=list)


def check_ledger() -> LedgerVerdict:
    """Every balance against its postings, every cover and every hold against its own."""
    verdict = LedgerVerdict(
        entries=db.session.scalar(select(func.count(Entry.id))) or 0,
        postings=db.session.scalar(select(func.count(Posting.id))) or 0,
    )
    for check in (_balances, _empty_entries, _covers, _holds):
        verdict.faults.extend(check(verdict))
    return verdict


def _balances(verdict: LedgerVerdict) -> Iterator[str]:
    sides = []
    for column, sign in ((Posting.debit_account_id, 1), (Posting.credit_account_id, -1)):
        sides.append(
            select(
                column.label("account_id"), func.sum(Posting.amount_fen * sign).label("fen")
            ).group_by(column)
        )
    both = sides[0].union_all(sides[1]).subquery()
    sums = select(both.c.account_id, func.sum(both.c.fen).label("fen"))
    sums_of = sums.group_by(both.c.account_id).subquery()
    query = select(Account.id, Account.kind, Account.balance_fen, func.coalesce(sums_of.c.fen, 0))
    query = query.outerjoin(sums_of, sums_of.c.account_id == Account.id)
    for account_id, kind, kept, recomputed in db.session.execute(
        query.execution_options(yield_per=2000)
    ):
        verdict.accounts += 1
        if kept != recomputed:
            yield f"account {account_id} ({kind}): kept {kept}, its postings give {recomputed}"


def _empty_entries(verdict: LedgerVerdict) -> Iterator[str]:
    query = select(Entry.id).outerjoin(Posting).where(Posting.id.is_(None))
    for entry_id in db.session.scalars(query):
        yield f"entry {entry_id}: has no postings"


def _covers(verdict: LedgerVerdict) -> Iterator[str]:
    """available + held + captured = sum insured, and none of them below zero."""

    def of(kind: AccountKind) -> object:
        return func.sum(case((Account.kind == kind, Account.balance_fen), else_=0))

    query = (
        select(
            Cover.id,
            Cover.sum_insured_fen,
            of(AccountKind.COVER_AVAILABLE),
            of(AccountKind.COVER_HELD),
            of(AccountKind.COVER_CAPTURED),
        )  # type: ignore[call-overload]
        .outerjoin(
            Account,
            (Account.owner_id == Cover.id)
            & Account.kind.in_(
                [AccountKind.COVER_AVAILABLE, AccountKind.COVER_HELD, AccountKind.COVER_CAPTURED]
            ),
        )
        .group_by(Cover.id, Cover.sum_insured_fen)
    )
    for cover_id, insured, available, held, captured in db.session.execute(
        query.execution_options(yield_per=2000)
    ):
        verdict.covers += 1
        if available + held + captured != insured:
            yield (
                f"cover {cover_id}: available {available} + held {held} + captured {captured} "
                f"is not the sum insured {insured}"
            )
        if min(available, held, captured) < 0:
            yield f"cover {cover_id}: overdrawn"


def _holds(verdict: LedgerVerdict) -> Iterator[str]:
    """A hold's figures against the postings that name it."""
    debit = select(Account.id, Account.kind).subquery()
    credit = select(Account.id, Account.kind).subquery()

    def moved(to: AccountKind, frm: AccountKind) -> object:
        return func.coalesce(
            func.sum(
                case(((debit.c.kind == to) & (credit.c.kind == frm), Posting.amount_fen), else_=0)
            ),
            0,
        )

    a, h, c = (
        AccountKind.COVER_AVAILABLE,
        AccountKind.COVER_HELD,
        AccountKind.COVER_CAPTURED,
    )
    query = (
        select(Hold, moved(h, a), moved(a, h), moved(c, h), moved(h, c))  # type: ignore[call-overload]
        .outerjoin(Posting, Posting.hold_id == Hold.id)
        .outerjoin(debit, debit.c.id == Posting.debit_account_id)
        .outerjoin(credit, credit.c.id == Posting.credit_account_id)
        .group_by(Hold.id)
    )
    for hold, placed, released, captured, refunded in db.session.execute(
        query.execution_options(yield_per=2000)
    ):
        verdict.holds += 1
        if placed - released != hold.placed_fen - hold.released_fen:
            yield f"hold {hold.id}: placed and released do not agree with its postings"
        if captured - refunded != hold.captured_fen:
            yield f"hold {hold.id}: captured does not agree with its postings"
