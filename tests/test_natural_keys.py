"""What the world numbers by itself counts once, with or without an Idempotency-Key: a receipt, a
transfer into a fund, a courier's parcel, a telephone call. Told again, the caller is told so.

(A hospital's line ids and the bank's serial numbers have their tests where charges and settlement
have theirs.)
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from guarantee.cases.intake import open_case, take_call
from guarantee.cases.models import Call, Case, Condition
from guarantee.db import broke, db
from guarantee.letters.models import Letter
from guarantee.members.models import Member
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from guarantee.settlement import reserve_fund
from guarantee.settlement.approval import approve
from guarantee.settlement.courier import FeeTaken, record_fee
from guarantee.settlement.models import Batch, CourierFee, ReserveDrawdown, SettledReceipt
from guarantee.settlement.reserve_fund import ReceiptTaken
from guarantee.settlement.resolution import resolve_many
from guarantee.settlement.totals import current_differences
from tests import factories as make
from tests.races import all_at_once
from tests.settlement.scenes import MONDAY, TUESDAY, Week


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count(model.id)))


def copied(session, table):
    """Write the rows of `table` once more, past every rule of the program."""
    name = table.__tablename__
    columns = ", ".join(c.name for c in table.__table__.columns if c.name != "id")
    with session.begin_nested():
        session.execute(text(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {name}"))


@pytest.fixture
def week(session):
    made = Week()
    made.filled(1_000_000)
    session.commit()
    return made


def drawn(week, letter_id, receipt, fen=20_000):
    letter = db.session.get_one(Letter, letter_id)
    return reserve_fund.draw_down(
        letter=letter, hospital=letter.hospital, amount_fen=fen, receipt_number=receipt,
        paid_on=TUESDAY.date(), by=db.session.get_one(Staff, week.finance.id), at=TUESDAY,
    )  # fmt: skip


@pytest.mark.parametrize("again", ["沪F1", " 沪f1 ", "沪Ｆ１"])
def test_a_receipt_is_drawn_against_once_however_it_is_typed(week, session, again):
    first, second = week.letter(network=False), week.letter(network=False)
    drawn(week, first.id, "沪F1")
    with pytest.raises(ReceiptTaken):
        drawn(week, second.id, again)
    assert reserve_fund.balance(week.center) == 980_000
    other = Week()
    other.filled(100_000)
    other.drawn(10_000, receipt="沪F1")  # another centre has numbers of its own
    with pytest.raises(IntegrityError) as refused:
        copied(session, ReserveDrawdown)
    assert broke(refused.value, "uq_reserve_drawdowns_receipt")


def test_one_receipt_drawn_against_by_eight_at_once_counts_once(app, week, session):
    letters = [week.letter(network=False).id for _ in range(8)]
    session.commit()
    told = all_at_once(app, 8, lambda n: drawn(week, letters[n], "F1").receipt_number)
    assert sorted(told) == ["F1"] + ["receipt_taken"] * 7
    assert count(session, ReserveDrawdown) == 1
    assert reserve_fund.balance(week.center) == 980_000


def two_weeks_with_one_receipt(week):
    """Two batches that each want to settle receipt R1, for another letter; all is decided."""
    batches = []
    for back, name in ((1, "2026-W46"), (0, "2026-W47")):
        at = TUESDAY - timedelta(weeks=back)
        letter = week.letter(at=at)
        week.charged(30_000, receipt="R1", day=at.date(), at=at, letter=letter)
        week.rows.clear()
        week.says(letter, 30_000, day=at.date().isoformat())
        batch = week.opened(week=name)
        week.reported(batch)
        batches.append(batch)
    for batch in batches:
        found = [d for d in current_differences(batch) if d.decision is None]
        if found:
            resolve_many(
                differences=found, decision="take_system", reason="票据已核", by=week.clerk,
                at=MONDAY,
            )  # fmt: skip
    return [batch.id for batch in batches]


def test_two_weeks_approved_at_once_settle_a_receipt_once(app, week, session):
    batches = two_weeks_with_one_receipt(week)
    chief = week.chief.id
    session.commit()

    def approved(n):
        batch = db.session.get_one(Batch, batches[n])
        approve(batch=batch, by=db.session.get_one(Staff, chief), at=MONDAY)
        return "approved"

    assert sorted(all_at_once(app, 2, approved)) == ["approved", "receipt_settled_before"]
    assert count(session, SettledReceipt) == 1
    with pytest.raises(IntegrityError) as refused:
        copied(session, SettledReceipt)
    assert broke(refused.value, "uq_settled_receipts_once")


def test_one_transfer_into_a_fund_told_eight_times_at_once_counts_once(app, week, session):
    center, clerk = week.center.id, week.clerk.id

    def filled(_):
        return reserve_fund.fund(
            center=db.session.get_one(Center, center), amount_fen=500, key="T-1",
            by=db.session.get_one(Staff, clerk), at=TUESDAY,
        )  # fmt: skip

    assert set(all_at_once(app, 8, filled)) == {1_000_500}


def test_one_parcels_fee_told_by_eight_at_once_counts_once(app, week, session):
    center, finance = week.center.id, week.finance.id

    def fee(_):
        return record_fee(
            center=db.session.get_one(Center, center), tracking_number="SF1", amount_fen=1_800,
            paid_on=TUESDAY.date(), by=db.session.get_one(Staff, finance), at=TUESDAY,
        ).tracking_number  # fmt: skip

    assert sorted(all_at_once(app, 8, fee)) == ["SF1"] + [FeeTaken.code] * 7
    assert count(session, CourierFee) == 1
    with pytest.raises(IntegrityError) as refused:
        copied(session, CourierFee)
    assert broke(refused.value, "uq_courier_fees_tracking")


def called(center_id, at, call_id="c-1"):
    center = db.session.get_one(Center, center_id)
    return take_call(call_id=call_id, center=center, extension="8001", caller="13912345678", at=at)


def test_one_call_told_eight_times_at_once_is_one_and_answers_the_same(app, session, at):
    center, other = make.make_center().id, make.make_center().id
    member = make.make_member(phone="13912345678")
    session.commit()

    def told(_):
        call, candidates = called(center, at)
        return call.id, [m.id for m in candidates]

    (answer,) = {(call, *ids) for call, ids in all_at_once(app, 8, told)}
    assert answer[1:] == (member.id,)
    assert count(session, Call) == 1
    called(other, at)  # another telephone system has numbers of its own
    called(center, at, "c-2")
    assert session.scalar(select(func.count(Call.id))) == 3
    with pytest.raises(IntegrityError) as refused:
        copied(session, Call)
    assert broke(refused.value, "uq_calls_call_id")


@pytest.mark.parametrize("known", [True, False], ids=["member known", "member not known yet"])
def test_a_call_taken_up_by_eight_at_once_is_one_case(app, session, at, known):
    """Two dispatchers press at the same moment, or one presses twice."""
    center = make.make_center()
    member = make.make_member() if known else None
    people = [make.make_staff(Role.DISPATCHER, center=center).id for _ in range(8)]
    call, _ = called(center.id, at)
    call_id, member_id = call.id, member.id if member else None
    session.commit()

    def opened(n):
        call = db.session.get_one(Call, call_id)
        return open_case(
            center=call.center, caller="13912345678", condition=Condition.ACCIDENT, call=call,
            member=db.session.get_one(Member, member_id) if member_id else None,
            by=db.session.get_one(Staff, people[n]), at=at,
        ).id  # fmt: skip

    assert len(set(all_at_once(app, 8, opened))) == 1
    assert count(session, Case) == 1
