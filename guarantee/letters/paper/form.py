"""The pre-printed form: everything that never changes, laid out once when a worker starts."""

from __future__ import annotations

import functools
import math

from guarantee.letters.content import Kind
from guarantee.letters.paper.capture import Captured, capture
from guarantee.letters.paper.geometry import NUMBER, NUMBER_WIDTH
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
    return capture(
        lay_out("page.html", style="form", lines=Lines(), clauses=(), scale=1, **labels(kind))
    )


@functools.cache
def copy_pages() -> Captured:
    """Five pages: what tells copies 1 to 4 apart, and the words across a provisional letter."""
    return capture(lay_out("copies.html", style="form", copies=tuple(COPIES.values())))


def labels(kind: Kind) -> dict[str, object]:
    """What the page's template needs besides values."""
    return {
        "top_up": kind == "top_up",
        "wide_label": WIDE_LABEL,
        "left_labels": LEFT_LABELS,
        "right_labels": RIGHT_LABELS,
        "guilloche": _guilloche(),
    }


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
