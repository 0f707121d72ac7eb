import pytest
from sqlalchemy import select

from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import balance
from guarantee.ledger.models import AccountKind
from guarantee.letters.position import position_of
from guarantee.settlement import reserve_fund
from guarantee.settlement.adjustment import GuaranteeUsedUp
from guarantee.settlement.approval import (
    DifferencesOpen,
    SamePerson,
    TotalChanged,
    approve,
)
from guarantee.settlement.courier import record_fee
from guarantee.settlement.differences import Kind
from guarantee.settlement.models import Original, SettledReceipt
from guarantee.settlement.moves import NotYourStep
from guarantee.settlement.resolution import resolve
from guarantee.settlement.statement import statement_pdf, statement_workbook
from guarantee.settlement.statement_facts import statement_of
from guarantee.settlement.totals import current_differences, totals_of
from guarantee.tables import WrongState
from tests.settlement.scenes import MONDAY, NEXT_MONDAY, NEXT_WEEK, TUESDAY, Week


@pytest.fixture
def week(session):
    return Week()


def decide_all(week, batch, decision):
    for one in current_differences(batch):
        resolve(difference=one, decision=decision, reason="核对单据", by=week.clerk, at=MONDAY)


def payable(week):
    return -balance(AccountKind.CENTER_PAYABLE, week.center.id)


def test_whoever_prepared_the_batch_can_not_approve_it(week):
    week.says(week.charged(30_000), 28_000)
    batch = week.opened()
    week.reported(batch)
    decide_all(week, batch, "take_system")
    with pytest.raises(SamePerson):
        approve(batch=batch, by=week.clerk, at=MONDAY)
    approve(batch=batch, by=week.chief, at=MONDAY)
    assert batch.state == "approved"
    assert batch.approved_by_id == week.chief.id


def test_who_uploads_for_the_centre_can_not_approve(week):
    week.says(week.charged(30_000), 30_000)
    batch = week.opened()
    week.reported(batch, by=week.chief)
    with pytest.raises(SamePerson):
        week.approved(batch)


def test_open_differences_and_a_changed_total_stop_the_approval(week):
    week.says(week.charged(30_000), 28_000)
    batch = week.opened()
    week.reported(batch)
    with pytest.raises(DifferencesOpen):
        week.approved(batch)
    decide_all(week, batch, "take_center")
    with pytest.raises(TotalChanged):
        approve(batch=batch, by=week.chief, at=MONDAY, expected_fen=30_000)
    approve(batch=batch, by=week.chief, at=MONDAY, expected_fen=28_000)


def test_an_unreported_batch_is_not_approved_and_not_by_the_centre(week):
    week.charged(30_000)
    batch = week.opened()
    with pytest.raises(WrongState):
        week.approved(batch)
    week.reported_anyway = week.says(week.charged(1), 1)
    week.reported(batch)
    decide_all(week, batch, "take_system")
    with pytest.raises(NotYourStep):
        approve(batch=batch, by=week.finance, at=MONDAY)


@pytest.mark.parametrize(
    ("decision", "settled"),
    [("take_center", 28_000), ("take_system", 30_000), ("leave_out", 0)],
)
def test_what_is_decided_is_what_the_ledger_owes(week, decision, settled):
    letter = week.charged(30_000)
    week.says(letter, 28_000)
    batch = week.opened()
    week.reported(batch)
    decide_all(week, batch, decision)
    week.approved(batch)
    assert (batch.approved_fen, payable(week)) == (settled, settled)
    assert position_of(letter).pre_hospital.captured_fen == settled
    assert batch.state == ("approved" if settled else "paid")
    assert check_ledger().faults == []


def test_a_higher_figure_of_the_centre_is_captured_within_the_guarantee(week):
    letter = week.charged(30_000)
    week.says(letter, 33_000)
    batch = week.opened()
    week.reported(batch)
    decide_all(week, batch, "take_center")
    week.approved(batch)
    assert (batch.approved_fen, payable(week)) == (33_000, 33_000)
    assert position_of(letter).pre_hospital.captured_fen == 33_000


