import pytest
from sqlalchemy import select

from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import balance
from guarantee.ledger.models import AccountKind
from guarantee.settlement import reserve_fund
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.models import BankStatementLine, Remittance
from guarantee.settlement.moves import NotYourStep
from guarantee.settlement.payment_file import NoAccount
from guarantee.settlement.remittance import live_remittance, pay, payment_csv, payment_xml
from guarantee.settlement.resolution import resolve
from guarantee.settlement.totals import current_differences
from guarantee.tables import WrongState
from tests.settlement.files import bank_csv
from tests.settlement.scenes import MONDAY, Week, day

TODAY = "2026-11-25"


@pytest.fixture
def week(session):
    """An approved batch: 300.00 for a letter, 200.00 into the fund."""
    made = Week()
    made.filled(100_000)
    made.says(made.charged(30_000), 30_000)
    made.says(made.drawn(20_000), 20_000, fund=True)
    made.batch = made.opened()
    made.reported(made.batch)
    made.approved(made.batch)
    return made


def order(week):
    return pay(batches=[week.batch], by=week.clerk, at=MONDAY)[0]


def bank_says(week, *lines):
    """(amount out in yuan or in with a +, text, serial)"""
    rows = [
        (TODAY, text[1:] if text.startswith("+") else "", "" if text.startswith("+") else text,
         "某某", "6227", said, serial)
        for text, said, serial in lines
    ]  # fmt: skip
    return take_statement(data=bank_csv(rows), filename="明细.csv", by=week.clerk, at=MONDAY)


def outcomes(statement):
    return [line.outcome for line in statement.lines]


def test_a_batch_is_ordered_once_to_the_account_on_record(week, session):
    first = order(week)
    assert order(week) is first
    assert session.scalars(select(Remittance)).all() == [first]
    assert (first.amount_fen, first.due_on) == (50_000, day("2026-11-26"))
    assert first.account_number == week.center.bank_account_number
    assert week.batch.state == "remitted"
    assert payment_csv([first]) == payment_csv([live_remittance(week.batch)])
    assert first.reference in payment_csv([first]).decode("gb18030")
    assert first.reference.encode() in payment_xml([first], payer="联盟", payer_account="1")


def test_only_approved_batches_are_paid_and_only_by_headquarters(week):
    other = Week()
    other.says(other.charged(100), 100)
    with pytest.raises(WrongState):
        pay(batches=[other.opened()], by=week.clerk, at=MONDAY)
    with pytest.raises(NotYourStep):
        pay(batches=[week.batch], by=week.finance, at=MONDAY)


def test_a_centre_without_an_account_is_not_paid(week):
    week.center.bank_account_number = ""
    with pytest.raises(NoAccount):
        order(week)


def test_the_banks_confirmation_settles_what_is_owed_and_fills_the_fund(week):
    one = order(week)
    assert reserve_fund.balance(week.center) == 80_000
    before = balance(AccountKind.BANK)
    statement = bank_says(week, ("500.00", f"周结算 {one.reference}", "S1"))
    assert outcomes(statement) == ["matched"]
    assert (week.batch.state, one.state, one.paid_on) == ("paid", "paid", day(TODAY))
    assert week.batch.mail_by == day("2026-11-27")
    assert balance(AccountKind.CENTER_PAYABLE, week.center.id) == 0
    assert reserve_fund.balance(week.center) == 100_000
    assert balance(AccountKind.BANK) - before == -50_000
    assert check_ledger().faults == []


def test_the_same_serial_counts_once_in_whatever_file(week, session):
    one = order(week)
    line = ("500.00", one.reference, "S1")
    bank_says(week, line)
    again = bank_says(week, line, ("1.00", "手续费", "S2"))
    assert (again.already_seen, outcomes(again)) == (1, ["unmatched"])
    assert one.paid_fen == 50_000
    assert len(session.scalars(select(BankStatementLine)).all()) == 2


def test_a_line_that_stands_twice_in_one_file_counts_once(week):
    one = order(week)
    line = ("500.00", one.reference, "S1")
    statement = bank_says(week, line, line)
    assert (statement.already_seen, outcomes(statement)) == (1, ["matched"])
    assert one.state == "paid"


def test_a_part_payment_waits_for_the_rest(week):
    one = order(week)
    assert outcomes(bank_says(week, ("150.00", one.reference, "S1"))) == ["partly_paid"]
    assert (week.batch.state, one.paid_fen) == ("remitted", 15_000)
    assert reserve_fund.balance(week.center) == 95_000
    assert outcomes(bank_says(week, ("350.00", one.reference, "S2"))) == ["matched"]
    assert week.batch.state == "paid"
    assert reserve_fund.balance(week.center) == 100_000
    assert balance(AccountKind.CENTER_PAYABLE, week.center.id) == 0


def test_too_much_is_told_and_stays_as_the_centres_debt(week):
    one = order(week)
    assert outcomes(bank_says(week, ("510.00", one.reference, "S1"))) == ["overpaid"]
    assert (week.batch.state, one.state) == ("paid", "overpaid")
    assert balance(AccountKind.CENTER_PAYABLE, week.center.id) == 1_000


def test_money_that_comes_back_is_owed_again_and_ordered_anew(week):
    one = order(week)
    statement = bank_says(
        week, ("+500.00", f"退汇 {one.reference}", "S2"), ("500.00", one.reference, "S1")
    )
    assert outcomes(statement) == ["matched", "returned"]
    assert (one.state, week.batch.state, week.batch.paid_on) == ("returned", "approved", None)
    assert balance(AccountKind.CENTER_PAYABLE, week.center.id) == -30_000
    assert reserve_fund.balance(week.center) == 80_000
    second = order(week)
    assert (second.attempt, second.reference) == (2, f"{one.reference}R2")
    assert outcomes(bank_says(week, ("500.00", second.reference, "S3"))) == ["matched"]
    assert week.batch.state == "paid"
    assert check_ledger().faults == []


@pytest.mark.parametrize("text", ["房租", "JS9999202647", "{0} JS9999202647"])
def test_what_names_no_order_of_ours_or_two_is_left_for_a_person(week, text):
    one = order(week)
    other = Week()
    if "{0}" in text:
        text = text.format(one.reference)
    assert outcomes(bank_says(other, ("500.00", text, "S1"))) == ["unmatched"]
    assert one.state == "ordered"


def test_a_zero_total_needs_no_payment(session):
    week = Week()
    letter = week.charged(30_000)
    week.charged(1, letter=letter)
    week.says(letter, 1)
    batch = week.opened()
    week.reported(batch)
    (found,) = current_differences(batch)
    resolve(difference=found, decision="carry", reason="待补票据", by=week.clerk, at=MONDAY)
    week.approved(batch)
    assert (batch.state, batch.approved_fen) == ("paid", 0)
    with pytest.raises(WrongState):
        pay(batches=[batch], by=week.clerk, at=MONDAY)
