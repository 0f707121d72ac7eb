"""The exclusions with their answers: the same for nearly every letter of a product, so laid out
once for each wording and set of answers, and kept."""

from __future__ import annotations

import functools

from weasyprint import Document

from guarantee.letters.content import ExclusionAnswer
from guarantee.letters.paper.capture import Captured, capture
from guarantee.letters.paper.geometry import CLAUSES_LIST, CLAUSES_LIST_TOP
from guarantee.letters.paper.layout import SLACK, lay_out, position_of
from guarantee.printing import PRINTING

# Of the exclusions' type. Below 1 the English follows on the same line; the last is 5 points,
# the smallest that is still read with ease.
SCALES = (1.0, 0.9, 0.8, 0.72, 0.66)
_KEPT = 128


@functools.lru_cache(maxsize=_KEPT)
def panel_of(clauses: tuple[ExclusionAnswer, ...]) -> Captured | None:
    """One page with the list of exclusions in its place, as large as fits; None if nothing does."""
    with PRINTING:
        scale = scale_for(clauses, CLAUSES_LIST)
        return capture(_page(clauses, scale)) if scale else None


def scale_for(clauses: tuple[ExclusionAnswer, ...], room: float, tight: float = 0) -> float | None:
    """The largest type that lets the list into `room` millimetres; where it is smaller than 1,
    `tight` more are there. None if the list is too long for the smallest."""
    for scale in SCALES:
        if height_of(clauses, scale) <= room + (tight if scale < 1 else 0) + SLACK:
            return scale
    return None


@functools.lru_cache(maxsize=_KEPT * len(SCALES))
def height_of(clauses: tuple[ExclusionAnswer, ...], scale: float) -> float:
    """How high the list comes out at this scale, in millimetres."""
    with PRINTING:
        return position_of(_page(clauses, scale), "end") - CLAUSES_LIST_TOP


def _page(clauses: tuple[ExclusionAnswer, ...], scale: float) -> Document:
    return lay_out("panel.html", style="form", clauses=clauses, scale=scale)
