"""What a cell means, without guessing."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee.money import BadAmount, yuan
from guarantee.sheets.cells import (
    BadDate,
    clean_name,
    clean_text,
    compact,
    digits,
    has_control,
    is_formula,
    parse_amount,
    parse_day,
)
from guarantee.sheets.workbooks import Cell, cell_from_json, text_cell

WRITTEN = ("{:%Y-%m-%d}", "{:%Y/%m/%d}", "{:%Y%m%d}", "{0.year}/{0.month}/{0.day}",
           "{0.year}年{0.month}月{0.day}日", "{0.year}.{0.month}.{0.day}",
           " {0.year} 年 {0.month} 月 {0.day} 日 ", "{:%Y-%m-%d} 00:00:00")  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789-/", "０１２３４５６７８９－／")


@settings(max_examples=100)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(WRITTEN), st.booleans())
def test_a_day_is_the_same_day_however_it_is_written(day, pattern, wide):
    text = pattern.format(day)
    assert parse_day(text_cell(text.translate(FULL_WIDTH) if wide else text)) == day


def test_a_spreadsheet_date_is_its_day_even_with_a_time():
    moment = datetime(2026, 1, 5, 23, 59)  # noqa: DTZ001
    assert parse_day(Cell("", "date", moment)) == date(2026, 1, 5)


@pytest.mark.parametrize(
    "text",
    ["", "待定", "2026-02-30", "2026-13-01", "26-01-05", "46027", "2026-1", "01/05/2026",
     "2026-01/05", "20260230", "1899-12-31", "２０２６年", "2026-01-05x"],
)  # fmt: skip
def test_what_is_no_day_is_refused(text):
    with pytest.raises(BadDate):
        parse_day(text_cell(text))


def test_a_bare_serial_number_is_no_day():
    with pytest.raises(BadDate):
        parse_day(cell_from_json(46027))
    assert parse_day(cell_from_json(20260105.0)) == date(2026, 1, 5)


@settings(max_examples=100)
@given(st.integers(0, 10**12))
def test_an_amount_is_the_same_fen_however_it_is_written(fen):
    plain = f"{fen // 100}.{fen % 100:02d}"
    for text in (plain, yuan(fen), f" ¥{plain} ", f"{plain}元", plain.translate(FULL_WIDTH)):
        assert parse_amount(text_cell(text)) == fen
    if fen % 100 == 0:
        assert parse_amount(text_cell(f"{Decimal(fen) / 1_000_000:f}万")) == fen


@settings(max_examples=100)
@given(st.integers(0, 10**9), st.integers(1, 9))
def test_a_third_decimal_is_refused_never_rounded(fen, third):
    with pytest.raises(BadAmount):
        parse_amount(text_cell(f"{fen // 100}.{fen % 100:02d}{third}"))


@settings(max_examples=100)
@given(st.integers(0, 10**12))
def test_an_amount_stored_as_a_number_loses_nothing(fen):
    assert parse_amount(cell_from_json(float(Decimal(fen) / 100))) == fen


@pytest.mark.parametrize("text", ["面议", "#REF!", "1000.005", "1e5", "1,00", "", "--5", "5万元5"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(BadAmount):
        parse_amount(text_cell(text))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (" 唐 怡鹏　", "唐怡鹏"),
        ("SMITH,  JOHN", "SMITH, JOHN"),
        ("ＳＭＩＴＨ　ＪＯＨＮ", "SMITH JOHN"),
        ("古丽娜尔 • 艾合买提", "古丽娜尔·艾合买提"),
        ("古丽娜尔・艾合买提", "古丽娜尔·艾合买提"),
        ("王\u200b伟\ufeff", "王伟"),
        ("赵𠅤", "赵𠅤"),
        ("\uf9dc海", "\uf9dc海"),
        ("Rene\u0301 Mu\u0308ller", "René Müller"),
    ],
)
def test_a_name_keeps_its_characters_and_loses_stray_marks(written, name):
    assert clean_name(written) == name


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_cleaning_twice_is_cleaning_once(text):
    assert clean_name(clean_name(text)) == clean_name(text)
    assert clean_text(clean_text(text)) == clean_text(text)


@settings(max_examples=100)
@given(st.text("0123456789abcXYZ０９Ａｚ -－—\u3000\u200b", max_size=20))
def test_a_code_made_compact_is_plain_and_stays_so(text):
    assert compact(text).isascii()
    assert compact(text).isalnum() or compact(text) == ""
    assert compact(compact(text)) == compact(text)


def test_formulas_and_control_characters_are_seen_through_any_width():
    assert all(map(is_formula, ["=1", " ＝1", "+1", "－1", "@x", "\ufeff=1"]))
    assert not is_formula("王=")
    assert has_control("王\x07伟")
    assert has_control("王\u202e伟")
    assert not has_control(" 王伟\n")


def test_codes_come_down_to_ascii():
    assert compact(" ３１０1－01 99x") == "31010199X"
    assert compact('="0012"') == "0012"
    assert compact("'0012") == "0012"
    assert digits("（０２１）6437-0045转8") == "021643700458"
