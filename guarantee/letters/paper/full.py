"""The page laid out in full: slower, but a long name or many exclusions find their room."""

from __future__ import annotations

from weasyprint import Document

from guarantee.letters.content import LetterContent
from guarantee.letters.paper.form import labels
from guarantee.letters.paper.geometry import BODY_END
from guarantee.letters.paper.layout import SLACK, lay_out, position_of
from guarantee.letters.paper.panel import SCALES
from guarantee.letters.paper.wording import lines_of
from guarantee.refusals import Invalid, Words


class LetterTooLong(Invalid):
    code = "letter_too_long"
    words = Words(
        "内容过长，一页担保函放不下：请缩短医院、险种或免责条款的文字。",
        "This does not fit on the letter's one page: shorten the names or the exclusions.",
    )


def full_page(content: LetterContent) -> Document:
    """The letter's body, one page, labels and values together.

    The exclusions are set smaller until all fits above the signatures. Refuses `LetterTooLong`
    when not even the smallest legible type does: nothing is ever cut off.
    """
    lines = lines_of(content)
    for scale in SCALES:
        document = lay_out(
            "page.html",
            style="form",
            lines=lines,
            clauses=content.exclusions,
            scale=scale,
            **labels(content.kind),
        )
        if len(document.pages) == 1 and position_of(document, "end") <= BODY_END + SLACK:
            return document
    raise LetterTooLong()
