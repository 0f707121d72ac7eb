import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import ReserveFundEmpty, balance
from guarantee.ledger.models import AccountKind
from guarantee.letters.lifecycle import present
from guarantee.letters.position import position_of
from guarantee.roles import Role
from guarantee.settlement import reserve_fund
from guarantee.settlement.books import _within
from guarantee.settlement.reserve_fund import (
    AboveGuarantee,
    AmountNotPositive,
    LetterInUse,
    NetworkHospital,
    PaidLater,
    ReceiptNeeded,
    ReceiptTaken,
)
from tests import factories
from tests.settlement.scenes import MONDAY, TUESDAY, Week


@pytest.fixture
def week(session):
    made = Week()
    made.filled(1_000_000)
    return made


def draw(week, letter, fen=20_000, *, receipt="F1", hospital=None, paid_on=None):
    return reserve_fund.draw_down(
        letter=letter, hospital=hospital or letter.hospital, amount_fen=fen,
        receipt_number=receipt, paid_on=paid_on or TUESDAY.date(), by=week.finance, at=TUESDAY,
    )  # fmt: skip


def test_a_drawdown_is_captured_and_owed_by_the_insurer(week):
    letter = week.letter(network=False)
    draw(week, letter)
    assert reserve_fund.balance(week.center) == 980_000
    assert position_of(letter).in_hospital.captured_fen == 20_000
    insurer = letter.case.enrolment.policy.insurer_id
    assert balance(AccountKind.INSURER_RECEIVABLE, insurer) == 20_000
    assert check_ledger().faults == []


def test_filling_the_fund_counts_once_for_one_transfer(week):
    for _ in range(2):
        reserve_fund.fund(center=week.center, amount_fen=500, key="T-1", by=week.clerk, at=TUESDAY)
    assert reserve_fund.balance(week.center) == 1_000_500


def test_a_transfer_that_is_booked_is_not_booked_with_another_amount_or_for_another_centre(week):
    def fill(center, fen):
        reserve_fund.fund(center=center, amount_fen=fen, key="T-1", by=week.clerk, at=TUESDAY)

    fill(week.center, 500)
    other = factories.make_center()
    for center, fen in ((week.center, 600), (other, 500)):
        with pytest.raises(reserve_fund.TransferKnown):
            fill(center, fen)
    assert reserve_fund.balance(week.center) == 1_000_500
    assert reserve_fund.balance(other) == 0


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"fen": 0}, AmountNotPositive),
        ({"fen": 500_001}, AboveGuarantee),
        ({"receipt": " "}, ReceiptNeeded),
        ({"receipt": "R" * 41}, ReceiptNeeded),
        ({"paid_on": MONDAY.date()}, PaidLater),
    ],
)
def test_a_drawdown_that_can_not_be_right_is_refused(week, change, refusal):
    letter = week.letter(network=False)
    with pytest.raises(refusal):
        draw(week, letter, **change)
    assert reserve_fund.balance(week.center) == 1_000_000


def test_a_network_hospital_gets_the_letter_not_the_fund(week):
    with pytest.raises(NetworkHospital):
        draw(week, week.letter())


def test_a_presented_letter_is_not_paid_twice(week):
    letter = week.letter()
    desk = factories.make_staff(Role.BILLING_DESK, hospital=letter.hospital)
    present(letter=letter, by=desk, at=TUESDAY)
    with pytest.raises(LetterInUse):
        draw(week, letter, hospital=factories.make_hospital(network=False))


def test_a_corrected_drawdown_takes_nothing_from_a_letter_presented_since(week):
    letter = week.letter()
    drawdown = draw(week, letter, hospital=factories.make_hospital(network=False))
    present(
        letter=letter,
        by=factories.make_staff(Role.BILLING_DESK, hospital=letter.hospital),
        at=TUESDAY,
    )
    reserve_fund.adjust(drawdown=drawdown, amount_fen=-1_000, by=week.clerk, at=MONDAY)
    promised = position_of(letter).in_hospital
    assert (promised.captured_fen, promised.left_fen, promised.released_fen) == (19_000, 481_000, 0)
    assert check_ledger().faults == []


def test_a_receipt_is_drawn_once(week):
    draw(week, week.letter(network=False))
    with pytest.raises(ReceiptTaken):
        draw(week, week.letter(network=False), receipt=" f1")


def test_an_empty_drawer_pays_nothing(session):
    week = Week()
    letter = week.letter(network=False)
    with pytest.raises(ReserveFundEmpty):
        draw(week, letter)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.integers(0, 1_500))
def test_however_a_payment_is_split_the_fund_gets_its_share_first_and_no_more(parts, share):
    paid = to_fund = 0
    for part in parts:
        to_fund += _within(paid + part, share) - _within(paid, share)
        paid += part
    assert to_fund == min(paid, share)
