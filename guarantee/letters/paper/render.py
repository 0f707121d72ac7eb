"""The letter's bytes, from its content."""

from __future__ import annotations

from collections.abc import Sequence

from guarantee.letters.content import COPY_NUMBERS, CopySeal, LetterContent
from guarantee.letters.paper.assemble import finished_pdf
from guarantee.letters.paper.fields import fields_of, fits
from guarantee.letters.paper.fonts import missing_characters
from guarantee.letters.paper.form import form_of
from guarantee.letters.paper.full import full_page
from guarantee.letters.paper.panel import panel_of
from guarantee.letters.paper.specimen import specimen, specimen_top_up
from guarantee.letters.paper.wording import lines_of
from guarantee.printing import PRINTING
from guarantee.refusals import Invalid, Words


class CharactersMissing(Invalid):
    code = "characters_missing"
    words = Words(
        "以下字符无法打印在担保函上：{characters}。请更正后再出函。",
        "These characters can't be printed on a letter: {characters}. Please correct them first.",
    )


def render(content: LetterContent, copies: Sequence[int] = COPY_NUMBERS) -> bytes:
    """The PDF: an A4 page for each of `copies`, in that order. Same content, same bytes.

    What is filled in is laid over the pre-printed form; where a value does not fit its field, the
    page is laid out in full. Refuses `CharactersMissing` and `LetterTooLong`, which `check` finds
    before a number is given.
    """
    check_characters(content)
    by_number = {copy.copy_no: copy for copy in content.copies}
    chosen = [by_number[number] for number in copies]
    with PRINTING:
        return _printed(content, chosen)


def _printed(content: LetterContent, chosen: Sequence[CopySeal]) -> bytes:
    panel = panel_of(content.exclusions)
    fields = fields_of(content) if panel else None
    if panel is None or fields is None:
        return finished_pdf(full_page(content), content, chosen)
    under = (form_of(content.kind), panel)
    return finished_pdf(fields.document, content, chosen, under, fields.writings)


def render_in_full(content: LetterContent, copies: Sequence[int] = COPY_NUMBERS) -> bytes:
    """The same letter without the form: what `render` falls back to, and is tested against."""
    by_number = {copy.copy_no: copy for copy in content.copies}
    with PRINTING:
        return finished_pdf(full_page(content), content, [by_number[n] for n in copies])


def check(content: LetterContent) -> None:
    """Whether this content can be printed, whatever its number and seals will be.

    Refuses `CharactersMissing` (they are named) and `LetterTooLong`. For issuing to ask before it
    gives out a number.
    """
    check_characters(content)
    if panel_of(content.exclusions) is None or not fits(lines_of(content)):
        with PRINTING:
            full_page(content)


def check_characters(content: LetterContent) -> None:
    """Refuses `CharactersMissing`, naming them, if the fonts lack one that the letter needs."""
    if missing := missing_characters(content.texts()):
        raise CharactersMissing(characters="、".join(missing))


def warm() -> None:
    """Make all that every letter shares: fonts, forms, copies' pages. Once, when a worker starts;
    takes about two seconds, and the first letter after it is as fast as any other."""
    render(specimen())
    render(specimen_top_up())
