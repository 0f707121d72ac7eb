"""What the settlement floor writes into the ledger: courier fees, payments, money returned.

Charges and drawdowns were booked when they arose (the insurer owes it to the alliance, the
alliance owes it to the centre or took it from the reserve fund); here it is paid.

    courier_expense ◄── center_payable        approved courier fees
    center_payable, reserve_fund ◄── bank      a payment that the bank confirms
    hospital_payable ◄── bank                  the same to a hospital
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from guarantee.db import db
from guarantee.ledger.entries import Movement, account, post_entry
from guarantee.ledger.models import Account, AccountKind, Entry, Posting
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.settlement.models import Batch, BatchLine, HospitalBatch


def book_courier(*, batch: Batch, amount_fen: int, by: Staff, at: datetime) -> None:
    """The centre's courier fees become the alliance's cost, once for the batch."""
    if not amount_fen:
        return
    post_entry(
        kind="courier fees",
        cause=f"batch:{batch.id}",
        movements=[
            Movement(
                debit=account(AccountKind.COURIER_EXPENSE),
                credit=account(AccountKind.CENTER_PAYABLE, batch.center_id),
                amount_fen=amount_fen,
            )
        ],
        by=by,
        at=at,
        key=f"batch:{batch.id}:courier",
    )


def book_payment(
    *, batch: Batch, before_fen: int, amount_fen: int, serial: str, by: Staff, at: datetime
) -> None:
    """`amount_fen` (> 0 paid, < 0 come back) of a batch of which `before_fen` was paid already.

    The first fen go to the reserve fund, up to its share of the batch; the rest settles what is
    owed to the centre. Counted once for each serial number of the bank.
    """
    share = sum(line.settled_fen or 0 for line in _lines(batch, "reserve_fund"))
    to_fund = _within(before_fen + amount_fen, share) - _within(before_fen, share)
    bank = account(AccountKind.BANK)
    payable = account(AccountKind.CENTER_PAYABLE, batch.center_id)
    fund = account(AccountKind.RESERVE_FUND, batch.center_id)
    movements = []
    for whose, fen in ((fund, to_fund), (payable, amount_fen - to_fund)):
        if fen:
            debit, credit = (whose, bank) if fen > 0 else (bank, whose)
            movements.append(Movement(debit=debit, credit=credit, amount_fen=abs(fen)))
    post_entry(
        kind="paid" if amount_fen > 0 else "payment returned",
        cause=f"batch:{batch.id}",
        movements=movements,
        by=by,
        at=at,
        key=f"bank:{serial}",
    )


def book_hospital_payment(
    *, batch: HospitalBatch, amount_fen: int, serial: str, by: Staff, at: datetime
) -> None:
    """`amount_fen` (> 0 paid, < 0 come back) of what is owed to the batch's hospital. Counted once
    for each serial number of the bank."""
    debit, credit = (
        account(AccountKind.HOSPITAL_PAYABLE, batch.hospital_id),
        account(AccountKind.BANK),
    )
    if amount_fen < 0:
        debit, credit = credit, debit
    post_entry(
        kind="paid" if amount_fen > 0 else "payment returned",
        cause=f"hospital_batch:{batch.id}",
        movements=[Movement(debit=debit, credit=credit, amount_fen=abs(amount_fen))],
        by=by,
        at=at,
        key=f"bank:{serial}",
    )


def book_funding(*, center: Center, amount_fen: int, key: str, by: Staff, at: datetime) -> None:
    """Money from the bank into a centre's reserve fund, once for each `key`."""
    post_entry(
        kind="reserve fund filled",
        cause=f"center:{center.code}",
        movements=[
            Movement(
                debit=account(AccountKind.RESERVE_FUND, center.id),
                credit=account(AccountKind.BANK),
                amount_fen=amount_fen,
            )
        ],
        by=by,
        at=at,
        key=key,
    )


def funded_so(*, center: Center, amount_fen: int, key: str) -> bool:
    """Whether what is booked under `key` is this amount for this centre."""
    query = (
        select(Posting.amount_fen, Account.owner_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.debit_account_id)
        .where(Entry.key == key)
    )
    amount, owner = db.session.execute(query).one()
    return bool((amount, owner) == (amount_fen, center.id))


def _lines(batch: Batch, part: str) -> list[BatchLine]:
    return [line for line in batch.lines if line.part == part]


def _within(fen: int, share: int) -> int:
    return max(0, min(fen, share))
