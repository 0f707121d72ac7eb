"""The two codes of a copy, drawn straight into the PDF: the seal's QR and the code to type.

As plain rectangles they cost nothing; laid out as SVG or a table they would double the time.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pydyf
import zxingcpp
from fontTools import subset
from fontTools.ttLib import TTFont

from guarantee.letters.paper.capture import Captured, kept
from guarantee.letters.paper.fonts import FILES, STRONG, width_of
from guarantee.letters.paper.geometry import (
    CODE_LEFT,
    CODE_SIDE,
    CODE_TEXT,
    CODE_TOP,
    PAGE_HEIGHT,
)

POINTS = 72 / 25.4
_SIZE = 10.0  # of the copy code's type, in points
_FIRST, _LAST = 32, 165  # ASCII, and the sign of the yuan at the end
_CHARACTERS = {*range(32, 127), 165}


def qr_drawing(text: str) -> bytes:
    """PDF operators that draw `text` as a QR code of level Q in its place on the page.

    Runs of dark modules become rectangles one module high, all in one path.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    dark = np.array(code.to_image(scale=1, add_quiet_zones=False)) < 128
    side = dark.shape[0]
    edges = np.diff(np.pad(dark, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    places = zip(starts.tolist(), rows.tolist(), (ends - starts).tolist(), strict=True)
    runs = " ".join([f"{x} {y} {width} 1 re" for x, y, width in places])
    module = CODE_SIDE * POINTS / side
    top = (PAGE_HEIGHT - CODE_TOP) * POINTS
    matrix = f"{module:.5f} 0 0 {-module:.5f} {CODE_LEFT * POINTS:.3f} {top:.3f}"
    return f"q {matrix} cm 0 g {runs} f Q".encode()


@dataclass(frozen=True, slots=True)
class Writing:
    """A line of ASCII in the strong type: size in points, place of its start (or, `at_right`, of
    its end) and of its baseline in millimetres from the page's top left corner; `gap`: by so many
    millimetres a blank is wider."""

    text: str
    size: float
    left: float
    base: float
    at_right: bool = False
    gap: float = 0.0


def written(writings: Iterable[Writing]) -> bytes:
    """PDF operators that write these lines in the font named /Code."""
    parts = [b"BT 0 g"]
    for one in writings:
        width = width_of(one.text, one.size, strong=True) if one.at_right else 0.0
        left, base = (one.left - width) * POINTS, (PAGE_HEIGHT - one.base) * POINTS
        shown = pydyf.String(one.text.encode("cp1252")).data
        gap = one.gap * POINTS
        parts.append(
            b"/Code %.1f Tf %.3f Tw 1 0 0 1 %.3f %.3f Tm %b Tj" % (one.size, gap, left, base, shown)
        )
    return b" ".join([*parts, b"ET"])


def code_drawing(code: str) -> bytes:
    """PDF operators that write the copy code under its QR."""
    left = CODE_LEFT + (CODE_SIDE - width_of(code, _SIZE, strong=True)) / 2
    return written([Writing(code, _SIZE, left, CODE_TEXT)])


@functools.cache
def code_font() -> Captured:
    """The strong type cut to ASCII and ¥, as a simple font ready to be put into a letter."""
    with TTFont(FILES[STRONG], recalcTimestamp=False) as font:
        chooser = subset.Subsetter(subset.Options(notdef_outline=True))
        chooser.populate(unicodes=_CHARACTERS)
        chooser.subset(font)
        held = io.BytesIO()
        font.save(held)
        per_em, names = font["head"].unitsPerEm, font.getBestCmap()
        widths = [
            font["hmtx"][names[c]][0] * 1000 // per_em if c in _CHARACTERS else 0
            for c in range(_FIRST, _LAST + 1)
        ]
        head, lines = font["head"], font["hhea"]
        box = [v * 1000 // per_em for v in (head.xMin, head.yMin, head.xMax, head.yMax)]
        heights = (lines.ascent * 1000 // per_em, lines.descent * 1000 // per_em)
    pdf = pydyf.PDF()
    file = pydyf.Stream([held.getvalue()], {"Length1": len(held.getvalue())}, compress=True)
    pdf.add_object(file)
    descriptor = pydyf.Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": "/LTRCOD+Letter-Strong",
            "Flags": 32,
            "FontBBox": pydyf.Array(box),
            "ItalicAngle": 0,
            "Ascent": heights[0],
            "Descent": heights[1],
            "CapHeight": 733,
            "StemV": 120,
            "FontFile2": file.reference,
        }
    )
    pdf.add_object(descriptor)
    simple = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/TrueType",
            "BaseFont": "/LTRCOD+Letter-Strong",
            "Encoding": "/WinAnsiEncoding",
            "FirstChar": _FIRST,
            "LastChar": _LAST,
            "Widths": pydyf.Array(widths),
            "FontDescriptor": descriptor.reference,
        }
    )
    pdf.add_object(simple)
    return kept(pdf, simple.number)
