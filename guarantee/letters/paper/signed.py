"""What a signed copy shows over the letter's pages: the signatures in their boxes, and the words.

Laid out alone on a transparent page, like the fields; the same on all four copies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from guarantee.letters.paper import geometry as g
from guarantee.letters.paper.fonts import width_of
from guarantee.letters.paper.layout import lay_out
from guarantee.letters.paper.wording import short_moment
from guarantee.printing import PRINTING
from guarantee.refusals import Words

Side = Literal["patient", "hospital"]
Point = Sequence[int]

_BORDER = 0.35
_LEFT = {"patient": g.LEFT, "hospital": g.LEFT + g.HALF + 1.5}
_ROOM = {"patient": (24.0, 62.0, 21.3, 7.6), "hospital": (33.0, 54.0, 20.9, 8.0)}
"""Of a signature: left, width, top and height in millimetres, from the box's corner."""
_DATE = {"patient": 46.0, "hospital": g.PAD}
_TYPE, _ENGLISH = 7.0, 5.6  # points, as the form's boxes have them
_SAY, _SAY_ROW = 6.9, 10.45
_RELATION_ROW = 19.9
_TICKED = ("", "spouse", "parent", "child")
_PRINTED = (("本人", "Self"), ("配偶", "Spouse"), ("父母", "Parent"), ("子女", "Child"))
_PEN = 0.42  # millimetres
_NAME, _LONG_NAME, _NAME_TYPE, _NAME_ROW = 10, 4.2, 6.4, 1.5
"""More characters than so many are set in the smaller type, in rows of so many millimetres."""


@dataclass(frozen=True, slots=True)
class SignatureMark:
    """One signature as it is shown. `strokes` are points (x, y, ms), y down; none: by name alone.
    `relation` is a companion's, with its word."""

    side: Side
    name: str
    signed_at: datetime
    digest: str
    strokes: Sequence[Sequence[Point]] = ()
    relation: str = ""
    relation_word: Words = Words("", "")


def signed_page(marks: Sequence[SignatureMark], original_sha256: str) -> bytes:
    """A PDF of one page that is drawn over each page of the letter. Same values, same bytes."""
    with PRINTING:
        document = lay_out(
            "signed.html",
            style="fields",
            places=[_place(mark) for mark in marks],
            marks=marks,
            original=original_sha256,
        )
        written: bytes = document.write_pdf()
        return written


def _place(mark: SignatureMark) -> dict[str, Any]:
    corner = _LEFT[mark.side] + _BORDER, g.SIGN_TOP + _BORDER
    left, width, top, height = _ROOM[mark.side]
    date = _DATE[mark.side] + _wide("日期时间 ", "Date, time") + 1.6
    return {
        "mark": mark,
        "pen": _pen(mark, corner[0] + left, corner[1] + top, width, height),
        "name": _name(mark.name, corner[0] + left, corner[1] + top, width, height),
        "ticks": [(corner[0] + x, corner[1] + y) for x, y in _ticks(mark)],
        "relation": (corner[0] + _option(len(_PRINTED)) + _wide("□ "), corner[1] + _RELATION_ROW)
        if mark.relation and mark.relation not in _TICKED
        else None,
        "by_name": (corner[0] + left, corner[1] + top + 2, width),
        "date": (corner[0] + date, corner[1] + 29.6, short_moment(mark.signed_at)),
    }


def _name(
    name: str, left: float, top: float, width: float, height: float
) -> tuple[float, float, float, float, float]:
    """Left, top and width of the name beside a drawing, its type and row: at the right end, and
    from the line upward where it is long."""
    if len(name) <= _NAME:
        return left + width - 26, top + height - 4.4, 26, _NAME_TYPE, 4.4
    rows = math.ceil(width_of(name, _LONG_NAME) / 23)
    return left + width - 26, top + height - rows * _NAME_ROW, 26, _LONG_NAME, _NAME_ROW


def _pen(
    mark: SignatureMark, left: float, top: float, width: float, height: float
) -> dict[str, Any] | None:
    """Where the drawing stands and its path, in millimetres of its own; as large as fits."""
    points = [point for stroke in mark.strokes for point in stroke]
    if not points:
        return None
    x0, y0 = min(p[0] for p in points), min(p[1] for p in points)
    wide, high = max(p[0] for p in points) - x0 or 1, max(p[1] for p in points) - y0 or 1
    scale = min((width - 2 * _PEN) / wide, (height - 2 * _PEN) / high)
    path = " ".join(
        " ".join(
            f"{'L' if at else 'M'}{(x - x0) * scale + _PEN:.2f} {(y - y0) * scale + _PEN:.2f}"
            for at, (x, y, *_) in enumerate(_seen(stroke))
        )
        for stroke in mark.strokes
        if stroke
    )
    own = wide * scale + 2 * _PEN, high * scale + 2 * _PEN
    return {
        "left": left,
        "top": top + (height - own[1]) / 2,
        "width": own[0],
        "height": own[1],
        "path": path,
        "pen": _PEN,
    }


def _seen(stroke: Sequence[Point]) -> Sequence[Point]:
    """A stroke of one point is a dot: something to draw all the same."""
    return stroke if len(stroke) > 1 else [stroke[0], (stroke[0][0] + 1, stroke[0][1])]


def _ticks(mark: SignatureMark) -> Iterator[tuple[float, float]]:
    """The middle of each box to tick, from the signature box's corner."""
    if mark.side == "hospital":
        yield g.PAD + width_of("□", _SAY) / 2, _SAY_ROW
        return
    chosen = _TICKED.index(mark.relation) if mark.relation in _TICKED else len(_PRINTED)
    yield _option(chosen) + width_of("□", _TYPE) / 2, _RELATION_ROW


def _option(place: int) -> float:
    """How far right the n-th relation's box to tick stands."""
    before = _wide("与会员关系 ", "Relation") + _wide(" ")
    return g.PAD + before + sum(_wide(f"□ {zh} ", en) + _wide(" ") for zh, en in _PRINTED[:place])


def _wide(chinese: str, english: str = "") -> float:
    return width_of(chinese, _TYPE) + width_of(english, _ENGLISH)
