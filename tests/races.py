"""Many at once, over real connections: what two clicks, two people or two machines do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import select

from guarantee.audit import verify_chain
from guarantee.db import db
from guarantee.edge.transaction import AlreadyDone, committed
from guarantee.ledger.check import check_ledger
from guarantee.ledger.holds import COVER_ACCOUNTS
from guarantee.ledger.models import Account, Cover, Posting
from guarantee.refusals import Refusal

T = TypeVar("T")


def all_at_once(app: Flask, times: int, work: Callable[[int], T]) -> list[T | str]:
    """Run `work(0) … work(times - 1)` at the same moment, each in a transaction of its own, over a
    connection of its own that is open before the start.

    Answers what each returned, or the code of the refusal it met. Anything else raises: a deadlock,
    a lock, a constraint are tried again, and nothing a person is told.
    """
    ready = Barrier(times)

    def one(i: int) -> T | str:
        with app.app_context(), db.engine.connect() as connection:
            db.session.bind = connection
            ready.wait()
            try:
                return committed(lambda: work(i))
            except AlreadyDone:
                raise  # every try failed, and nobody knows what was done already
            except Refusal as refusal:
                return refusal.code

    with _room_for_all(app), ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def requests_at_once(app: Flask, times: int, send: Callable[[int], Any]) -> list[Any]:
    """The answers to `send(0) … send(times - 1)`, HTTP requests sent at the same moment. None of
    them is an accident of the server's, nor a trouble of the database's."""
    ready = Barrier(times)

    def one(i: int) -> Any:
        ready.wait()
        answer = send(i)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.json["code"] != AlreadyDone.code, answer.text
        return answer

    with _room_for_all(app), ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@contextmanager
def _room_for_all(app: Flask) -> Iterator[None]:
    """As many connections as are asked for: over a pool of a few, a race of 32 would be a queue."""
    with app.app_context():
        pool: Any = db.engine.pool
    usual, pool._max_overflow = pool._max_overflow, -1
    try:
        yield
    finally:
        pool._max_overflow = usual


def nothing_is_wrong() -> None:
    """The books and the audit trail after a race, read afresh."""
    db.session.rollback()
    assert check_ledger().faults == []
    assert verify_chain().reason == ""


def never_overdrawn(cover: Cover) -> None:
    """Replay the cover's postings: after each entry none of available, held and captured is below
    zero, so held + captured stayed within the sum insured. Whoever moves a cover holds its lock
    until the commit, so the order of its entries is that of their commits."""
    mine = select(Account.id, Account.kind).where(
        Account.kind.in_(COVER_ACCOUNTS), Account.owner_id == cover.id
    )
    balances = dict.fromkeys(COVER_ACCOUNTS, 0)
    kinds = {row.id: row.kind for row in db.session.execute(mine)}
    concerned = Posting.debit_account_id.in_(kinds) | Posting.credit_account_id.in_(kinds)
    entry = None
    for posting in db.session.scalars(select(Posting).where(concerned).order_by(Posting.id)):
        if posting.entry_id != entry:
            assert min(balances.values()) >= 0, f"before entry {posting.entry_id}: {balances}"
        entry = posting.entry_id
        for account_id, fen in (
            (posting.debit_account_id, posting.amount_fen),
            (posting.credit_account_id, -posting.amount_fen),
        ):
            if account_id in kinds:
                balances[kinds[account_id]] += fen
    assert min(balances.values()) >= 0, balances
    assert sum(balances.values()) == cover.sum_insured_fen
