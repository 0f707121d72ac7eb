from datetime import date

import pytest

from guarantee.letters import number
from guarantee.settlement.frames import PRE_HOSPITAL, RESERVE_FUND
from guarantee.settlement.report import read_report, receipts_in, report_frame
from guarantee.sheets.reading import MissingColumn
from tests.settlement.files import HEADER, workbook

A = number.new("3101")


def one(*cells):
    """A row in the order of HEADER, without its 序号."""
    return (1, *cells)


def read(*rows, header=HEADER):
    return read_report(workbook([header, *rows]), filename="上报.xlsx")


def test_an_untidy_row_is_understood_without_guessing():
    found = read(
        one("张 三", number.grouped(A), "2026年11月17日", "１００", "￥200.50", "", "—", "300.5",
            "a001， A002、a001", "否", "夜间"),
    )  # fmt: skip
    (row,) = found.rows
    assert row.row == 4
    assert row.letter_number == A
    assert row.dispatched_on == date(2026, 11, 17)
    assert (row.vehicle_fen, row.treatment_fen, row.visit_fen, row.transfer_fen) == (
        10_000, 20_050, None, None,
    )  # fmt: skip
    assert (row.parts_fen, row.total_fen) == (30_050, 30_050)
    assert row.receipts == ("A001", "A002")
    assert (row.part, row.note, row.patient_name) == (PRE_HOSPITAL, "夜间", "张三")


def test_excel_dates_and_numbers_are_normal():
    found = read(one("李四", A, date(2026, 11, 18), 100, 0, 0, 0, 100, 12345678, "是", None))
    (row,) = found.rows
    assert (row.dispatched_on, row.total_fen, row.receipts) == (
        date(2026, 11, 18), 10_000, ("12345678",),
    )  # fmt: skip
    assert row.part == RESERVE_FUND


def test_a_row_that_does_not_add_up_is_taken_for_a_person_to_decide():
    (row,) = read(one("李四", A, "2026-11-18", 100, 50, 0, 0, 160, "R1", "", "")).rows
    assert (row.parts_fen, row.total_fen) == (15_000, 16_000)


def test_a_bad_number_is_taken_as_written():
    (row,) = read(one("李四", "3101 0000", "2026-11-18", 1, 0, 0, 0, 1, "", "", "")).rows
    assert (row.letter_number, row.number_text) == (None, "3101 0000")


def test_a_number_that_the_spreadsheet_made_a_number_of_keeps_the_digits_it_has():
    lossy = int(A[:15] + "0")
    (row,) = read(one("李四", lossy, "2026-11-18", 1, 0, 0, 0, 1, "", "", "")).rows
    assert row.number_text == str(lossy)


@pytest.mark.parametrize(
    ("place", "cell", "field", "code"),
    [
        (8, "约300", "total", "bad_amount"),
        (8, "300.005", "total", "bad_amount"),
        (8, "-1", "total", "negative_amount"),
        (4, "abc", "vehicle", "bad_amount"),
        (3, "11月31日", "dispatched_on", "bad_date"),
        (10, "也许", "reserve_fund", "bad_yes_no"),
        (9, "R" * 41, "receipts", "receipt_too_long"),
    ],
)
def test_a_cell_not_understood_hands_its_row_back_and_no_other(place, cell, field, code):
    cells = ["李四", A, "2026-11-18", 100, 0, 0, 0, 100, "R1", "否", ""]
    cells[place - 1] = cell
    found = read(one(*cells), one("王五", A, "2026-11-18", 5, 0, 0, 0, 5, "R2", "否", ""))
    assert [row.row for row in found.rows] == [5]
    (back,) = found.handed_back
    assert (back.row, back.field, back.code) == (4, field, code)
    assert str(cell) in back.original
    assert back.reason.zh


def test_a_row_without_any_amount_is_handed_back():
    (back,) = read(one("李四", A, "2026-11-18", "", "", "", "", "", "", "", "")).handed_back
    assert back.code == "missing_total"


def test_a_total_left_empty_is_the_sum_of_the_parts():
    (row,) = read(one("李四", A, "2026-11-18", 100, 20, "", "", "", "R1", "", "")).rows
    assert row.total_fen == 12_000


def test_the_last_row_of_sums_is_no_letter():
    found = read(
        one("李四", A, "2026-11-18", 100, 0, 0, 0, 100, "R1", "", ""),
        ("合计", None, None, None, 100, 0, 0, 0, 100, None, None, None),
    )
    assert (len(found.rows), len(found.handed_back)) == (1, 0)


def test_a_file_without_the_number_is_refused_by_the_columns_name():
    with pytest.raises(MissingColumn) as refused:
        read(header=tuple(name for name in HEADER if name != "担保函号"))
    assert "担保函号" in refused.value.message("zh")


def test_the_frame_for_reconciliation_holds_fen_as_integers():
    found = report_frame(read(one("李四", A, None, 100, 0, 0, 0, 100, "R1、R2", "", "")).rows)
    assert str(found["total_fen"].dtype) == "Int64"
    assert found["receipts"].tolist() == ["R1、R2"]


def test_receipts_are_parted_by_any_comma_and_counted_once():
    assert receipts_in("r1、R2，ｒ３;R1\nR4") == ("R1", "R2", "R3", "R4")
    assert receipts_in("无") == ()
