"""Rows by themselves and beside each other: taken, handed back with a code, or seen before."""

from datetime import date

import pytest

from guarantee.members.rejects import REASONS
from guarantee.members.rows import COLUMNS, JudgedRow, judge_rows
from guarantee.sheets.reading import read_table
from tests.members.files import HEADER, PRODUCTS, csv_file, person, row, xlsx_file

OTHER_ID = person("11010119900101123")


def judged(*rows: dict[str, object]) -> list[JudgedRow]:
    table = read_table(csv_file(*rows), filename="a.csv", columns=COLUMNS)
    return judge_rows(table.rows, products=PRODUCTS, on=date(2026, 11, 18))


def outcomes(*rows: dict[str, object]) -> list[str]:
    return [r.reason or r.outcome for r in judged(*rows)]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("被保险人姓名", "　", "missing_name"),
        ("被保险人姓名", "=HYPERLINK(1)", "bad_name"),
        ("被保险人姓名", "＋王", "bad_name"),
        ("被保险人姓名", "@王", "bad_name"),
        ("被保险人姓名", "王\x0b伟", "bad_name"),
        ("被保险人姓名", "王" * 500, "bad_name"),
        ("证件类型", "驾驶证", "unknown_document_type"),
        ("证件号码", "", "missing_document"),
        ("证件号码", "310101197203044519", "bad_id_checksum"),
        ("证件号码", "310101720304451", "bad_id_checksum"),
        ("证件号码", person("31010119720230451"), "bad_id_birth_date"),
        ("证件号码", "3.10101E+17", "id_precision_lost"),
        ("联系电话", "1380013800", "bad_phone"),
        ("联系电话", "无", "bad_phone"),
        ("保单号", "", "missing_policy"),
        ("保单号", "P" * 41, "missing_policy"),
        ("保单号", "1.23457E+19", "id_precision_lost"),
        ("险种代码", "", "unknown_product"),
        ("险种代码", "CC-PLATIN", "unknown_product"),
        ("保额（元）", "", "bad_amount"),
        ("保额（元）", "0", "bad_amount"),
        ("保额（元）", "-1", "bad_amount"),
        ("保额（元）", "1000.005", "bad_amount"),
        ("保额（元）", "面议", "bad_amount"),
        ("起保日期", "", "bad_date"),
        ("起保日期", "待定", "bad_date"),
        ("终保日期", "2026-02-30", "bad_date"),
        ("终保日期", "2025-12-31", "end_before_start"),
        ("绿卡号", "L" * 31, "bad_card"),
        ("绿卡号", "L\x071", "bad_card"),
        ("保单号", "P\x071", "missing_policy"),
        ("变更类型", "续保", "unknown_change"),
    ],
)
def test_a_row_that_can_not_be_right_is_rejected_with_its_code(column, cell, code):
    (only,) = judged(row(**{column: cell}))
    assert (only.outcome, only.reason) == ("rejected", code)
    assert code in REASONS
    assert only.original[HEADER.index(column)] == cell.strip()


def test_a_number_stored_as_a_float_is_told_from_a_wrong_one():
    lines = [list(HEADER), [row(证件号码=310101197203044514)[h] for h in HEADER]]
    table = read_table(xlsx_file(*lines), filename="a.xlsx", columns=COLUMNS)
    (only,) = judge_rows(table.rows, products=PRODUCTS, on=date(2026, 11, 18))
    assert only.reason == "id_precision_lost"


def test_a_live_formula_counts_as_its_last_value():
    lines = [list(HEADER), [row()[h] for h in HEADER]]
    data = xlsx_file(*lines, A2=("=CONCAT(1)", "李娜"), G2=("=1+1", 2))
    table = read_table(data, filename="a.xlsx", columns=COLUMNS)
    (only,) = judge_rows(table.rows, products=PRODUCTS, on=date(2026, 11, 18))
    assert (only.parsed.name, only.parsed.sum_insured_fen) == ("李娜", 200)


def test_both_days_are_included_so_one_day_of_cover_is_fine():
    assert outcomes(row(终保日期="2026-01-01")) == ["accepted"]


def test_warnings_do_not_stop_a_row():
    rows = judged(
        row(联系电话=""),
        row(证件号码=person("31023019720304451")),
        row(证件类型="护照", 证件号码="E2139513499", 联系电话=""),
    )
    assert [r.outcome for r in rows] == ["accepted"] * 3
    assert [r.warnings for r in rows] == [
        ("missing_phone",),
        ("unknown_area_code",),
        ("missing_phone", "unusual_document_format"),
    ]


def test_columns_that_are_not_mandatory_may_be_missing():
    short = tuple(h for h in HEADER if h not in ("证件类型", "联系电话", "绿卡号", "变更类型"))
    table = read_table(csv_file(row(), header=short), filename="a.csv", columns=COLUMNS)
    (only,) = judge_rows(table.rows, products=PRODUCTS, on=date(2026, 11, 18))
    assert (only.outcome, only.parsed.change, only.parsed.card_number) == ("accepted", "add", "")


def test_the_same_row_again_is_a_duplicate_however_written():
    again = row(
        被保险人姓名=" 王 伟",
        联系电话="+86 138-0013-8000",
        起保日期="2026年1月1日",
        **{"保额（元）": "2万"},
    )
    assert outcomes(row(), again, row()) == ["accepted", "duplicate", "duplicate"]


def test_a_wrong_row_twice_is_wrong_twice():
    wrong = row(**{"保额（元）": "面议"})
    assert outcomes(wrong, wrong) == ["bad_amount", "bad_amount"]


def test_the_same_enrolment_with_another_phone_adds_the_phone():
    assert outcomes(row(), row(联系电话="13900139000"), row(联系电话="")) == [
        "accepted",
        "accepted",
        "duplicate",
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"被保险人姓名": "王维"},
        {"被保险人姓名": "王维", "保单号": "P2"},
        {"保额（元）": "30000"},
        {"终保日期": "2027-01-31"},
        {"绿卡号": "LK2"},
    ],
)
def test_rows_that_contradict_each_other_are_all_handed_back(other):
    assert outcomes(row(), row(证件号码=OTHER_ID), row(**other)) == [
        "conflict",
        "accepted",
        "conflict",
    ]


def test_one_person_in_two_policies_is_no_contradiction():
    assert outcomes(row(), row(保单号="P2"), row(险种代码="GRP-MED")) == ["accepted"] * 3


def test_latin_names_are_compared_without_case_and_punctuation():
    passport = {"证件类型": "护照", "证件号码": "E21395134"}
    assert outcomes(
        row(被保险人姓名="SMITH, JOHN", **passport),
        row(被保险人姓名="Smith John", 保单号="P2", **passport),
    ) == ["accepted", "accepted"]


def test_a_change_need_not_repeat_what_stays():
    blank = {"保额（元）": "", "起保日期": "", "终保日期": "", "联系电话": "", "绿卡号": ""}
    rows = judged(row(变更类型="修改", **blank), row(变更类型="退保", **blank))
    assert [(r.outcome, r.warnings) for r in rows] == [("accepted", ())] * 2
    assert [r.parsed.sum_insured_fen for r in rows] == [None, None]
    assert outcomes(row(变更类型="修改", **blank | {"保额（元）": "0"})) == ["bad_amount"]


def test_two_different_changes_of_one_enrolment_contradict_each_other():
    change = row(变更类型="修改")
    assert outcomes(change, change | {"保额（元）": "9"}) == ["conflict", "conflict"]
    assert outcomes(row(), row(变更类型="修改", 被保险人姓名="王炜")) == ["accepted", "accepted"]
