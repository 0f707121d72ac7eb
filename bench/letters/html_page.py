"""The sheet as one HTML document of four pages, for WeasyPrint's plain recipe and for Chromium."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from bench.letters.sheet import FOOT, TITLE, Sheet

STYLE = """
@page { size: A4; margin: 10mm } body { font: 8.5pt/3.7mm FAMILY; margin: 0 }
section { break-after: page } section:last-child { break-after: auto }
h1 { font-size: 18pt; line-height: 8mm; margin: 0 }
table { width: 100%; border-collapse: collapse } td { border: .2mm solid #777; padding: .5mm 1.5mm }
p { margin: 1mm 0 } small { font-size: 6.5pt } .sign td { height: 20mm; vertical-align: top }
svg { width: 36mm; height: 36mm; float: right }
"""


def page_of(sheet: Sheet, family: str, code: Callable[[str], str], *, faces: str = "") -> str:
    """The document. `family`: the font; `code` draws a QR's text as SVG; `faces`: CSS before."""
    rows = "".join(
        f"<tr><td>{zh} <small>{en}</small><td>{escape(value)} <small>{escape(other)}</small>"
        for zh, en, value, other in sheet.rows
    )
    amounts = "".join(f"<tr><td>{a}<td>{b}<td>{c}" for a, b, c in sheet.amounts)
    clauses = "".join(
        f"<tr><td>{n}<td>{zh} <small>{en}</small><td>不适用 No" for n, zh, en in sheet.clauses
    )
    terms = "".join(f"<p>{zh} <small>{en}</small>" for zh, en in sheet.terms)
    pages = "".join(
        f"<section><b>{head}</b> {purpose}<h1>{TITLE}</h1>{code(qr)}{typed}"
        f"<h1>{sheet.number}</h1><table>{rows}</table><table>{amounts}</table><p>{sheet.asked}"
        f"<table>{clauses}</table>{terms}<table class=sign><tr><td>{FOOT[0]}<td>{FOOT[1]}</table>"
        f"<p>{sheet.close}</section>"
        for head, purpose, typed, qr in sheet.copies
    )
    style = faces + STYLE.replace("FAMILY", family)
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>{pages}"
