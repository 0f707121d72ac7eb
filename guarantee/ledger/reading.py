"""Reading the books: what stands on the accounts, and what moved one of them.

An account's movements are its postings, newest first, and each page begins where the last one
ended (`before`, a posting's id): the first page costs the same at five million entries as at fifty.
Docs: docs/decisions/0115-the-books-are-added-up-when-read.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, literal_column, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from guarantee.db import db
from guarantee.ledger.holds import COVER_ACCOUNTS
from guarantee.ledger.models import Account, AccountKind, Entry, Posting
from guarantee.refusals import NotFound, Words

PAGE_ROWS = 50
Columns = TypeVarTuple("Columns")


class UnknownAccount(NotFound):
    code = "unknown_ledger_account"
    words = Words("账簿中没有这个科目。", "The ledger has no such account.")


@dataclass(frozen=True, slots=True)
class KindTotal:
    """All accounts of one kind: how many there are, and their balances added up, in fen."""

    accounts: int
    balance_fen: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of an account's movements: of one kind of entry, from a moment on, before another."""

    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def by_time(self) -> bool:
        return self.since is not None or self.until is not None

    def narrow(self, query: Select[*Columns]) -> Select[*Columns]:
        """`query` (of postings) for these movements only."""
        if not (self.kind or self.by_time):
            return query
        query = query.join(Entry, Entry.id == Posting.entry_id)
        if self.kind:
            query = query.where(Entry.kind == self.kind)
        if self.since is not None:
            query = query.where(Entry.at >= self.since)
        if self.until is not None:
            query = query.where(Entry.at < self.until)
        return query


@dataclass(frozen=True, slots=True)
class Line:
    """One posting as its account sees it. `fen` > 0 debited the account, < 0 credited it.

    `balance_fen` is the account's balance after it; None where lines between are left out.
    """

    id: int
    entry: Entry
    fen: int
    other: Account
    hold_id: int | None
    balance_fen: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an account's movements; `older` is where the next one begins, if there is one."""

    lines: tuple[Line, ...]
    older: int | None


def totals() -> dict[AccountKind, KindTotal]:
    """Every kind of account added up; a kind that has no account yet comes to nothing.

    One pass over the accounts, three for each cover: 0115 says what it costs and why no total is
    kept.
    """
    query = select(Account.kind, func.count(), func.sum(Account.balance_fen))
    found = {
        AccountKind(kind): KindTotal(count, int(fen))
        for kind, count, fen in db.session.execute(query.group_by(Account.kind))
    }
    return {kind: found.get(kind, KindTotal(0, 0)) for kind in AccountKind}


def accounts_of(kinds: Iterable[AccountKind]) -> Sequence[Account]:
    """The accounts of these kinds, largest balance first whatever its sign. Not for covers' own:
    they are too many to list, and are reached by their letters."""
    wanted = [kind for kind in kinds if kind not in COVER_ACCOUNTS]
    order = (func.abs(Account.balance_fen).desc(), Account.id)
    return db.session.scalars(
        select(Account).where(Account.kind.in_(wanted)).order_by(*order)
    ).all()


def account_by_id(account_id: int) -> Account:
    """The account. Refuses `unknown_ledger_account`."""
    found = db.session.get(Account, account_id)
    if found is None:
        raise UnknownAccount()
    return found


def movements_of(
    account: Account, asked: Asked, *, before: int | None = None, rows: int = PAGE_ROWS
) -> Page:
    """A page of the account's movements, newest first, those before posting `before`."""
    sides = [
        select(side.subquery())
        for side in (
            _side(account, Posting.debit_account_id, asked, before=before, rows=rows + 1),
            _side(account, Posting.credit_account_id, asked, before=before, rows=rows + 1),
        )
    ]
    newest_first = union_all(*sides).order_by(literal_column("id").desc())
    found = db.session.execute(newest_first.limit(rows + 1)).all()
    shown = found[:rows]
    entries = _by_id(Entry, {row.entry_id for row in shown})
    others = _by_id(Account, {row.other_id for row in shown})
    balances = _balances(account, [(row.id, row.fen) for row in shown], asked)
    lines = tuple(
        Line(
            row.id,
            entries[row.entry_id],
            row.fen,
            others[row.other_id],
            row.hold_id,
            balances.get(row.id),
        )
        for row in shown
    )
    return Page(lines, older=shown[-1].id if len(found) > rows else None)


def _side(
    account: Account,
    mine: InstrumentedAttribute[int],
    asked: Asked,
    *,
    before: int | None,
    rows: int,
) -> Select[int, int, int, int, int | None]:
    """The newest postings that debit (or that credit) the account: each side has its own index."""
    debits = mine is Posting.debit_account_id
    other = Posting.credit_account_id if debits else Posting.debit_account_id
    fen = Posting.amount_fen if debits else -Posting.amount_fen
    query = select(
        Posting.id, Posting.entry_id, fen.label("fen"), other.label("other_id"), Posting.hold_id
    )
    query = asked.narrow(query).where(mine == account.id)
    if before is not None:
        query = query.where(Posting.id < before)
    return query.order_by(Posting.id.desc()).limit(rows)


def _balances(account: Account, shown: Sequence[tuple[int, int]], asked: Asked) -> dict[int, int]:
    """The balance after each posting shown, by posting id; none where a kind was picked out."""
    if not shown or asked.kind:
        return {}
    balance = _balance_after(account, shown[0][0])
    # a day's postings need not lie side by side: their entries' times are not their order
    walked = _between(account, shown[-1][0], shown[0][0]) if asked.by_time else shown
    balances = {}
    for posting_id, fen in walked:
        balances[posting_id] = balance
        balance -= fen
    return balances


def _between(account: Account, first: int, last: int) -> list[tuple[int, int]]:
    """(id, signed fen) of every posting of the account from `first` to `last`, newest first."""
    sides = (
        select(Posting.id, fen).where(mine == account.id, Posting.id.between(first, last))
        for mine, fen in (
            (Posting.debit_account_id, Posting.amount_fen),
            (Posting.credit_account_id, -Posting.amount_fen),
        )
    )
    rows = db.session.execute(union_all(*sides))
    return sorted(((row[0], row[1]) for row in rows), reverse=True)


def _balance_after(account: Account, posting_id: int) -> int:
    """The kept balance less what came after: one statement, so that both are of one moment."""

    def newer(mine: InstrumentedAttribute[int]) -> ColumnElement[int]:
        total = func.coalesce(func.sum(Posting.amount_fen), 0)
        query = select(total).where(mine == account.id, Posting.id > posting_id)
        return query.scalar_subquery()

    after = Account.balance_fen - newer(Posting.debit_account_id) + newer(Posting.credit_account_id)
    return int(db.session.scalar(select(after).where(Account.id == account.id)) or 0)


def _by_id(model: Any, ids: set[int]) -> dict[int, Any]:
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(ids)))}
