"""The fonts a letter is printed with, and what they can print.

In order: the frequent characters, the less frequent ones, accented Latin (all three cut and kept
in the repository, see `guarantee/letters/fonts`), and the whole of Noto Sans SC for the rest. The
system's own fonts are never used: the same letter has the same bytes on every machine.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent.parent / "fonts"
FILES = {
    "Letter Sans": FOLDER / "LetterSans.ttf",
    "Letter Latin": FOLDER / "LetterLatin.ttf",
    "Letter More": FOLDER / "LetterMore.ttf",
    "Letter Rare": Path(pylopdf_fonts_zh_cn.sans_path()),
    "Letter Strong": FOLDER / "LetterStrong.ttf",
}
TEXT = ("Letter Sans", "Letter Latin", "Letter More", "Letter Rare")
STRONG = "Letter Strong"
TEXT_STACK = ", ".join(f'"{family}"' for family in TEXT)
BOLD_STACK = f'"{STRONG}", {TEXT_STACK}'
_SCHEME = "letter-font:"


def font_faces() -> str:
    """The @font-face rules; their addresses mean something only to `font_bytes`."""
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; src: url("{_SCHEME}{family.replace(" ", "-")}") }}'
        for family in FILES
    )


def font_bytes(address: str) -> bytes | None:
    """The font file behind an address of `font_faces`; None for any other address."""
    family = address.removeprefix(_SCHEME).replace("-", " ")
    if not address.startswith(_SCHEME) or family not in FILES:
        return None
    return FILES[family].read_bytes()


@functools.cache
def _advances(family: str) -> dict[int, float]:
    """How wide a font's characters are, in ems, by code point."""
    with TTFont(FILES[family], lazy=True) as font:
        widths, per_em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: widths[name][0] / per_em for code, name in font.getBestCmap().items()}


class _Widths(dict[str, float]):
    """A character's width in ems, in the first font of `stack` that has it; filled as asked."""

    def __init__(self, *stack: str) -> None:
        self._stack = stack

    def __missing__(self, character: str) -> float:
        for family in self._stack:
            if (width := _advances(family).get(ord(character))) is not None:
                return self.setdefault(character, width)
        return self.setdefault(character, 1.0)


_PLAIN, _BOLD = _Widths(*TEXT), _Widths(STRONG, *TEXT)


def width_of(text: str, points: float, *, strong: bool = False) -> float:
    """How wide a line comes out, in millimetres: the letter's fonts neither kern nor join."""
    widths = _BOLD if strong else _PLAIN
    return sum(map(widths.__getitem__, text)) * points * 25.4 / 72


@functools.cache
def printable() -> frozenset[str]:
    """Every character that a letter can carry."""
    found: set[int] = set()
    for path in FILES.values():
        with TTFont(path, lazy=True) as font:
            found.update(font.getBestCmap())
    controls = {c for c in found if unicodedata.category(chr(c)) in {"Cc", "Cf", "Co", "Cs", "Cn"}}
    return frozenset(map(chr, found - controls))


def missing_characters(text: str | Iterable[str]) -> list[str]:
    """The characters that no font of the letter has, each once, as '🀀 (U+1F000)'.

    Control characters and those that turn the direction of text count as missing and are named
    by their code point alone: none of them belongs on paper.
    """
    joined = text if isinstance(text, str) else "".join(text)
    missing = set(joined) - printable()
    return [_named(character) for character in sorted(missing, key=joined.index)]


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return code if unicodedata.category(character).startswith("C") else f"{character} ({code})"
