"""Which line was probably meant: numbers with one slip of the hand, receipts alike. Pure.

Only suggests; nothing here decides. Comparisons run over whole columns of integers (a sixteen
digit number fits in 64 bits), one pass for each digit's place, so that a hundred thousand
unmatched rows cost no more than a few dozen joins.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from guarantee.letters.number import LENGTH
from guarantee.settlement.differences import Alike

_NOT_DIGIT = re.compile(r"\D")
_NOT_PLAIN = re.compile(r"[^0-9A-Z]")
_LOOKS_LIKE = str.maketrans("OoIl", "0011")
_NOTHING = pd.DataFrame({"wrong": [], "right": [], "how": []}, dtype=object)


def digits_of(text: str) -> str:
    """The digits someone meant to write: folded, O read as 0, l and I as 1, the rest dropped."""
    return _NOT_DIGIT.sub("", unicodedata.normalize("NFKC", text).translate(_LOOKS_LIKE))


def plain_receipt(text: str) -> str:
    """A receipt's number as it is compared: folded, capitals, letters and digits only."""
    return _NOT_PLAIN.sub("", unicodedata.normalize("NFKC", text).upper())


def numbers_alike(wrong: pd.Series, right: pd.Series) -> pd.DataFrame:
    """For each number in `wrong` the numbers in `right` that are one slip away.

    Both: digits as str, index = the caller's own labels. Returns rows (wrong, right, how) with
    those labels and an `Alike`; the likeliest slip of a pair only.
    """
    if wrong.empty or right.empty:
        return _NOTHING.copy()
    right = right[right.str.len() == LENGTH]
    length = wrong.str.len()
    found = [
        *_swapped(wrong[length == LENGTH], right),
        *_one_digit(wrong[length == LENGTH], right),
        *_one_dropped(wrong[length == LENGTH - 1], right, shorter="wrong"),
        *_one_dropped(wrong[length == LENGTH + 1], right, shorter="right"),
    ]
    return _gather(found)


def receipts_alike(wrong: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Rows (wrong, right, how) whose receipts are the same, or one character apart.

    Both frames: `label`, `receipt` (as `plain_receipt` gives it), one row a receipt. A receipt
    shorter than six characters is compared for sameness only: short ones are all alike.
    """
    if wrong.empty or right.empty:
        return _NOTHING.copy()
    same = wrong.merge(right, on="receipt", suffixes=("_wrong", "_right"))
    found = [_pairs(same["label_wrong"], same["label_right"], Alike.SAME_RECEIPT)]
    masked = [_masked(side[side["receipt"].str.len() >= 6]) for side in (wrong, right)]
    alike = masked[0].merge(masked[1], on="mask", suffixes=("_wrong", "_right"))
    found.append(_pairs(alike["label_wrong"], alike["label_right"], Alike.RECEIPT_ALIKE))
    return _gather(found)


def _swapped(wrong: pd.Series, right: pd.Series) -> list[pd.DataFrame]:
    numbers, found = wrong.astype("int64"), []
    theirs = _frame(right.astype("int64"), "right")
    for place in range(LENGTH - 1):
        low, high = 10**place, 10 ** (place + 1)
        step = (numbers // high % 10) - (numbers // low % 10)
        ours = _frame((numbers - step * high + step * low)[step != 0], "wrong")
        hit = ours.merge(theirs, on="key")
        found.append(_pairs(hit["wrong"], hit["right"], Alike.SWAPPED))
    return found


def _one_digit(wrong: pd.Series, right: pd.Series) -> list[pd.DataFrame]:
    ours, theirs, found = wrong.astype("int64"), right.astype("int64"), []
    for place in range(LENGTH):
        weight = 10**place
        hit = _frame(ours - ours // weight % 10 * weight, "wrong").merge(
            _frame(theirs - theirs // weight % 10 * weight, "right"), on="key"
        )
        found.append(_pairs(hit["wrong"], hit["right"], Alike.ONE_DIGIT))
    return found


def _one_dropped(wrong: pd.Series, right: pd.Series, *, shorter: str) -> list[pd.DataFrame]:
    short, long = (wrong, right) if shorter == "wrong" else (right, wrong)
    if short.empty or long.empty:
        return []
    how = Alike.DIGIT_MISSING if shorter == "wrong" else Alike.DIGIT_TOO_MANY
    here, other = ("wrong", "right") if shorter == "wrong" else ("right", "wrong")
    found, keys = [], _frame(short, here)
    for place in range(int(long.str.len().iloc[0])):
        cut = _frame(long.str.slice(0, place) + long.str.slice(place + 1), other)
        hit = keys.merge(cut, on="key")
        found.append(_pairs(hit["wrong"], hit["right"], how))
    return found


def _frame(keys: pd.Series, name: str) -> pd.DataFrame:
    return pd.DataFrame({"key": keys.to_numpy(), name: keys.index.to_numpy()})


def _masked(side: pd.DataFrame) -> pd.DataFrame:
    labels, masks = [], []
    for label, receipt in zip(side["label"], side["receipt"], strict=True):
        for place in range(len(receipt)):
            labels.append(label)
            masks.append(f"{receipt[:place]}*{receipt[place + 1 :]}")
    return pd.DataFrame(
        {"label": np.array(labels, dtype=object), "mask": np.array(masks, dtype=object)}
    )


def _pairs(wrong: pd.Series, right: pd.Series, how: Alike) -> pd.DataFrame:
    return pd.DataFrame({"wrong": wrong.to_numpy(), "right": right.to_numpy(), "how": how.value})


def _gather(found: list[pd.DataFrame]) -> pd.DataFrame:
    some = [pairs for pairs in found if len(pairs)]
    if not some:
        return _NOTHING.copy()
    return pd.concat(some, ignore_index=True).drop_duplicates(["wrong", "right"])
