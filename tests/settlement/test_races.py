"""Opened, approved, paid once: whatever runs at the same time."""

from sqlalchemy import func, select

from guarantee.db import db
from guarantee.ledger.entries import balance
from guarantee.ledger.models import AccountKind
from guarantee.letters.models import Letter
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.settlement import reserve_fund
from guarantee.settlement.approval import approve
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.batch import open_batch, run_week
from guarantee.settlement.hospital_weeks import open_hospital_week
from guarantee.settlement.models import (
    BankStatement,
    BankStatementLine,
    Batch,
    BatchLine,
    HospitalBatch,
    HospitalLine,
    Remittance,
)
from guarantee.settlement.remittance import pay
from tests.races import all_at_once, nothing_is_wrong
from tests.settlement.files import bank_csv
from tests.settlement.hospital_scenes import Stays
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
    nothing_is_wrong()
    assert balance(AccountKind.CENTER_PAYABLE, week.center.id) == 0


def test_a_week_run_by_4_machines_opens_each_batch_once(app, session):
    weeks, stays = [Week() for _ in range(3)], [Stays() for _ in range(3)]
    for week, stay in zip(weeks, stays, strict=True):
        week.charged(10_000)
        stay.closed(20_000)
    system = weeks[0].clerk.id
    session.commit()

    def work(_):
        by = db.session.get_one(Staff, system)
        centers = [batch.id for batch in run_week(week=WEEK, by=by, at=MONDAY)]
        return centers, [batch.id for batch in open_hospital_week(week=WEEK, by=by, at=MONDAY)]

    answers = all_at_once(app, 4, work)
    assert answers == [answers[0]] * 4
    nothing_is_wrong()
    for batches, lines, fen in ((Batch, BatchLine, 30_000), (HospitalBatch, HospitalLine, 60_000)):
        having = select(lines.batch_id).distinct()
        assert len(session.scalars(having).all()) == 3
        assert session.scalar(select(func.sum(lines.amount_fen))) == fen
        assert session.scalar(select(func.count(batches.id))) >= 3


def test_two_statements_with_the_same_lines_taken_at_once_pay_each_order_once(app, session):
    weeks, orders = [Week() for _ in range(2)], []
    for week in weeks:
        week.says(week.charged(30_000), 30_000)
        batch = week.opened()
        week.reported(batch)
        week.approved(batch)
        orders += pay(batches=[batch], by=week.clerk, at=MONDAY)
    rows = [("2026-11-25", "", "300.00", "某某", "1", o.reference, o.reference) for o in orders]
    # each bank clerk's export has a line of its own, and the orders in an order of its own
    interest = [("2026-11-25", "5.00", "", "某某", "1", "利息", f"S{n}") for n in range(2)]
    files = [bank_csv([*rows, interest[0]]), bank_csv([*rows[::-1], interest[1]])]
    clerk = weeks[0].clerk.id
    session.commit()

    def taken(i):
        by = db.session.get_one(Staff, clerk)
        return take_statement(
            data=files[i % 2], filename="a.csv", by=by, at=MONDAY
        ).already_seen  # fmt: skip

    seen = all_at_once(app, 8, taken)
    nothing_is_wrong()
    assert sorted(seen) == [0, 2, 3, 3, 3, 3, 3, 3]
    assert session.scalar(select(func.count(BankStatement.id))) == 8
    assert session.scalar(select(func.count(BankStatementLine.id))) == 4
    for week in weeks:
        assert balance(AccountKind.CENTER_PAYABLE, week.center.id) == 0


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
    nothing_is_wrong()
    assert reserve_fund.balance(week.center) == 10_000
