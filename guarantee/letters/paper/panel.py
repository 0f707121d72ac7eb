"""The exclusions with their answers: the same for nearly every letter of a product, so laid out
once for each wording and set of answers, and kept."""

from __future__ import annotations

import functools

from guarantee.letters.content import ExclusionAnswer
from guarantee.letters.paper.capture import Captured, capture
from guarantee.letters.paper.geometry import CLAUSES_LIST, CLAUSES_LIST_TOP
from guarantee.letters.paper.layout import SLACK, lay_out, position_of

SCALES = (1.0, 0.9, 0.8, 0.72, 0.66)  # of the exclusions' type; the last is 5 points, still legible


@functools.lru_cache(maxsize=128)
def panel_of(clauses: tuple[ExclusionAnswer, ...]) -> Captured | None:
    """One page with the list of exclusions in its place, as large as fits; None if nothing does."""
    for scale in SCALES:
        document = lay_out("panel.html", style="form", clauses=clauses, scale=scale)
        end = position_of(document, "end")
        if len(document.pages) == 1 and end <= CLAUSES_LIST_TOP + CLAUSES_LIST + SLACK:
            return capture(document)
    return None
