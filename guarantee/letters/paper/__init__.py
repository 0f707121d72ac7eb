"""The letter on paper: plain values in, PDF bytes out. No database, no network, no clock.

render.py    the way in: form and fields, or the full page
wording.py   the words, and how values are written        geometry.py  where things stand
form.py      the pre-printed form, the copies' bands      panel.py     the exclusions
fields.py    what is filled in                            full.py      all of it, in flow
layout.py    WeasyPrint, its fetcher closed               fonts.py     the fonts
assemble.py  one body, four copies                        codes.py     QR and copy code
capture.py   pages kept as finished PDF objects           specimen.py  a letter nobody holds
"""

from guarantee.letters.paper.fonts import missing_characters
from guarantee.letters.paper.full import LetterTooLong
from guarantee.letters.paper.render import (
    CharactersMissing,
    check,
    render,
    render_in_full,
    warm,
)

__all__ = [
    "CharactersMissing",
    "LetterTooLong",
    "check",
    "missing_characters",
    "render",
    "render_in_full",
    "warm",
]