def test_what_is_carried_stays_owed_and_comes_back_next_week(week):
    letter = week.charged(30_000)
    week.says(letter, 28_000)
    first = week.opened()
    week.reported(first)
    decide_all(week, first, "carry")
    week.approved(first)
    assert (first.approved_fen, payable(week)) == (0, 30_000)
    week.rows.clear()
    week.says(letter, 30_000)
    second = week.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    (line,) = second.lines
    assert (line.amount_fen, line.late, line.carried_from_id) == (30_000, True, first.lines[0].id)
    week.reported(second, at=NEXT_MONDAY)
    assert current_differences(second) == []
    week.approved(second, at=NEXT_MONDAY)
    assert second.approved_fen == 30_000


def test_a_row_that_only_the_centre_has_can_be_taken_for_a_letter_of_its_own(week):
    letter = week.letter()
    letter.receipt = "R77"
    week.says(letter, 12_300)
    batch = week.opened()
    week.reported(batch)
    (found,) = current_differences(batch)
    assert found.kind == Kind.ONLY_IN_REPORT
    decide_all(week, batch, "take_center")
    assert totals_of(batch).total_fen == 12_300
    week.approved(batch)
    (line,) = batch.lines
    assert (line.settled_fen, line.added, line.amount_fen) == (12_300, True, 0)
    assert position_of(letter).pre_hospital.captured_fen == payable(week) == 12_300


def test_a_row_that_only_the_centre_has_comes_back_when_it_is_carried(week):
    letter = week.letter()
    letter.receipt = "R78"
    week.says(letter, 12_300)
    first = week.opened()
    week.reported(first)
    decide_all(week, first, "carry")
    week.approved(first)
    second = week.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    (found,) = current_differences(second)
    assert found.report_fen == 12_300
    assert found.why_zh.startswith("由 2026-W47 批次结转。")


def test_the_guarantee_is_never_overdrawn_by_a_decision(week):
    letter = week.charged(95_000)
    week.says(letter, 97_000)
    batch = week.opened()
    week.reported(batch)
    decide_all(week, batch, "take_center")
    week.charged(4_000, letter=letter, at=MONDAY)
    with pytest.raises(GuaranteeUsedUp):
        week.approved(batch)


def test_a_corrected_drawdown_goes_back_to_the_fund(week):
    week.filled(100_000)
    letter = week.drawn(20_000)
    week.says(letter, 18_000, fund=True)
    batch = week.opened()
    week.reported(batch)
    decide_all(week, batch, "take_center")
    week.approved(batch)
    assert batch.approved_fen == 18_000
    assert reserve_fund.balance(week.center) == 82_000
    assert check_ledger().faults == []


def test_courier_fees_become_the_alliances_cost(week):
    week.says(week.charged(30_000), 30_000)
    record_fee(
        center=week.center, tracking_number="SF1", amount_fen=2_500, paid_on=TUESDAY.date(),
        by=week.finance, at=TUESDAY,
    )  # fmt: skip
    batch = week.opened()
    week.reported(batch)
    week.approved(batch)
    assert batch.approved_fen == payable(week) == 32_500
    assert balance(AccountKind.COURIER_EXPENSE) == 2_500


def test_receipts_are_marked_and_originals_listed(week, session):
    letter = week.charged(30_000, receipt="R1")
    week.says(letter, 30_000)
    batch = week.opened()
    week.reported(batch)
    week.approved(batch)
    assert session.scalars(select(SettledReceipt.receipt_number)).all() == ["R1"]
    kinds = session.scalars(select(Original.kind).order_by(Original.id)).all()
    assert kinds == ["copy_3", "copy_4", "receipt"]


def test_the_statement_says_the_approved_figures_and_says_them_again(week, session):
    week.filled()
    week.says(week.charged(30_000), 28_000)
    week.says(week.drawn(20_000), 20_000, fund=True)
    batch = week.opened()
    week.reported(batch)
    decide_all(week, batch, "take_center")
    week.approved(batch)
    session.commit()
    content = statement_of(batch)
    assert (content.pre_hospital_fen, content.reserve_fund_fen, content.total_fen) == (
        28_000, 20_000, 48_000,
    )  # fmt: skip
    assert sum(line.settled_fen for line in content.lines) == content.total_fen
    assert content.differences[0].decision.zh == "以中心上报为准"
    files = statement_pdf(content), statement_workbook(content)
    session.expire_all()
    assert statement_of(batch) == content
    assert (statement_pdf(statement_of(batch)), statement_workbook(statement_of(batch))) == files
