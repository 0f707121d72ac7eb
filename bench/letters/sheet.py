"""What stands on the letter, as plain texts: every recipe writes these and no others."""

from __future__ import annotations

import functools
import importlib.util
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import numpy as np
import zxingcpp

from guarantee.config import ROOT
from guarantee.letters.content import COPY_NUMBERS, CopySeal, LetterContent
from guarantee.letters.seal import SigningKey, sign
from guarantee.letters.seal_claims import SealClaims

FONTS = ROOT / "guarantee" / "letters" / "fonts"
TITLE = "急救医疗费用担保函"
FOOT = ("会员或陪同人 Member or companion", "接收医院 Hospital")
KEY = SigningKey.from_seed(b"bench" + b"\0" * 27)
_NAMES = "王李张刘陈杨黄赵吴周"
_GIVEN = ("晓梅", "建国", "丽华", "志强", "秀英", "海燕", "永平", "文静", "国庆", "玉兰", "小军")


def _alone(name: str) -> ModuleType:
    """A module of guarantee.letters.paper without its package, which would load WeasyPrint into the
    processes of the others and count against them."""
    path = ROOT / "guarantee" / "letters" / "paper" / f"{name}.py"
    found = importlib.util.spec_from_file_location(f"bench.letters.paper_{name}", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


wording, _specimen = _alone("wording"), _alone("specimen")


@dataclass(frozen=True)
class Sheet:
    """The texts of one letter. `rows`: label and value, each Chinese and English; `copies`: words,
    purpose, code to type, text of the QR."""

    number: str
    rows: tuple[tuple[str, str, str, str], ...]
    amounts: tuple[tuple[str, str, str], ...]
    asked: str
    clauses: tuple[tuple[str, str, str], ...]
    terms: tuple[tuple[str, str], ...]
    close: str
    copies: tuple[tuple[str, str, str, str], ...]


def content(case: int, clauses: str = "") -> LetterContent:
    """An ordinary letter; each `case` another number, member, place and code, as in real life.
    `clauses`: a set of exclusions by this name, for none seen before."""
    made: LetterContent = _specimen.specimen(
        member_name=_NAMES[case % 10] + _GIVEN[case % 11],
        number=f"3101{case:012d}",
        case_number=f"2026-3101-{case:06d}",
        location=f"浦东新区世纪大道 {100 + case % 997} 号",
    )
    if not clauses:
        return made
    return replace(made, exclusions=tuple(replace(one, code=clauses) for one in made.exclusions))


def sealed(letter: LetterContent) -> LetterContent:
    """The letter with its four seals."""
    copies = tuple(
        CopySeal(n, f"K{n}7M-Q2XR-9B4{n}", sign(SealClaims.of(letter, n), KEY))
        for n in COPY_NUMBERS
    )
    return replace(letter, copies=copies)


def sheet_of(letter: LetterContent) -> Sheet:
    """The letter's texts."""
    lines = wording.lines_of(letter)
    labels = [wording.WIDE_LABEL, *wording.LEFT_LABELS, *wording.RIGHT_LABELS]
    values = [lines.wide, *lines.left, *lines.right]
    pairs = enumerate(zip(lines.figures, lines.capitals, strict=True), 1)
    copies = []
    for seal in letter.copies:
        words = wording.COPIES[seal.copy_no]
        head = f"{words.place.zh} {words.name.zh}"
        copies.append((head, words.purpose.zh, seal.code, seal.qr_text))
    return Sheet(
        number=lines.number,
        rows=tuple((a.zh, a.en, b.zh, b.en) for a, b in zip(labels, values, strict=True)),
        amounts=tuple((str(n), figure, capitals) for n, (figure, capitals) in pairs),
        asked=lines.asked,
        clauses=tuple((one.code, one.text_zh, one.text_en) for one in letter.exclusions),
        terms=_terms(),
        close=f"{lines.hotline} {lines.digest}",
        copies=tuple(copies),
    )


def modules(text: str) -> list[tuple[int, int, int]]:
    """The dark runs of a QR code of level Q as column, row, length; and its side as the last run's
    row + 1, since the finders reach all edges."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    dark = np.array(code.to_image(scale=1, add_quiet_zones=False)) < 128
    edges = np.diff(np.pad(dark, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    return list(zip(starts.tolist(), rows.tolist(), (ends - starts).tolist(), strict=True))


def qr_svg(text: str) -> str:
    """The code as an SVG of one path: the cheapest for those who take SVG."""
    runs = modules(text)
    side = runs[-1][1] + 1
    path = "".join(f"M{x} {y}h{width}v1h-{width}z" for x, y, width in runs)
    box = f'viewBox="0 0 {side} {side}" width="{side}" height="{side}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><path d="{path}"/></svg>'


@functools.cache
def _terms() -> tuple[tuple[str, str], ...]:
    """The form's terms, Chinese and English, out of its template (those of an initial letter)."""
    text = Path(ROOT / "templates" / "letter" / "terms.html").read_text()
    text = re.sub(r"{% if top_up %}.*?{% else %}(.*?){% endif %}", r"\1", text, flags=re.DOTALL)
    found = re.findall(r"<p><span class=n>(\d)</span>(.*?)<br><span class=en>(.*?)</span>", text)
    return tuple((f"{n} {zh}", en) for n, zh, en in found)
