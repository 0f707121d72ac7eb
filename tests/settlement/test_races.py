"""Opened, approved, paid once: whatever runs at the same time."""

from sqlalchemy import func, select

from guarantee.db import db
from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import balance
from guarantee.ledger.models import AccountKind
from guarantee.letters.models import Letter
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.settlement import reserve_fund
from guarantee.settlement.approval import approve
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.batch import open_batch
from guarantee.settlement.models import Batch, BatchLine, Remittance
from guarantee.settlement.remittance import pay
from tests.races import all_at_once
from tests.settlement.files import bank_csv
from tests.settlement.scenes import MONDAY, TUESDAY, WEEK, Week


def test_a_batch_opened_by_8_at_once_is_one_batch_with_each_charge_once(app, session):
    week = Week()
    for _ in range(3):
        week.charged(10_000)
    center, clerk = week.center.id, week.clerk.id
    session.commit()

    def work(_):
        return open_batch(
            center=db.session.get_one(Center, center), week=WEEK,
            by=db.session.get_one(Staff, clerk), at=MONDAY,
        ).id  # fmt: skip

    assert len(set(all_at_once(app, 8, work))) == 1
    session.rollback()
    assert session.scalar(select(func.sum(BatchLine.amount_fen))) == 30_000


def test_a_batch_is_approved_ordered_and_paid_once(app, session):
    week = Week()
    week.says(week.charged(30_000), 30_000)
    batch = week.opened()
    week.reported(batch)
    batch_id, chief, clerk = batch.id, week.chief.id, week.clerk.id
    session.commit()

    def approved(_):
        approve(
            batch=db.session.get_one(Batch, batch_id), by=db.session.get_one(Staff, chief),
            at=MONDAY,
        )  # fmt: skip
        return "approved"

    assert sorted(all_at_once(app, 4, approved)) == ["approved"] + ["wrong_state"] * 3

    def ordered(_):
        (one,) = pay(
            batches=[db.session.get_one(Batch, batch_id)], by=db.session.get_one(Staff, clerk),
            at=MONDAY,
        )  # fmt: skip
        return one.reference

    (reference,) = set(all_at_once(app, 4, ordered))
    session.rollback()
    assert session.scalar(select(func.count(Remittance.id))) == 1
    data = bank_csv([("2026-11-25", "", "300.00", "某某", "1", reference, "S1")])

    def taken(_):
        return take_statement(
            data=data, filename="a.csv", by=db.session.get_one(Staff, clerk), at=MONDAY
        ).already_seen

    assert sorted(all_at_once(app, 4, taken)) == [0, 1, 1, 1]
    session.rollback()
    assert balance(AccountKind.CENTER_PAYABLE, week.center.id) == 0
    assert check_ledger().faults == []


def test_drawdowns_at_once_never_overdraw_the_drawer(app, session):
    week = Week()
    week.filled(50_000)
    letters = [week.letter(network=False).id for _ in range(6)]
    finance = week.finance.id
    session.commit()

    def draw(i):
        letter = db.session.get_one(Letter, letters[i])
        reserve_fund.draw_down(
            letter=letter, hospital=letter.hospital, amount_fen=20_000, receipt_number=f"F{i}",
            paid_on=TUESDAY.date(), by=db.session.get_one(Staff, finance), at=TUESDAY,
        )  # fmt: skip
        return "drawn"

    assert sorted(all_at_once(app, 6, draw)) == ["drawn"] * 2 + ["reserve_fund_empty"] * 4
    session.rollback()
    assert reserve_fund.balance(week.center) == 10_000
    assert check_ledger().faults == []
