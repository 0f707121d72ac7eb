"""The four-copy letter, warm: four seals and the PDF, against the plain recipe in the same run.

The plain recipe is what one writes first: one HTML document with four copies of the same visible
content, Noto CJK as the system installs it, every object made anew, the codes as SVG.
"""

from __future__ import annotations

import gc
import html
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import segno
from weasyprint import HTML

from guarantee.letters import paper
from guarantee.letters.content import COPY_NUMBERS, CopySeal, LetterContent
from guarantee.letters.paper import wording
from guarantee.letters.paper.specimen import specimen
from guarantee.letters.seal import SigningKey, sign
from guarantee.letters.seal_claims import SealClaims

ROUNDS = 15
_PLAIN_STYLE = """
@page { size: A4; margin: 12mm } body { font: 9pt/4mm 'Noto Sans CJK SC'; margin: 0 }
section { break-after: page } h1 { font-size: 18pt; line-height: 8mm; margin: 0 }
table { width: 100%; border-collapse: collapse } td { border: .2mm solid #777; padding: .5mm 1.5mm }
small { font-size: 6.5pt } .sign td { height: 28mm; vertical-align: top } svg { width: 36mm }
"""


def content(case: int, clauses: str = "") -> LetterContent:
    """An ordinary letter; each `case` another number, member and hospital line, as in real life."""
    base = specimen(
        member_name="王李张刘陈杨黄赵吴周"[case % 10] + "晓梅",
        number=f"3101{case:012d}",
        case_number=f"2026-3101-{case:06d}",
    )
    if not clauses:
        return base
    return replace(base, exclusions=tuple(replace(one, code=clauses) for one in base.exclusions))


def sealed(letter: LetterContent, key: SigningKey) -> LetterContent:
    """The letter with its four seals."""
    copies = tuple(
        CopySeal(n, f"K{n}7M-Q2XR-9B4{n}", sign(SealClaims.of(letter, n), key))
        for n in COPY_NUMBERS
    )
    return replace(letter, copies=copies)


def plain(letter: LetterContent) -> bytes:
    """The plain recipe: the same words on four pages of one document."""
    lines = wording.lines_of(letter)
    labels = [wording.WIDE_LABEL, *wording.LEFT_LABELS, *wording.RIGHT_LABELS]
    values = [lines.wide, *lines.left, *lines.right]
    rows = "".join(
        f"<tr><td>{label.zh}<br><small>{label.en}</small><td>{html.escape(value.zh)}<br>"
        f"<small>{html.escape(value.en)}</small>"
        for label, value in zip(labels, values, strict=True)
    )
    amounts = "".join(
        f"<tr><td>{n}<td>{figure}<td>{capitals}"
        for n, (figure, capitals) in enumerate(zip(lines.figures, lines.capitals, strict=True), 1)
    )
    clauses = "".join(
        f"<tr><td>{one.code}<td>{one.text_zh}<br><small>{one.text_en}</small><td>不适用 No"
        for one in letter.exclusions
    )
    template = paper.layout.press().templates.get_template("terms.html")
    terms = template.render(top_up=False, tight=False)
    foot = "<table class=sign><tr><td>会员或陪同人 Member or companion<td>接收医院 Hospital</table>"
    pages = []
    for seal in letter.copies:
        words = wording.COPIES[seal.copy_no]
        code = segno.make(seal.qr_text, error="q", boost_error=False).svg_inline()
        pages.append(
            f"<section><b>{words.place.zh} {words.name.zh}</b> {words.purpose.zh}"
            f"<h1>急救医疗费用担保函</h1>{code}{seal.code}<h1>{lines.number}</h1>"
            f"<table>{rows}</table><table>{amounts}</table><p>{lines.asked}<table>{clauses}</table>"
            f"{terms}{foot}<p>{lines.hotline} {lines.digest}</section>"
        )
    page = f"<!doctype html><meta charset=utf-8><style>{_PLAIN_STYLE}</style>{''.join(pages)}"
    return bytes(HTML(string=page).write_pdf())


def timed(make: Callable[[], Any]) -> float:
    """Milliseconds of one call, with the garbage of the call before cleared away."""
    gc.collect()
    start = time.perf_counter()
    make()
    return (time.perf_counter() - start) * 1000


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Medians in milliseconds of interleaved rounds, and their ratios."""
    start = time.perf_counter()
    paper.warm()
    warming = (time.perf_counter() - start) * 1000
    key = SigningKey.from_seed(b"bench" + b"\0" * 27)
    first = timed(lambda: paper.render(sealed(content(1), key)))
    ways: dict[str, Callable[[int], Any]] = {
        "plain recipe": lambda n: plain(sealed(content(n), key)),
        "seals and letter": lambda n: paper.render(sealed(content(n), key)),
        "seals alone": lambda n: sealed(content(n), key),
        "exclusions never seen before": lambda n: paper.render(
            sealed(content(n, clauses=f"Z{n}"), key)
        ),
        "full layout": lambda n: paper.render_in_full(sealed(content(n), key)),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(2, rounds + 2):
        for name, way in ways.items():
            times[name].append(timed(lambda way=way, n=n: way(n)))  # type: ignore[misc]
    medians = {name: statistics.median(values) for name, values in times.items()}
    reference = medians["plain recipe"]
    return {
        "what": "four-copy letter with its seals, warm process, milliseconds",
        "reference": "plain recipe",
        "rounds": rounds,
        "medians_ms": {name: round(value, 1) for name, value in medians.items()},
        "times_faster": {name: round(reference / value, 1) for name, value in medians.items()},
        "warming_ms": round(warming),
        "first_letter_after_warming_ms": round(first, 1),
        "bytes": len(paper.render(sealed(content(1), key))),
        "goal": "seals and letter at least 25 times faster than the plain recipe",
    }
