"""The pre-printed form: everything that never changes, laid out once when a worker starts."""

from __future__ import annotations

import functools
import math

from weasyprint import Document

from guarantee.letters.content import ExclusionAnswer, Kind
from guarantee.letters.paper.capture import Captured, capture
from guarantee.letters.paper.fonts import width_of
from guarantee.letters.paper.geometry import (
    ASKED_TYPE,
    ASKED_WIDTH,
    CLAUSES_LIST,
    HOTLINE_TYPE,
    HOTLINE_WIDTH,
    NUMBER,
    NUMBER_WIDTH,
    SPARE,
)
from guarantee.letters.paper.layout import lay_out
from guarantee.letters.paper.wording import (
    COPIES,
    LEFT_LABELS,
    RIGHT_LABELS,
    WIDE_LABEL,
    Lines,
)

PROVISIONAL_PAGE = len(COPIES)  # follows the four copies' pages


@functools.cache
def form_of(kind: Kind) -> Captured:
    """One page: the form of an initial letter or of a top-up, nothing filled in."""
    return capture(full_layout(kind, Lines()))


def full_layout(
    kind: Kind,
    lines: Lines,
    *,
    clauses: tuple[ExclusionAnswer, ...] = (),
    scale: float = 1.0,
    room: float = CLAUSES_LIST,
    tight: bool = False,
    cramped: bool = False,
) -> Document:
    """The whole page in flow. `room` in millimetres is kept for the exclusions, whose type is
    scaled; `tight` sets the terms smaller, `cramped` the particulars. No values: the form."""
    return lay_out(
        "page.html",
        style="form",
        lines=lines,
        clauses=clauses,
        scale=scale,
        room=room,
        tight=tight,
        cramped=cramped,
        top_up=kind == "top_up",
        wide_label=WIDE_LABEL,
        left_labels=LEFT_LABELS,
        right_labels=RIGHT_LABELS,
        guilloche=_guilloche(),
        asked_apart=width_of(lines.asked, ASKED_TYPE) > ASKED_WIDTH - SPARE,
        hotline_long=width_of(lines.hotline, HOTLINE_TYPE, strong=True) > HOTLINE_WIDTH - SPARE,
    )


@functools.cache
def copy_pages() -> Captured:
    """Five pages: what tells copies 1 to 4 apart, and the words across a provisional letter."""
    return capture(lay_out("copies.html", style="form", copies=tuple(COPIES.values())))


@functools.cache
def _guilloche() -> tuple[str, ...]:
    """Interlaced fine lines behind the number, as on a cheque: a scratched digit shows."""
    half, paths = NUMBER / 2, []
    for turn in range(12):
        points = []
        for step in range(int(NUMBER_WIDTH) * 2 + 1):
            x = step / 2
            swell = 0.55 + 0.4 * math.sin(x / NUMBER_WIDTH * math.pi * 6)
            y = half + half * 0.94 * swell * math.sin(x / 7 + turn * math.pi / 6)
            points.append(f"{x:.1f} {y:.2f}")
        paths.append("M" + " L".join(points))
    return tuple(paths)
