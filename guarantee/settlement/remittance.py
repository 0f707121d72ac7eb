"""Paying an approved batch: ordered once, to the account on record, within 3 days of the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select

from guarantee.db import db
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words
from guarantee.settlement.models import Batch, HospitalRemittance, Remittance
from guarantee.settlement.moves import advance, locked
from guarantee.settlement.payment_file import (
    Payment,
    bank_csv,
    pain_001,
    reference_of,
)
from guarantee.settlement.payment_order import check_account, live_order, place_order


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    words = Words("该批次没有应付金额。", "There is nothing to pay for this batch.")


def pay(*, batches: Sequence[Batch], by: Staff, at: datetime) -> list[Remittance]:
    """Order the payment of approved batches. A batch ordered already answers with its order.

    Refuses `wrong_state`, `no_account`, `nothing_to_pay`; one refusal stops them all.
    """
    return [_order(batch, by, at) for batch in sorted(batches, key=lambda one: one.id)]


def live_remittance(batch: Batch) -> Remittance | None:
    """The order that stands for this batch: the one whose money did not come back."""
    return live_order(Remittance, batch.id)


def first_remittance(batch: Batch) -> Remittance | None:
    """The first order of this batch, whatever became of it."""
    return db.session.scalar(
        select(Remittance).where(Remittance.batch_id == batch.id, Remittance.attempt == 1)
    )


def payment_csv(remittances: Sequence[Remittance | HospitalRemittance]) -> bytes:
    """The bank's file for these orders; the same orders give the same bytes."""
    return bank_csv([_payment(one) for one in remittances])


def payment_xml(
    remittances: Sequence[Remittance | HospitalRemittance], *, payer: str, payer_account: str
) -> bytes:
    """The same as ISO 20022 pain.001."""
    return pain_001(
        [_payment(one) for one in remittances],
        message_id="-".join(str(one.id) for one in remittances)[:35],
        made_at=max(one.made_at for one in remittances),
        payer=payer,
        payer_account=payer_account,
    )


def _order(batch: Batch, by: Staff, at: datetime) -> Remittance:
    batch = locked(batch)
    if (found := live_remittance(batch)) is not None:
        return found
    advance(batch, "remit", by)
    center = batch.center
    check_account(center, center.name_zh)
    if not batch.approved_fen:
        raise NothingToPay()
    return place_order(
        Remittance,
        batch=batch,
        payee=center,
        reference=partial(reference_of, center.code, batch.week),
        subject=f"batch:{batch.id}",
        by=by,
        at=at,
    )


def _payment(one: Remittance | HospitalRemittance) -> Payment:
    return Payment(
        reference=one.reference,
        payee=one.payee,
        account_number=one.account_number,
        bank_name=one.bank_name,
        amount_fen=one.amount_fen,
        due_on=one.due_on,
    )
