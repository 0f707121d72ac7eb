"""Typst, compiled in the process: the whole page, and only the fields over a form made once.

One compiler is kept, with our cut font alone; the texts come in as JSON, so a program is parsed
once and markup in a name stays text.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import typst

from bench.letters.placing import CODE_LEFT, CODE_SIDE, CODE_TOP, Mark, placed
from bench.letters.sheet import FONTS, FOOT, TITLE, content, qr_svg, sheet_of
from guarantee.letters.content import LetterContent

_HEAD = """
#set text(font: "Letter Sans", size: 9pt, fallback: false)
#let s = json(bytes(sys.inputs.sheet))
#let small(t) = text(6.5pt, t)
#let code(svg) = image(bytes(svg), format: "svg", width: 36mm)
"""
_WHOLE = (
    _HEAD
    + f"""
#set page(paper: "a4", margin: 12mm)
#set par(leading: .3em, spacing: .5em)
#set table(stroke: .2mm + gray, inset: (x: 1.5mm, y: .5mm))
#let body = [
  #table(columns: (auto, 1fr), ..s.rows.map(r =>
    ([#r.at(0) #small(r.at(1))], [#r.at(2) #small(r.at(3))])).flatten())
  #table(columns: (auto, auto, 1fr), ..s.amounts.flatten())
  #s.asked
  #table(columns: (auto, 1fr, auto), ..s.clauses.map(c =>
    (c.at(0), [#c.at(1) #small(c.at(2))], [不适用 No])).flatten())
  #for t in s.terms [#t.at(0) #small(t.at(1)) #parbreak()]
  #table(columns: (1fr, 1fr), rows: 20mm, [{FOOT[0]}], [{FOOT[1]}])
  #s.close
]
#for (n, c) in s.copies.enumerate() {{
  if n > 0 {{ pagebreak() }}
  [*#c.at(0)* #c.at(1) #place(top + right, code(c.at(3))) #parbreak()
   #text(18pt)[{TITLE}] #parbreak() #c.at(2) #parbreak() #text(18pt, s.number) #v(14mm) #body]
}}
"""
)
_PLACES = (
    _HEAD
    + """
#set page(paper: "a4", margin: 0mm)
#set text(bottom-edge: "baseline", top-edge: "baseline")
#let put(m) = place(dx: m.at(0) * 1mm, dy: m.at(1) * 1mm, text(m.at(2) * 1pt, m.at(3)))
"""
)
_FORM = _PLACES + "#for m in s.form { put(m) }"
_FIELDS = (
    _PLACES
    + f"""
#let body = {{
  place(image("form.pdf", width: 210mm))
  for m in s.filled {{ put(m) }}
}}
#for (n, c) in s.own.enumerate() {{
  if n > 0 {{ pagebreak() }}
  body
  for m in c.marks {{ put(m) }}
  place(dx: {CODE_LEFT}mm, dy: {CODE_TOP}mm,
    image(bytes(c.svg), format: "svg", width: {CODE_SIDE}mm))
}}
"""
)


def start() -> Callable[[LetterContent], bytes]:
    """The whole page, laid out for each letter."""
    compiled = _compiler(_WHOLE, Path(tempfile.mkdtemp()))

    def letter(of: LetterContent) -> bytes:
        sheet = sheet_of(of)
        copies = [(*one[:3], qr_svg(one[3])) for one in sheet.copies]
        return compiled({**vars(sheet), "copies": copies})

    return letter


def start_with_form() -> Callable[[LetterContent], bytes]:
    """The form made now by Typst itself; for each letter only the fields."""
    place = Path(tempfile.mkdtemp())
    form = placed(sheet_of(content(0))).form  # its words are the same on every letter
    (place / "form.pdf").write_bytes(_compiler(_FORM, place)({"form": _plain(form)}))
    compiled = _compiler(_FIELDS, place)

    def letter(of: LetterContent) -> bytes:
        sheet = sheet_of(of)
        marks = placed(sheet)
        own = [
            {"marks": _plain(each), "svg": qr_svg(copy[3])}
            for each, copy in zip(marks.own, sheet.copies, strict=True)
        ]
        return compiled({"filled": _plain(marks.filled), "own": own})

    return letter


def _plain(marks: list[Mark]) -> list[list[object]]:
    return [list(mark) for mark in marks]


def _compiler(program: str, root: Path) -> Callable[[dict[str, object]], bytes]:
    main = root / ("form.typ" if program == _FORM else "letter.typ")
    main.write_text(program)
    kept = typst.Compiler(
        str(main),
        root=str(root),
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
        ),
    )

    def compiled(values: dict[str, object]) -> bytes:
        told = {"sheet": json.dumps(values, ensure_ascii=False)}
        made = kept.compile(format="pdf", sys_inputs=told, pdf_tags=False)
        assert isinstance(made, bytes)
        return made

    return compiled
