"""The plain recipe, what one writes first: one HTML document with four copies, Noto CJK as the
system has it, every object made anew, the codes by segno as SVG."""

from __future__ import annotations

from collections.abc import Callable

import segno
from weasyprint import HTML

from bench.letters.html_page import page_of
from bench.letters.sheet import sheet_of
from guarantee.letters.content import LetterContent


def start() -> Callable[[LetterContent], bytes]:
    return _letter


def _letter(letter: LetterContent) -> bytes:
    return bytes(HTML(string=page_of(sheet_of(letter), "'Noto Sans CJK SC'", _code)).write_pdf())


def _code(text: str) -> str:
    return str(segno.make(text, error="q", boost_error=False).svg_inline())
