"""The page laid out in full: slower, but a long name or many exclusions find their room."""

from __future__ import annotations

from weasyprint import Document

from guarantee.letters.content import LetterContent
from guarantee.letters.paper.form import full_layout
from guarantee.letters.paper.geometry import BODY_END, CLAUSES_LIST, TERMS, TIGHT_TERMS
from guarantee.letters.paper.layout import SLACK, position_of
from guarantee.letters.paper.panel import scale_for
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

    What long values take is taken from the exclusions' room; they are set as large as the rest
    lets them, and only if nothing else helps the particulars are set smaller too. Refuses
    `LetterTooLong` when not even that fits above the signatures: nothing is ever cut off.
    """
    for cramped in (False, True):
        if document := _laid_out(content, cramped):
            return document
    raise LetterTooLong()


def _laid_out(content: LetterContent, cramped: bool) -> Document | None:
    lines = lines_of(content)
    without = full_layout(content.kind, lines, cramped=cramped)
    room = CLAUSES_LIST + BODY_END - position_of(without, "end")
    gain = TERMS - TIGHT_TERMS
    scale = scale_for(content.exclusions, room, tight=gain)
    if len(without.pages) > 1 or scale is None:
        return None
    tight = scale < 1
    document = full_layout(
        content.kind,
        lines,
        clauses=content.exclusions,
        scale=scale,
        room=room + (gain if tight else 0),
        tight=tight,
        cramped=cramped,
    )
    fits = len(document.pages) == 1 and position_of(document, "end") <= BODY_END + 2 * SLACK
    return document if fits else None
