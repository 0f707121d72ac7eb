"""What is filled in, laid out alone on a transparent page: a twentieth of the work of a full page.

Chinese and English lines of the particulars are a column each, as far apart as the form's rows:
few boxes is what makes it fast. The number, the figures, the hotline and the digest are plain
ASCII and drawn by the finisher. Fixed places do not reflow, so every line is measured first:
where one is too long, the letter takes the full layout.
"""

from __future__ import annotations

from dataclasses import dataclass

from weasyprint import Document

from guarantee.letters.content import LetterContent
from guarantee.letters.paper import geometry as g
from guarantee.letters.paper.codes import Writing
from guarantee.letters.paper.fonts import width_of
from guarantee.letters.paper.layout import lay_out
from guarantee.letters.paper.wording import Lines, lines_of


@dataclass(frozen=True)
class Fields:
    """The filled-in page, and what is to be written over it without a layout."""

    document: Document
    writings: tuple[Writing, ...]


def fields_of(content: LetterContent) -> Fields | None:
    """The filled-in fields in their places on the form, or None where a value does not fit."""
    lines = lines_of(content)
    if not fits(lines):
        return None
    document = lay_out(
        "fields.html",
        style="fields",
        lines=lines,
        left_zh="\n".join([lines.wide.zh, *(words.zh for words in lines.left)]),
        left_en="\n".join([lines.wide.en, *(words.en for words in lines.left)]),
        right_zh="".join(f"{words.zh}\n" for words in lines.right[:-1]),
        right_en="\n".join(words.en for words in lines.right),
        last=lines.right[-1].zh,
        capitals="\n".join(lines.capitals),
    )
    return Fields(document, _writings(lines))


def fits(lines: Lines) -> bool:
    """Whether every value fits its one line on the form."""
    wide, half = g.WIDE_VALUE - g.SPARE, g.VALUE - g.SPARE
    return (
        lines.hotline.isascii()
        and width_of(lines.hotline, g.HOTLINE_TYPE, strong=True) <= g.HOTLINE_WIDTH - g.SPARE
        and width_of(lines.wide.zh, g.TYPE) <= wide
        and width_of(lines.wide.en, g.SMALL_TYPE) <= wide
        and all(
            width_of(words.zh, g.TYPE, strong=words is lines.right[-1]) <= half
            and width_of(words.en, g.SMALL_TYPE) <= half
            for words in (*lines.left, *lines.right)
        )
        and all(
            width_of(text, g.CAPITALS_TYPE, strong=True) <= g.CAPITALS - g.SPARE
            for text in lines.capitals
        )
        and all(
            width_of(text, g.SUM_TYPE, strong=True) <= g.FIGURE - g.SPARE for text in lines.figures
        )
        and width_of(lines.asked, g.ASKED_TYPE) <= g.ASKED_WIDTH - g.SPARE
        and width_of(lines.remark, g.REMARK_TYPE) <= g.NUMBER_WIDTH - g.SPARE
    )


def _writings(lines: Lines) -> tuple[Writing, ...]:
    number = g.baseline(g.NUMBER_TOP, g.NUMBER, g.NUMBER_TYPE)
    hotline = g.baseline(g.FOOT_TOP, g.HOTLINE, g.HOTLINE_TYPE)
    digest = g.baseline(g.DIGEST_TOP, g.PITCH, g.DIGEST_TYPE)
    first = g.AMOUNTS_TOP + g.AMOUNT_HEAD
    right = g.LEFT + g.ITEM + g.FIGURE
    return (
        Writing(lines.number, g.NUMBER_TYPE, g.NUMBER_TEXT, number, gap=g.NUMBER_GAP),
        Writing(lines.hotline, g.HOTLINE_TYPE, g.HOTLINE_TEXT, hotline),
        Writing(lines.digest, g.DIGEST_TYPE, g.LEFT + g.WIDTH, digest, at_right=True),
        *(
            Writing(
                figure,
                g.SUM_TYPE,
                right,
                g.baseline(first + place * g.AMOUNT_ROW, g.AMOUNT_ROW, g.SUM_TYPE),
                at_right=True,
            )
            for place, figure in enumerate(lines.figures)
        ),
    )
