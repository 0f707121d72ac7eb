import pytest

from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.originals import (
    TrackingNumberNeeded,
    TrackingNumberTaken,
    UnknownOriginal,
    close,
    mail,
    originals_of,
    owed,
    tick_off,
)
from guarantee.settlement.remittance import pay
from guarantee.settlement.statement_facts import statement_of
from guarantee.tables import WrongState
from tests.settlement.files import bank_csv
from tests.settlement.scenes import MONDAY, NEXT_MONDAY, NEXT_WEEK, Week

LATER = MONDAY.replace(day=25)


@pytest.fixture
def week(session):
    """A paid batch of one letter with one receipt."""
    made = Week()
    made.says(made.charged(30_000, receipt="R1"), 30_000)
    made.batch = made.opened()
    made.reported(made.batch)
    made.approved(made.batch)
    return made


def paid(week):
    (one,) = pay(batches=[week.batch], by=week.clerk, at=MONDAY)
    line = ("2026-11-25", "", "300.00", "某某", "1", one.reference, f"S{one.id}")
    take_statement(data=bank_csv([line]), filename="a.csv", by=week.clerk, at=LATER)


def post(week, *, number="SF1001", codes=None, fee=1_800):
    return mail(
        batch=week.batch, courier="顺丰", tracking_number=number, codes=codes, fee_fen=fee,
        by=week.finance, at=LATER,
    )  # fmt: skip


def test_nothing_is_mailed_before_the_money_is_there(week):
    with pytest.raises(WrongState):
        post(week)


def test_all_that_is_owed_is_mailed_ticked_off_and_the_batch_closed(week):
    paid(week)
    mailing = post(week)
    assert [one.kind for one in mailing.originals] == ["copy_3", "copy_4", "receipt"]
    assert week.batch.state == "mailed"
    codes = [one.code for one in mailing.originals]
    tick_off(batch=week.batch, codes=codes, by=week.clerk, at=LATER)
    tick_off(batch=week.batch, codes=codes[:1], by=week.clerk, at=LATER)
    close(batch=week.batch, by=week.clerk, at=LATER)
    assert week.batch.state == "closed"
    assert owed(week.center) == []


def test_what_is_missing_stays_owed_and_shows_in_the_next_batch(week):
    paid(week)
    post(week)
    received = [one.code for one in originals_of(week.batch)][:2]
    tick_off(batch=week.batch, codes=received, by=week.clerk, at=LATER)
    close(batch=week.batch, by=week.clerk, at=LATER)
    following = week.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    assert [one.code for one in owed(week.center, before=following)] == ["R1"]
    assert statement_of(following).missing_originals == 1


def test_the_courier_is_paid_in_the_next_batch(week):
    paid(week)
    post(week, fee=1_800)
    following = week.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    assert [(line.part, line.amount_fen) for line in following.lines] == [("courier", 1_800)]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"number": " - "}, TrackingNumberNeeded),
        ({"number": "X" * 41}, TrackingNumberNeeded),
        ({"codes": ["R999"]}, UnknownOriginal),
    ],
)
def test_a_parcel_needs_a_number_and_only_holds_what_is_owed(week, change, refusal):
    paid(week)
    with pytest.raises(refusal):
        post(week, **change)


def test_a_tracking_number_is_recorded_once(week):
    paid(week)
    post(week)
    with pytest.raises(TrackingNumberTaken):
        post(week, number="sf 1001")


def test_codes_are_found_as_typed_or_scanned(week):
    paid(week)
    post(week)
    code = next(one.code for one in originals_of(week.batch) if one.kind == "copy_3")
    (found,) = tick_off(batch=week.batch, codes=[code.lower()], by=week.clerk, at=LATER)
    assert found.arrived_at is not None
