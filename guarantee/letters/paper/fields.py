"""What is filled in, laid out alone on a transparent page: a twentieth of the work of a full page.

Fixed places do not reflow, so the ends of the lines are measured: a value that needed one line
more than the form has sends the letter to the full layout.
"""

from __future__ import annotations

from weasyprint import Document

from guarantee.letters.content import LetterContent
from guarantee.letters.paper.geometry import (
    AMOUNT_HEAD,
    AMOUNT_ROW,
    AMOUNTS_TOP,
    BODY_TOP,
    CLAUSES_HEAD,
    CLAUSES_TOP,
    DROP,
    PITCH,
    REMARK_TOP,
    ROW,
)
from guarantee.letters.paper.layout import SLACK, lay_out, position_of
from guarantee.letters.paper.wording import Lines, lines_of


def fields_page(content: LetterContent) -> Document | None:
    """The filled-in fields in their places on the form, or None where a value does not fit."""
    lines = lines_of(content)
    document = lay_out("fields.html", style="fields", lines=lines)
    fits = len(document.pages) == 1 and all(
        position_of(document, mark) <= end + SLACK for mark, end in _ends(lines).items()
    )
    return document if fits else None


def _ends(lines: Lines) -> dict[str, float]:
    """Where each column of lines has to end, in millimetres from the top of the page."""
    amounts = AMOUNTS_TOP + AMOUNT_HEAD + len(lines.figures) * AMOUNT_ROW
    paired = BODY_TOP + ROW + DROP + len(lines.left) * ROW
    ends = {
        "wide": BODY_TOP + DROP + ROW,
        "left": paired,
        "right": paired,
        "sums": amounts,
        "caps": amounts,
        "asked": CLAUSES_TOP + CLAUSES_HEAD,
    }
    return {**ends, "remark": REMARK_TOP + PITCH} if lines.remark else ends
