"""Fen inside, yuan at the edges, capitals as the central bank writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee import money

DIGITS = "零壹贰叁肆伍陆柒捌玖"


@pytest.mark.parametrize(
    ("fen", "capitals"),
    [
        # the examples of 《支付结算办法》 annex 一
        (140_950, "人民币壹仟肆佰零玖元伍角"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (168_032, "人民币壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "人民币壹拾万柒仟元零伍角叁分"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32_504, "人民币叁佰贰拾伍元零肆分"),
        # the two figures that every centre knows
        (100_000, "人民币壹仟元整"),
        (500_000, "人民币伍仟元整"),
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (10, "人民币壹角"),
        (10_000_000_000, "人民币壹亿元整"),
        (1_000_000, "人民币壹万元整"),
        # 壹 stands before 拾; 整 after 元, none after 角 or 分
        (1_000, "人民币壹拾元整"),
        (1_500, "人民币壹拾伍元整"),
        (50, "人民币伍角"),
        (5, "人民币伍分"),
        (11, "人民币壹角壹分"),
        (100_10, "人民币壹佰元零壹角"),
        (20_05, "人民币贰拾元零伍分"),
        (123_45, "人民币壹佰贰拾叁元肆角伍分"),
        # one 零 for zeros in the middle, however many; none at the end
        (10_100, "人民币壹佰零壹元整"),
        (100_100, "人民币壹仟零壹元整"),
        (101_000, "人民币壹仟零壹拾元整"),
        (110_000, "人民币壹仟壹佰元整"),
        (1_000_100, "人民币壹万零壹元整"),
        (1_010_000, "人民币壹万零壹佰元整"),
        (10_000_100, "人民币壹拾万零壹元整"),
        (1_000_000_100, "人民币壹仟万零壹元整"),
        (10_001_000_000, "人民币壹亿零壹万元整"),
        (101_001_010_100, "人民币壹拾亿壹仟零壹万零壹佰零壹元整"),
        # where 万 or 元 ends in 0 and the next digit is none, 零 may be left out, as in ¥107,000.53
        (1_000_100_000, "人民币壹仟万壹仟元整"),
        (1_000_001, "人民币壹万元零壹分"),
        (9_999_999_999, "人民币玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        (money.LARGEST_FEN, "人民币壹万亿元整"),
    ],
)
def test_capitals_follow_the_central_banks_examples(fen, capitals):
    assert money.in_capitals(fen) == capitals


def read_back(capitals: str) -> int:
    """An independent reader of capital amounts, in fen."""
    text = capitals.removeprefix("人民币").removesuffix("整")
    whole, _, rest = text.partition("元") if "元" in text else ("", "", text)
    yuan = section = digit = 0
    for c in whole:
        if c in DIGITS:
            digit = DIGITS.index(c)
        elif c in "拾佰仟":
            section += (digit or 1) * {"拾": 10, "佰": 100, "仟": 1000}[c]
            digit = 0
        else:
            factor = {"万": 10**4, "亿": 10**8}[c]
            if c == "亿":
                yuan = (yuan + section + digit) * factor
            else:
                yuan += (section + digit) * factor
            section = digit = 0
    cents = 0
    digit = 0
    for c in rest:
        if c in DIGITS:
            digit = DIGITS.index(c)
        else:
            cents += digit * {"角": 10, "分": 1}[c]
    return (yuan + section + _last(whole)) * 100 + cents


def _last(whole: str) -> int:
    return DIGITS.index(whole[-1]) if whole and whole[-1] in DIGITS else 0


@given(st.integers(0, 10**13))
def test_capitals_read_back_as_the_same_amount(fen):
    assert read_back(money.in_capitals(fen)) == fen


@given(st.integers(0, 10**14) | st.integers(0, 10**9).map(lambda yuan: yuan * 1000))
def test_capitals_can_neither_be_continued_nor_begun_anew(fen):
    """人民币 leads and nothing stands before it; what could be added to is closed by 整."""
    written = money.in_capitals(fen)
    assert written.startswith("人民币")
    assert written[-1] in "整角分"
    assert written.endswith("整") == (fen % 100 == 0)
    assert "零零" not in written
    assert not any(f"零{unit}" in written for unit in "万亿角分整")
    assert "零元" not in written or fen == 0


@given(st.integers(-(10**14), 10**14))
def test_yuan_written_for_people_reads_back(fen):
    assert money.parse_yuan(money.yuan(fen)) == fen
    assert money.parse_yuan(money.plain_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1000", 100_000),
        ("1,000.50", 100_050),
        ("１０００．５", 100_050),
        ("10万", 10_000_000),
        ("1.5万", 1_500_000),
        ("¥ 12.30元", 1_230),
        ("-5.05", -505),
    ],
)
def test_yuan_as_people_write_them(text, fen):
    assert money.parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text", ["", "1.234", "1e5", "1,23", "abc", "1 000,00", "--1", "9" * 30, "0x10"]
)
def test_what_is_no_amount_is_refused_and_never_rounded(text):
    with pytest.raises(money.BadAmount):
        money.parse_yuan(text)


def test_negative_capitals_are_refused():
    with pytest.raises(money.BadAmount):
        money.in_capitals(-1)
