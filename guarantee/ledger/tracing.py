"""Following a movement: the entries of one cause, of one request, of a letter's holds; one entry
with everything it moved, what it mends and what mended it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from guarantee.db import db
from guarantee.ledger.holds import COVER_ACCOUNTS
from guarantee.ledger.models import Account, AccountKind, Entry, Hold, Posting
from guarantee.ledger.reading import PAGE_ROWS
from guarantee.refusals import NotFound, Words

_FEWEST_POSTINGS_FIRST = (
    *COVER_ACCOUNTS,
    AccountKind.BANK,
    AccountKind.RESERVE_FUND,
    AccountKind.COURIER_EXPENSE,
    AccountKind.CENTER_PAYABLE,
    AccountKind.HOSPITAL_PAYABLE,
    AccountKind.COVER_GRANTED,
    AccountKind.INSURER_RECEIVABLE,
)
"""Kinds of account by how many postings one gathers in years."""


class UnknownEntry(NotFound):
    code = "unknown_ledger_entry"
    words = Words("账簿中没有这笔分录。", "The ledger has no such entry.")


@dataclass(frozen=True, slots=True)
class Move:
    """One posting: `fen` (> 0) from the credited account to the debited one."""

    id: int
    source: Account
    target: Account
    fen: int
    hold: Hold | None

    @property
    def within_cover(self) -> bool:
        """Whether it moves a promise, and not what somebody owes for it."""
        return AccountKind(self.source.kind) in COVER_ACCOUNTS and (
            AccountKind(self.target.kind) in COVER_ACCOUNTS
        )


@dataclass(frozen=True, slots=True)
class Traced:
    """An entry and what it moved."""

    entry: Entry
    moves: tuple[Move, ...]

    @property
    def amount_fen(self) -> int:
        """How much it is about. A capture moves its amount twice, as a promise and as a debt, and
        is about it once."""
        promised = [move.fen for move in self.moves if move.within_cover]
        return sum(promised) if promised else sum(move.fen for move in self.moves)


@dataclass(frozen=True, slots=True)
class OnHold:
    """What an entry moved on one hold: `fen` placed, captured, refunded, released, as it says.
    `id` is the posting's."""

    id: int
    entry: Entry
    hold: Hold
    fen: int


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries newest first; `older` is where the next page begins, if there is one."""

    entries: tuple[Traced, ...]
    older: int | None


def entry_by_id(entry_id: int) -> Traced:
    """The entry with its postings. Refuses `unknown_ledger_entry`."""
    query = select(Entry).where(Entry.id == entry_id).options(selectinload(Entry.postings))
    found = db.session.scalar(query)
    if found is None:
        raise UnknownEntry()
    return _traced([found])[0]


def entry_by_key(keys: Iterable[str]) -> int | None:
    """The id of the entry that has one of these natural keys, if there is one."""
    return db.session.scalar(select(Entry.id).where(Entry.key.in_(list(keys))).limit(1))


def entries(
    *,
    cause: str = "",
    request_key: str = "",
    before: int | None = None,
    rows: int = PAGE_ROWS,
) -> EntryPage:
    """Entries newest first: all, those of one cause, or those of one request's Idempotency-Key.

    The last reads through the entries (no index: it would cost every issuing, for a question that
    is asked after a complaint).
    """
    query = select(Entry).options(selectinload(Entry.postings))
    if cause:
        query = query.where(Entry.cause == cause)
    if request_key:
        query = query.where(Entry.idempotency_key == request_key)
    if before is not None:
        query = query.where(Entry.id < before)
    found = db.session.scalars(query.order_by(Entry.id.desc()).limit(rows + 1)).all()
    shown = found[:rows]
    return EntryPage(tuple(_traced(shown)), shown[-1].id if len(found) > rows else None)


def entries_of_holds(hold_ids: Iterable[int]) -> list[OnHold]:
    """What moved on these holds, oldest first."""
    wanted = set(hold_ids)
    touching = select(Posting.entry_id).where(Posting.hold_id.in_(wanted))
    query = select(Entry).where(Entry.id.in_(touching)).options(selectinload(Entry.postings))
    return [
        OnHold(move.id, traced.entry, move.hold, move.fen)
        for traced in _traced(db.session.scalars(query.order_by(Entry.id)).all())
        for move in traced.moves
        if move.within_cover and move.hold is not None and move.hold.id in wanted
    ]


def reversal_of(traced: Traced) -> int | None:
    """The id of the entry that reverses this one, if one does.

    A reversal moves each amount back between the same two accounts, so it is looked for among the
    later postings of the account that has the fewest: reversals are too rare for an index.
    """
    if not traced.moves:
        return None
    move, narrowest = min(
        ((move, account) for move in traced.moves for account in (move.source, move.target)),
        key=lambda pair: _FEWEST_POSTINGS_FIRST.index(AccountKind(pair[1].kind)),
    )
    back = Posting.debit_account_id if narrowest is move.source else Posting.credit_account_id
    query = (
        select(Entry.id)
        .join(Posting, Posting.entry_id == Entry.id)
        .where(
            back == narrowest.id,
            Posting.id > move.id,
            Posting.amount_fen == move.fen,
            Entry.reverses_id == traced.entry.id,
        )
    )
    return db.session.scalar(query.limit(1))


def _traced(found: Sequence[Entry]) -> list[Traced]:
    """The entries with the accounts and holds that their postings name, in two queries."""
    postings = [posting for entry in found for posting in entry.postings]
    sides = {side for p in postings for side in (p.debit_account_id, p.credit_account_id)}
    accounts = {a.id: a for a in db.session.scalars(select(Account).where(Account.id.in_(sides)))}
    named = {p.hold_id for p in postings if p.hold_id is not None}
    holds = {h.id: h for h in db.session.scalars(select(Hold).where(Hold.id.in_(named)))}
    return [
        Traced(
            entry,
            tuple(
                Move(
                    p.id,
                    accounts[p.credit_account_id],
                    accounts[p.debit_account_id],
                    p.amount_fen,
                    holds.get(p.hold_id) if p.hold_id is not None else None,
                )
                for p in entry.postings
            ),
        )
        for entry in found
    ]
