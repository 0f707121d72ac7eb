import pytest
from sqlalchemy import select

from guarantee.settlement.differences import Kind
from guarantee.settlement.models import Difference, Report
from guarantee.settlement.moves import NotYourStep
from guarantee.settlement.resolution import (
    AboveLimit,
    NothingToSettle,
    ReasonRequired,
    ReceiptSettledBefore,
    SettledAlready,
    Superseded,
    UnknownDecision,
    resolve,
    resolve_many,
    undo,
)
from guarantee.settlement.totals import current_differences, totals_of
from guarantee.tables import WrongState
from tests.settlement.scenes import MONDAY, NEXT_MONDAY, NEXT_WEEK, Week


@pytest.fixture
def week(session):
    return Week()


def decide(week, difference, decision, reason="核对原始单据", by=None):
    return resolve(
        difference=difference, decision=decision, reason=reason, by=by or week.clerk, at=MONDAY
    )


def only(batch):
    (found,) = current_differences(batch)
    return found


def test_matched_lines_leave_no_difference(week):
    week.says(week.charged(30_000), 30_000)
    batch = week.opened()
    came_out = week.reported(batch)
    assert (came_out.matched, came_out.differences) == (1, 0)
    assert (came_out.system_fen, came_out.report_fen) == (30_000, 30_000)
    assert batch.state == "reconciled"
    assert batch.lines[0].reported_fen == 30_000


def test_a_decision_changes_what_the_batch_comes_to_and_can_be_undone(week):
    week.says(week.charged(30_000), 28_000)
    batch = week.opened()
    week.reported(batch)
    assert totals_of(batch).total_fen == 30_000
    assert totals_of(batch).open_differences == 1
    for decision, total in (
        ("take_center", 28_000), ("take_system", 30_000), ("leave_out", 0), ("carry", 0),
    ):  # fmt: skip
        decide(week, only(batch), decision)
        assert totals_of(batch).total_fen == total
        assert totals_of(batch).open_differences == 0
    undo(difference=only(batch), by=week.clerk, at=MONDAY)
    assert totals_of(batch).open_differences == 1
    history = [one.decision for one in only(batch).history]
    assert history == ["take_center", "take_system", "leave_out", "carry", "undo"]


def test_several_alike_are_decided_at_once_or_none_of_them(week):
    for _ in range(2):
        week.says(week.charged(30_000), 29_000)
    week.says(week.charged(100_000), 110_000)
    batch = week.opened()
    week.reported(batch)
    found = current_differences(batch)
    with pytest.raises(AboveLimit):
        resolve_many(
            differences=found, decision="take_center", reason="同意", by=week.clerk, at=MONDAY
        )
    found[0].batch.center.id  # noqa: B018 (still readable: nothing was rolled back by us)
    resolve_many(
        differences=found[:2], decision="take_center", reason="同意", by=week.clerk, at=MONDAY
    )
    assert totals_of(batch).total_fen == 58_000 + 100_000


@pytest.mark.parametrize(
    ("decision", "reason", "refusal"),
    [
        ("take_center", "  ", ReasonRequired),
        ("take_center", "长" * 301, ReasonRequired),
        ("pay", "x", UnknownDecision),
    ],
)
def test_a_decision_needs_a_known_word_and_a_reason(week, decision, reason, refusal):
    week.says(week.charged(30_000), 28_000)
    batch = week.opened()
    week.reported(batch)
    with pytest.raises(refusal):
        decide(week, only(batch), decision, reason)
    assert only(batch).decision is None


def test_the_centre_itself_decides_nothing(week):
    week.says(week.charged(30_000), 28_000)
    batch = week.opened()
    week.reported(batch)
    with pytest.raises(NotYourStep):
        decide(week, only(batch), "take_center", by=week.finance)


def test_more_than_the_limit_is_never_taken(week):
    week.says(week.charged(120_000), 120_000)
    batch = week.opened()
    week.reported(batch)
    assert only(batch).kind == Kind.ABOVE_LIMIT
    with pytest.raises(AboveLimit) as refused:
        decide(week, only(batch), "take_center")
    assert "1,000.00" in refused.value.message("zh")
    decide(week, only(batch), "take_system")
    assert totals_of(batch).total_fen == 100_000


def test_a_row_without_a_letter_can_be_left_out_but_not_paid(week):
    letter = week.charged(30_000)
    week.says(letter, 30_000)
    week.says(letter, 9_900, number="3101 0000 0000", receipt="X1")
    batch = week.opened()
    week.reported(batch)
    assert only(batch).kind == Kind.BAD_NUMBER
    with pytest.raises(NothingToSettle):
        decide(week, only(batch), "take_center")
    decide(week, only(batch), "leave_out")


def test_another_centres_letter_is_told_and_not_paid(week):
    other = Week().charged(30_000)
    week.says(other, 30_000)
    batch = week.opened()
    week.reported(batch)
    assert only(batch).kind == Kind.OTHER_CENTERS_LETTER
    with pytest.raises(NothingToSettle):
        decide(week, only(batch), "take_center")


def test_what_was_settled_is_told_with_its_week_and_not_paid_again(week):
    letter = week.charged(30_000)
    week.says(letter, 30_000)
    first = week.opened()
    week.reported(first)
    week.approved(first)
    second = week.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    week.reported(second, at=NEXT_MONDAY)
    found = only(second)
    assert found.kind == Kind.SETTLED_BEFORE
    assert "2026-W47" in found.why_zh
    assert Kind.RECEIPT_USED_TWICE in found.also
    with pytest.raises(SettledAlready):
        decide(week, found, "take_center")


def test_a_receipt_settled_for_another_letter_pays_nothing_more(week):
    week.says(week.charged(30_000, receipt="R1"), 30_000)
    first = week.opened()
    week.reported(first)
    week.approved(first)
    week.rows.clear()
    again = week.charged(20_000, receipt="R2", day=NEXT_MONDAY.date().replace(day=25),
                         at=NEXT_MONDAY.replace(day=25, month=11))  # fmt: skip
    week.says(again, 20_000, receipt="R1", day="2026-11-25")
    second = week.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    week.reported(second, at=NEXT_MONDAY)
    assert only(second).kind == Kind.RECEIPT_USED_TWICE
    assert "2026-W47" in only(second).why_zh
    with pytest.raises(ReceiptSettledBefore):
        decide(week, only(second), "take_system")


def test_a_second_upload_replaces_the_first_and_both_are_kept(week, session):
    letter = week.charged(30_000)
    week.says(letter, 28_000)
    batch = week.opened()
    week.reported(batch)
    old = only(batch)
    decide(week, old, "take_center")
    week.rows.clear()
    week.says(letter, 30_000)
    week.reported(batch)
    assert current_differences(batch) == []
    assert session.scalars(select(Difference)).all() == [old]
    assert old.decision == "take_center"
    reports = session.scalars(select(Report).order_by(Report.id)).all()
    assert [one.replaced_at is None for one in reports] == [False, True]
    with pytest.raises(Superseded):
        decide(week, old, "leave_out")


def test_after_the_approval_nothing_is_decided_or_undone(week):
    week.says(week.charged(30_000), 28_000)
    batch = week.opened()
    week.reported(batch)
    decide(week, only(batch), "take_system")
    week.approved(batch)
    with pytest.raises(WrongState):
        decide(week, only(batch), "leave_out")
    with pytest.raises(WrongState):
        undo(difference=only(batch), by=week.clerk, at=MONDAY)
    with pytest.raises(WrongState):
        week.reported(batch)
