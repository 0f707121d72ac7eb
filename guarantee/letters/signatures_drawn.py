"""A signature as it was drawn: strokes of points, on a pad 1000 wide and 600 high.

A point is x to the right, y down, and the milliseconds since the first touch. Vectors, not a
picture: they are drawn sharp at any size, and the order and the pace of the hand stay known.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from math import dist
from typing import Any

from guarantee.refusals import Invalid, Words

WIDTH, HEIGHT = 1000, 600
FEWEST_POINTS, MOST_POINTS, MOST_STROKES = 8, 6000, 200
SHORTEST = 150
"""Of all strokes together, in the pad's units: less is a slip of the finger."""
LONGEST_MS = 10 * 60 * 1000
FIELD = "strokes"

Point = tuple[int, int, int]
Strokes = tuple[tuple[Point, ...], ...]


class NotDrawn(Invalid):
    code = "signature_missing"
    words = Words("请在签字框内签名。", "Please sign in the box.")
    field = FIELD


class TooShort(Invalid):
    code = "signature_too_short"
    words = Words(
        "签名太短，无法辨认，请清除后重签。",
        "That is too short for a signature: clear it, sign again.",
    )
    field = FIELD


class TooMuch(Invalid):
    code = "signature_too_long"
    words = Words(
        "签名笔画过多（最多 {points} 个点、{strokes} 笔），请清除后重签。",
        "Too much was drawn (at most {points} points in {strokes} strokes): clear it, sign again.",
    )
    field = FIELD


class NotStrokes(Invalid):
    code = "strokes_malformed"
    words = Words("签名数据无法识别，请重签。", "The signature could not be read: sign again.")
    field = FIELD


def read_strokes(text: str) -> Strokes:
    """Strokes as a page sends them: JSON, a list of strokes of [x, y, ms]. Empty text: none.

    Refuses `strokes_malformed`.
    """
    if not text.strip():
        return ()
    if len(text) > 20 * MOST_POINTS:
        raise TooMuch(points=MOST_POINTS, strokes=MOST_STROKES)
    try:
        return strokes_of(json.loads(text))
    except (ValueError, RecursionError):
        raise NotStrokes() from None


def strokes_of(given: Any) -> Strokes:
    """Plain lists as strokes; strokes without a point are left out. Refuses
    `strokes_malformed`."""
    if not isinstance(given, list | tuple):
        raise NotStrokes()
    return tuple(tuple(map(_point, _list(stroke))) for stroke in given if stroke)


def check_drawn(strokes: Strokes) -> None:
    """Refuses what is no signature: `signature_missing`, `signature_too_short`,
    `signature_too_long`."""
    points = count_points(strokes)
    if not points:
        raise NotDrawn()
    if points > MOST_POINTS or len(strokes) > MOST_STROKES:
        raise TooMuch(points=MOST_POINTS, strokes=MOST_STROKES)
    if points < FEWEST_POINTS or sum(map(_length, strokes)) < SHORTEST:
        raise TooShort()


def count_points(strokes: Strokes) -> int:
    """How many points were drawn."""
    return sum(map(len, strokes))


def written(strokes: Strokes) -> str:
    """Strokes as the text that is stored and hashed."""
    return json.dumps(strokes, separators=(",", ":"))


def _list(stroke: Any) -> Sequence[Any]:
    if not isinstance(stroke, list | tuple):
        raise NotStrokes()
    return stroke


def _point(given: Any) -> Point:
    if not isinstance(given, list | tuple) or len(given) != 3:
        raise NotStrokes()
    x, y, ms = given
    for value, most in ((x, WIDTH), (y, HEIGHT), (ms, LONGEST_MS)):
        if type(value) is not int or not 0 <= value <= most:
            raise NotStrokes()
    return x, y, ms


def _length(stroke: Sequence[Point]) -> float:
    return sum(dist(a[:2], b[:2]) for a, b in pairwise(stroke))
