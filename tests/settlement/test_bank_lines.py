from datetime import date

import pytest

from guarantee.settlement.bank_line import NotAStatement
from guarantee.settlement.bank_lines import read_statement
from guarantee.sheets.reading import NoHeader
from tests.settlement.files import CAMT, MT940, bank_csv

PAID = ("20261125", "", "1,525.00", "上海急救中心", "62270001", "周结算 JS3101202647", "S-1")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_the_banks_csv_is_read_below_its_preamble(encoding):
    got = ("2026-11-25", "20.00", "0.00", "某某", "1", "利息", "S-2")
    found = read_statement(bank_csv([PAID, got], encoding=encoding), filename="明细.csv")
    assert found.form == "csv"
    first, second = found.lines
    assert (first.serial, first.booked_on, first.amount_fen) == (
        "S-1", date(2026, 11, 25), -152_500,
    )  # fmt: skip
    assert (first.counterparty, first.account) == ("上海急救中心", "62270001")
    assert "JS3101202647" in first.text
    assert second.amount_fen == 2_000


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ((*PAID[:6], ""), "no_serial"),
        (("20261125", "1.00", "1.00", *PAID[3:]), "one_side_only"),
        (("20261125", "", "", *PAID[3:]), "one_side_only"),
        (("2026", *PAID[1:]), "bad_date"),
        (("20261125", "", "12.345", *PAID[3:]), "bad_amount"),
    ],
)
def test_a_line_not_understood_is_handed_back(line, code):
    found = read_statement(bank_csv([line, PAID]), filename="明细.csv")
    assert [back.code for back in found.handed_back] == [code]
    assert len(found.lines) == 1


def test_camt_lines_carry_reference_counterparty_and_sign():
    found = read_statement(CAMT.encode(), filename="stmt.xml")
    assert found.form == "camt.053"
    assert [(line.serial, line.amount_fen) for line in found.lines] == [
        ("S-1", -152_500),
        ("S-2/1", -10_000),
        ("S-2/2", -20_000),
    ]
    first = found.lines[0]
    assert (first.counterparty, first.account) == ("上海急救中心", "62270001")
    assert first.text == "JS3101202647 周结算"
    assert found.lines[1].booked_on == date(2026, 11, 25)


def test_pending_entries_are_passed_over_and_foreign_money_is_handed_back():
    found = read_statement(CAMT.encode(), filename="stmt.xml")
    assert "S-3" not in {line.serial for line in found.lines}
    assert [(back.code, back.original[0]) for back in found.handed_back] == [("not_cny", "S-4")]


def test_mt940_reversals_turn_the_sign():
    found = read_statement(MT940.encode(), filename="stmt.sta")
    assert found.form == "mt940"
    assert [line.amount_fen for line in found.lines] == [-152_500, 152_500, 10_000]
    assert found.lines[0].serial == "2026112500001"
    assert "JS3101202647" in found.lines[0].text


def test_a_line_without_the_banks_number_has_the_same_serial_each_time():
    serials = [
        [line.serial for line in read_statement(MT940.encode(), filename="a.sta").lines]
        for _ in range(2)
    ]
    assert serials[0] == serials[1]
    assert serials[0][2].startswith("H")


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"<html><body>login</body></html>", NotAStatement),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", NotAStatement),
        (b":20:X\n:25:Y\n:61:nonsense\n", NotAStatement),
        ("你好,世界\n1,2\n".encode(), NoHeader),
    ],
)
def test_what_is_no_statement_is_refused_as_a_whole(data, refusal):
    with pytest.raises(refusal):
        read_statement(data, filename="x.csv")
