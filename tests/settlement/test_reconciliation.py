import pytest

from guarantee.letters import number
from guarantee.settlement.differences import Alike, Kind
from guarantee.settlement.frames import RESERVE_FUND
from tests.settlement.frames import DAYS, WEEK, known, line, outcome, row

A, B, C = (number.new("3101") for _ in range(3))


def kinds(found):
    return [(one["line_id"], one["row"], one["kind"]) for one in found]


def test_equal_sides_match_and_say_so_in_both_languages():
    (one,) = outcome([line(1, A, 30_000)], [row(3, A, 30_000)])
    assert one["kind"] == Kind.MATCHED
    assert (one["system_fen"], one["report_fen"], one["difference_fen"]) == (30_000, 30_000, 0)
    assert one["why_zh"] == "系统与上报一致。"
    assert one["why_en"] == "System and report agree."


def test_a_different_amount_shows_both_figures_and_what_lies_between():
    (one,) = outcome([line(1, A, 30_000)], [row(3, A, 28_800)])
    assert one["kind"] == Kind.AMOUNT_DIFFERS
    assert one["difference_fen"] == -1_200
    assert one["why_zh"] == "系统 300.00 元，上报 288.00 元，相差 12.00 元。"


def test_what_only_one_side_has_stands_alone():
    found = outcome([line(1, A, 30_000)], [row(3, B, 20_000)])
    assert kinds(found) == [(None, 3, Kind.ONLY_IN_REPORT), (1, None, Kind.ONLY_IN_SYSTEM)]
    assert [one["difference_fen"] for one in found] == [20_000, -30_000]


def test_a_receipt_on_two_rows_is_named_on_both():
    found = outcome(
        [line(1, A, 30_000, receipts="R1"), line(2, B, 20_000, receipts="R2")],
        [row(3, A, 30_000, receipts="R1"), row(4, B, 20_000, receipts="R1、R2")],
    )
    assert [one["kind"] for one in found] == [Kind.RECEIPT_USED_TWICE] * 2
    assert "R1" in found[0]["why_zh"]
    assert "第 4 行" in found[0]["why_zh"]
    assert "row 3" in found[1]["why_en"]


def test_a_receipt_of_another_batch_is_named_with_that_batch():
    told = known(receipts=[("R1", "2026-W40")])
    (one,) = outcome([line(1, A, 100, receipts="R1")], [row(3, A, 100, receipts="R1")], told)
    assert one["kind"] == Kind.RECEIPT_USED_TWICE
    assert "2026-W40 批次" in one["why_zh"]


def test_several_receipts_of_one_letter_are_no_difference():
    (one,) = outcome([line(1, A, 100, receipts="R1、R2")], [row(3, A, 100, receipts="R2、R1")])
    assert one["kind"] == Kind.MATCHED


def test_more_than_the_limit_is_above_the_limit_and_differs_too():
    (one,) = outcome([line(1, A, 100_000)], [row(3, A, 120_000)])
    assert one["kind"] == Kind.ABOVE_LIMIT
    assert one["also"] == Kind.AMOUNT_DIFFERS
    assert "1,000.00" in one["why_zh"]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (known(letters=[(B, "3101", "voided", WEEK)]), Kind.VOIDED_LETTER),
        (known(letters=[(B, "4403", "presented", WEEK)]), Kind.OTHER_CENTERS_LETTER),
        (known(letters=[(B, "3101", "presented", "2026-W45")]), Kind.OUTSIDE_WEEK),
        (known(settled=[(B, "pre_hospital", "2026-W46")]), Kind.SETTLED_BEFORE),
    ],
)
def test_a_reported_letter_that_the_batch_lacks_is_explained_by_what_is_known_of_it(told, kind):
    found = outcome([line(1, A, 100)], [row(3, A, 100), row(4, B, 100)], told)
    assert kinds(found) == [(1, 3, Kind.MATCHED), (None, 4, kind)]


def test_a_voided_letter_is_told_even_where_both_sides_agree():
    told = known(letters=[(A, "3101", "voided", WEEK)])
    (one,) = outcome([line(1, A, 100)], [row(3, A, 100)], told)
    assert one["kind"] == Kind.VOIDED_LETTER


def test_what_was_settled_for_the_other_part_does_not_count_against_this_one():
    told = known(settled=[(B, RESERVE_FUND, "2026-W46")])
    (one,) = outcome([], [row(4, B, 100)], told)
    assert one["kind"] == Kind.ONLY_IN_REPORT


def test_a_day_outside_the_week_is_a_difference_unless_the_line_came_late():
    before = DAYS[0].replace(day=9)
    on_time = outcome([line(1, A, 100)], [row(3, A, 100, day=before)])
    late = outcome([line(1, A, 100, late=True)], [row(3, A, 100, day=before)])
    assert [on_time[0]["kind"], late[0]["kind"]] == [Kind.OUTSIDE_WEEK, Kind.MATCHED]


def test_parts_that_do_not_make_the_total_are_a_difference():
    (one,) = outcome([line(1, A, 100)], [row(3, A, 100, parts=90)])
    assert one["kind"] == Kind.ROW_DOES_NOT_ADD_UP
    assert "0.90" in one["why_zh"]
    assert "1.00" in one["why_zh"]


def test_the_same_letter_twice_keeps_the_row_that_fits_paired():
    found = outcome([line(1, A, 30_000)], [row(3, A, 10_000), row(4, A, 30_000)])
    assert kinds(found) == [(None, 3, Kind.LETTER_TWICE), (1, 4, Kind.LETTER_TWICE)]
    assert "2 行" in found[0]["why_zh"]
    assert "400.00" in found[0]["why_zh"]


def test_a_letter_with_a_late_line_and_this_weeks_answers_to_two_rows():
    lines = [line(1, A, 30_000), line(2, A, 10_000, late=True)]
    found = outcome(lines, [row(3, A, 10_000), row(4, A, 30_000)])
    assert kinds(found) == [(2, 3, Kind.MATCHED), (1, 4, Kind.MATCHED)]


def test_a_number_that_is_none_is_shown_as_written_with_the_line_it_is_one_slip_from():
    wrong = A[:6] + str((int(A[6]) + 1) % 10) + A[7:]
    found = outcome([line(7, A, 500)], [row(3, None, 500, text=wrong)])
    assert kinds(found) == [(None, 3, Kind.BAD_NUMBER), (7, None, Kind.ONLY_IN_SYSTEM)]
    assert wrong in found[0]["why_zh"]
    assert (found[0]["suggested_line_id"], found[1]["suggested_row"]) == (7, 3)
    assert found[0]["suggested_because"] == Alike.ONE_DIGIT


def test_the_other_answer_under_reserve_fund_is_suggested_never_taken():
    found = outcome([line(7, A, 500, part=RESERVE_FUND)], [row(3, A, 500)])
    assert [one["kind"] for one in found] == [Kind.ONLY_IN_REPORT, Kind.ONLY_IN_SYSTEM]
    assert found[0]["suggested_because"] == Alike.OTHER_FUND


def test_an_explained_row_gets_no_suggestion():
    told = known(letters=[(B, "4403", "presented", WEEK)])
    found = outcome([line(7, A, 500, receipts="R1")], [row(3, B, 500, receipts="R1")], told)
    assert found[0]["suggested_line_id"] is None


def test_two_empty_sides_make_an_empty_outcome():
    assert outcome([], []) == []
