"""ReportLab: form objects reused by the four copies, one printed beforehand, one filled in."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from bench.letters.placing import (
    CODE_LEFT,
    CODE_SIDE,
    CODE_TOP,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Mark,
    placed,
)
from bench.letters.sheet import FONTS, modules, sheet_of
from guarantee.letters.content import LetterContent

_MM = 72 / 25.4
_FONT = "Letter Sans"


def start() -> Callable[[LetterContent], bytes]:
    pdfmetrics.registerFont(TTFont(_FONT, str(FONTS / "LetterSans.ttf")))
    return _letter


def _letter(letter: LetterContent) -> bytes:
    sheet = sheet_of(letter)
    marks = placed(sheet)
    held = io.BytesIO()
    canvas = Canvas(held, pagesize=(PAGE_WIDTH * _MM, PAGE_HEIGHT * _MM), pageCompression=1)
    # The font's numbering of characters is the document's: a form object can't be kept for the
    # next letter, but it is written once for the four copies.
    canvas.beginForm("body")
    _write(canvas, marks.form)
    _write(canvas, marks.filled)
    canvas.endForm()
    for own, (_, _, _, qr) in zip(marks.own, sheet.copies, strict=True):
        canvas.doForm("body")
        _write(canvas, own)
        _draw(canvas, qr)
        canvas.showPage()
    canvas.save()
    return held.getvalue()


def _write(canvas: Any, marks: Iterable[Mark]) -> None:
    for mark in marks:
        canvas.setFont(_FONT, mark.size)
        canvas.drawString(mark.left * _MM, (PAGE_HEIGHT - mark.base) * _MM, mark.text)


def _draw(canvas: Any, qr: str) -> None:
    runs = modules(qr)
    side = CODE_SIDE * _MM / (runs[-1][1] + 1)
    canvas.saveState()
    canvas.translate(CODE_LEFT * _MM, (PAGE_HEIGHT - CODE_TOP) * _MM)
    canvas.scale(side, -side)
    path = canvas.beginPath()
    for x, y, width in runs:
        path.rect(x, y, width, 1)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()
