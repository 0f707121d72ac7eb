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
