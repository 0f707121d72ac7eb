from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from guarantee.charges.bill_file import read_bill, rejected_rows_workbook
from guarantee.charges.catalogue import UnknownScope, in_scope
from guarantee.refusals import Refusal
from guarantee.sheets.writing import Heading, Sheet, workbook
from tests.charges.files import HEADER, csv_bill, grid_of, row

TODAY = date(2026, 11, 19)


def bill(*rows: str, **more: str):
    return read_bill(csv_bill(*rows, **more), filename="清单.csv", today=TODAY)


def test_a_bill_in_the_hospitals_own_layout_is_read():
    read = bill(
        row("0001", "35.50", quantity="２", price="17.75"),
        row("0002", '"1,200.00"', code="", insurance="自费", day="20261117"),
        row("0003", "-17.75", quantity="-1", price="17.75", day="2026年11月18日"),
        encoding="gb18030",
    )
    first, second, third = read.lines
    assert (first.line_id, first.quantity, first.unit_price_fen, first.amount_fen) == (
        "0001",
        Decimal(2),
        1775,
        3550,
    )
    assert first.name == "头孢曲松钠 1g*10支"
    assert (first.in_scope, second.in_scope, second.amount_fen) == (True, False, 120_000)
    assert (third.amount_fen, third.charged_on) == (-1775, date(2026, 11, 18))
    assert (read.total_fen, read.in_scope_fen) == (121_775, 1_775)
    assert read.rejected == ()


def test_the_same_bill_as_a_workbook_gives_the_same_lines():
    cells = [r.split(",") for r in (row("0001", "35.50"), row("0002", "9.00", insurance="丙"))]
    made = workbook(
        [Sheet("明细", [Heading(h) for h in HEADER.split(",")], cells)],
        made_at=datetime(2026, 11, 18, tzinfo=UTC),
    )
    read = read_bill(made, filename="清单.xlsx", today=TODAY)
    by_csv = bill(row("0001", "35.50"), row("0002", "9.00", insurance="丙"))
    assert read.lines == by_csv.lines


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (row("", "1.00"), "missing_line_id"),
        (row("1", "1.00", name="", specification=""), "missing_name"),
        (row("1", "1.00", insurance="特需"), "unknown_scope"),
        (row("1", "1.00", insurance=""), "unknown_scope"),
        (row("1", "1.00", day="昨天"), "bad_date"),
        (row("1", "1.00", day="2027-01-01"), "bad_date"),
        (row("1", "一百"), "bad_amount"),
        (row("1", "1.005"), "bad_amount"),
        (row("1", "0.00"), "zero_amount"),
        (row("1", "100.00", quantity="3"), "amount_mismatch"),
        (row("1", "100.00", quantity="许多"), "bad_quantity"),
        (row("1", "2000000.00"), "amount_too_large"),
        (row("1", "1.00", name="药" * 130), "too_long"),
    ],
)
def test_a_row_that_can_not_be_taken_is_handed_back_with_its_reason(bad, code):
    read = bill(row("9"), bad)
    assert [line.line_id for line in read.lines] == ["9"]
    (rejected,) = read.rejected
    assert (rejected.row, rejected.refusal.code) == (4, code)


def test_a_row_that_stands_twice_counts_once_and_two_of_one_id_count_not_at_all():
    read = bill(row("1"), row("1"), row("2"), row("2", "50.00"), row("2"), row("3"))
    assert [line.line_id for line in read.lines] == ["1", "3"]
    assert read.repeated == 1
    assert [(r.row, r.refusal.code) for r in read.rejected] == [
        (5, "line_conflict"),
        (6, "line_conflict"),
        (7, "line_conflict"),
    ]


def test_quantity_and_price_may_be_missing_and_a_refund_have_its_sign_on_the_amount_only():
    read = bill(
        row("1", "80.00", quantity="", price=""),
        row("2", "-80.00", quantity="", price=""),
        row("3", "-20.00", quantity="2", price="10.00"),
    )
    assert [(one.quantity, one.amount_fen) for one in read.lines] == [
        (Decimal(1), 8_000),
        (Decimal(-1), -8_000),
        (Decimal(-2), -2_000),
    ]


def test_rejected_rows_come_back_as_they_stood_and_can_be_sent_again_once_corrected(at):
    read = bill(row("1"), row("2", "100.00", quantity="3"))
    grid = grid_of(rejected_rows_workbook(read, made_at=at))
    assert grid[0][:3] == ["明细流水号", "项目编码", "项目名称"]
    assert grid[1][0] == "2"
    assert grid[1][10:12] == ["4", "amount_mismatch"]
    assert "300.00" in grid[1][12]
    cells = [[*grid[1][:5], "1", *grid[1][6:]]]
    corrected = workbook([Sheet("退回", [Heading(h) for h in grid[0]], cells)], made_at=at)
    assert len(read_bill(corrected, filename="a.xlsx", today=TODAY).lines) == 1


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "a.csv", "empty_file"),
        (b"%PDF-1.7 not a table", "a.xlsx", "not_a_workbook"),
        ("你好，这是一封信".encode(), "a.csv", "no_header"),
        (HEADER.replace("金额", "总之").encode(), "a.csv", "missing_column"),
    ],
)
def test_a_file_that_is_no_bill_is_refused_whole(data, filename, code):
    with pytest.raises(Refusal) as refused:
        read_bill(data, filename=filename, today=TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["甲", "乙", "甲类", " 乙 类", "Ａ", "b", "医保内", "甲类药"])
def test_classes_a_and_b_are_in_scope(text):
    assert in_scope(text)


@pytest.mark.parametrize("text", ["丙", "自费", "丙类", "C", "全自费", "医保外", "自费项目"])
def test_class_c_and_self_pay_are_the_patients(text):
    assert not in_scope(text)


@pytest.mark.parametrize("text", ["", "丁", "甲乙", "是", "0"])
def test_what_is_no_class_is_not_guessed(text):
    with pytest.raises(UnknownScope):
        in_scope(text)
