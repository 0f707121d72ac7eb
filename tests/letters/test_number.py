"""The number survives a bad radio link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee.letters import number

SAMPLE = [number.new(code) for code in ("3101", "4201", "9999", "1000") for _ in range(25)]


def refused(text: str) -> bool:
    try:
        number.parse(text)
    except number.BadNumber:
        return True
    return False


def test_every_single_wrong_digit_of_a_hundred_numbers_is_caught():
    for good in SAMPLE:
        for i in range(number.LENGTH):
            for digit in "0123456789".replace(good[i], ""):
                wrong = good[:i] + digit + good[i + 1 :]
                assert refused(wrong), (good, wrong)


def test_every_swap_of_two_neighbours_in_a_hundred_numbers_is_caught():
    for good in SAMPLE:
        for i in range(number.LENGTH - 1):
            wrong = good[:i] + good[i + 1] + good[i] + good[i + 2 :]
            assert wrong == good or refused(wrong), (good, wrong)


@pytest.mark.parametrize(
    "typed",
    [
        "{0} {1} {2} {3}",
        "{0}-{1}-{2}-{3}",
        "  {0}{1}{2}{3}\n",
        "{0}—{1}–{2}·{3}",
        "{0}\u3000{1} {2}{3}",
    ],
)
def test_spaces_and_hyphens_do_not_matter(typed):
    good = SAMPLE[0]
    groups = number.grouped(good).split()
    assert number.parse(typed.format(*groups)) == good


def test_full_width_digits_are_the_same_number():
    wide = SAMPLE[1].translate({ord(str(d)): ord("０") + d for d in range(10)})
    assert number.parse(wide) == SAMPLE[1]


@given(st.text(max_size=40))
def test_nothing_but_a_number_is_taken(text):
    if not refused(text):
        digits = number.parse(text)
        assert len(digits) == 16
        assert digits.isascii()


def test_it_reads_aloud_without_confusion():
    assert number.spoken("3101472809153642") == "三幺零幺 四拐两八 零九幺五 三六四两"


def test_the_center_is_readable_in_it():
    assert number.center_code(SAMPLE[0]) == "3101"
