import pandas as pd
import pytest

from guarantee.settlement.differences import Alike
from guarantee.settlement.near import digits_of, numbers_alike, plain_receipt, receipts_alike

RIGHT = "3101472809153642"


def suggested(wrong, right=(RIGHT,)):
    found = numbers_alike(
        pd.Series([wrong]), pd.Series(list(right), index=range(10, 10 + len(right)))
    )
    return [(one["right"], one["how"]) for one in found.to_dict("records")]


@pytest.mark.parametrize(
    ("wrong", "how"),
    [
        ("3101472809153640", Alike.ONE_DIGIT),
        ("9101472809153642", Alike.ONE_DIGIT),
        ("3104172809153642", Alike.SWAPPED),
        ("3101472809153624", Alike.SWAPPED),
        ("310147280915364", Alike.DIGIT_MISSING),
        ("31014728091536422", Alike.DIGIT_TOO_MANY),
        ("03101472809153642", Alike.DIGIT_TOO_MANY),
    ],
)
def test_one_slip_of_the_hand_finds_the_number_that_was_meant(wrong, how):
    assert suggested(wrong) == [(10, how)]


@pytest.mark.parametrize("wrong", ["3101472809150042", "3101", "", "4444472809153642"])
def test_two_slips_find_nothing(wrong):
    assert suggested(wrong) == []


def test_every_candidate_is_offered():
    assert len(suggested("3101472809153640", (RIGHT, "3101472809153641", "9" * 16))) == 2


def test_letters_that_look_like_digits_are_read_as_such():
    assert digits_of("31O1 4728-0915 364l") == "3101472809153641"


def receipts(side):
    return pd.DataFrame(
        {"label": list(side), "receipt": [plain_receipt(text) for text in side.values()]}
    )


@pytest.mark.parametrize(
    ("wrong", "how"),
    [("No 12345678", Alike.SAME_RECEIPT), ("no12345679", Alike.RECEIPT_ALIKE)],
)
def test_receipts_are_the_same_or_one_character_apart(wrong, how):
    found = receipts_alike(receipts({1: wrong}), receipts({9: "NO-12345678"}))
    assert found.to_dict("records") == [{"wrong": 1, "right": 9, "how": how}]


def test_short_receipts_are_not_alike():
    assert receipts_alike(receipts({1: "123"}), receipts({9: "124"})).empty
