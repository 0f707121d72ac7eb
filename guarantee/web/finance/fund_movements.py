"""A reserve fund's month, read from the ledger: opening balance, movements, closing balance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import selectinload

from guarantee.business_time import business_day, start_of
from guarantee.db import db
from guarantee.ledger.models import Account, AccountKind, Entry, Posting
from guarantee.ledger.words import entry_words
from guarantee.parties.centers import Center
from guarantee.refusals import Words
from guarantee.settlement.models import ReserveDrawdown

MOVEMENTS: dict[str, Words] = {
    "reserve fund filled": Words("联盟拨入", "Filled by headquarters"),
    "captured": Words("支付非网络医院", "Paid to a hospital outside the network"),
    "capture refunded": Words("冲减动用", "Drawdown corrected"),
    "paid": Words("周结算补足", "Replenished by the settlement"),
}
"""What a movement means to the drawer, where the ledger's own word says less."""

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class FundMovement:
    """One movement: + into the fund, − out of it, and the balance after it. Fen."""

    at: datetime
    what: Words
    fen: int
    balance_fen: int
    drawdown: ReserveDrawdown | None


@dataclass(frozen=True, slots=True)
class Month:
    """A centre's fund in a calendar month of Shanghai."""

    center: Center
    name: str
    """'2026-11'."""
    before: str
    after: str | None
    """The month after it; None when it has not begun."""
    opening_fen: int
    movements: tuple[FundMovement, ...]

    @property
    def closing_fen(self) -> int:
        return self.movements[-1].balance_fen if self.movements else self.opening_fen


def month_of(center: Center, asked: str, *, at: datetime) -> Month:
    """The fund's month; what is no month is the present one."""
    today = business_day(at)
    found = _MONTH.fullmatch(asked)
    first = date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
    following = _next(first)
    account = select(Account.id).where(
        Account.kind == AccountKind.RESERVE_FUND, Account.owner_id == center.id
    )
    account_id = db.session.scalar(account)
    signed = case((Posting.debit_account_id == account_id, Posting.amount_fen),
                  else_=-Posting.amount_fen)  # fmt: skip
    touching = (Posting.debit_account_id == account_id) | (Posting.credit_account_id == account_id)
    opening = db.session.scalar(
        select(func.coalesce(func.sum(signed), 0))
        .join(Entry, Entry.id == Posting.entry_id)
        .where(touching, Entry.at < start_of(first))
    )
    query = (
        select(Entry, signed)
        .join(Posting, Posting.entry_id == Entry.id)
        .where(touching, Entry.at >= start_of(first), Entry.at < start_of(following))
        .order_by(Entry.at, Entry.id)
    )
    rows = db.session.execute(query).all()
    drawdowns = _drawdowns([entry.key or "" for entry, _ in rows])
    movements, balance = [], int(opening or 0)
    for entry, fen in rows:
        balance += int(fen)
        what = MOVEMENTS.get(entry.kind) or entry_words(entry.kind)
        movements.append(
            FundMovement(entry.at, what, int(fen), balance, drawdowns.get(entry.key or ""))
        )
    return Month(
        center=center,
        name=f"{first:%Y-%m}",
        before=f"{_previous(first):%Y-%m}",
        after=f"{following:%Y-%m}" if following <= today else None,
        opening_fen=int(opening or 0),
        movements=tuple(movements),
    )


def _drawdowns(keys: list[str]) -> dict[str, ReserveDrawdown]:
    ids = [int(key.removeprefix("drawdown:")) for key in keys if key.startswith("drawdown:")]
    query = select(ReserveDrawdown).where(ReserveDrawdown.id.in_(ids))
    query = query.options(
        selectinload(ReserveDrawdown.letter), selectinload(ReserveDrawdown.hospital)
    )
    return {f"drawdown:{one.id}": one for one in db.session.scalars(query)}


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _previous(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
