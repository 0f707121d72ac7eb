"""The sheet with a place for each text: what is printed beforehand and what is filled in.

Millimetres from the page's top left corner to the baseline; sizes in points.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from bench.letters.sheet import FOOT, TITLE, Sheet

CODE_LEFT, CODE_TOP, CODE_SIDE = 158.0, 12.0, 36.0
PAGE_WIDTH, PAGE_HEIGHT, _LEFT, _ROOM = 210.0, 297.0, 12.0, 186.0
_POINT = 25.4 / 72
_CHINESE, _SMALL, _TITLE = 9.0, 6.5, 18.0


class Mark(NamedTuple):
    """A text in its place."""

    left: float
    base: float
    size: float
    text: str


class Placed(NamedTuple):
    """All texts of a letter: `form` never changes, `filled` is the letter's, `own` the copies'."""

    form: list[Mark]
    filled: list[Mark]
    own: list[list[Mark]]


def placed(sheet: Sheet) -> Placed:
    """Every text of the sheet. The exclusions are filled in: they may change with the product."""
    form = [Mark(_LEFT, 24, _TITLE, TITLE)]
    filled = [Mark(_LEFT, 42, _TITLE, sheet.number)]
    down = 58.0
    for n, (zh, en, value, other) in enumerate(sheet.rows):
        left = _LEFT + (93 if n > 7 else 0)
        down = 70.0 + (n - 8 if n > 7 else n - 1) * 8 if n else 60.0
        form += [Mark(left, down, _CHINESE, zh), Mark(left, down + 3, _SMALL, en)]
        filled.append(Mark(left + 25, down, _CHINESE, value))
        if other:
            filled.append(Mark(left + 25, down + 3, _SMALL, other))
    down = 130.0
    for row, figure, capitals in sheet.amounts:
        form.append(Mark(_LEFT, down, _CHINESE, row))
        filled += [
            Mark(_LEFT + 25, down, _CHINESE, figure),
            Mark(_LEFT + 60, down, _CHINESE, capitals),
        ]
        down += 6
    filled.append(Mark(_LEFT, down, _CHINESE, sheet.asked))
    down += 6
    for code, zh, en in sheet.clauses:
        filled += [Mark(_LEFT, down, _CHINESE, code), Mark(_LEFT + 10, down, _CHINESE, zh)]
        filled.append(Mark(_LEFT + 10, down + 3, _SMALL, en))
        filled.append(Mark(_LEFT + 165, down, _CHINESE, "不适用 No"))
        down += 7.4
    for zh, en in sheet.terms:
        for text, size in ((zh, _CHINESE), (en, _SMALL)):
            for line in _wrapped(text, size):
                form.append(Mark(_LEFT, down, size, line))
                down += 3.6 if size == _CHINESE else 3.4
    form += [Mark(_LEFT, 262, _CHINESE, FOOT[0]), Mark(_LEFT + 93, 262, _CHINESE, FOOT[1])]
    filled.append(Mark(_LEFT, 287, _CHINESE, sheet.close))
    own = [
        [
            Mark(_LEFT, 8, _CHINESE, f"{head} {purpose}"),
            Mark(CODE_LEFT, CODE_TOP + CODE_SIDE + 4, _CHINESE, typed),
        ]
        for head, purpose, typed, _ in sheet.copies
    ]
    return Placed(form, filled, own)


@functools.cache
def _wrapped(text: str, size: float) -> tuple[str, ...]:
    """Lines that fit the page, by a careful guess at how wide the characters are."""
    lines, line, width = [], "", 0.0
    for piece in text.split(" ") if text.isascii() else text:
        shown = piece + " " if text.isascii() else piece
        wide = sum(1.0 if ord(c) > 0x2E80 else 0.56 for c in shown) * size * _POINT
        if width + wide > _ROOM:
            lines.append(line.rstrip())
            line, width = "", 0.0
        line, width = line + shown, width + wide
    return (*lines, line.rstrip())
