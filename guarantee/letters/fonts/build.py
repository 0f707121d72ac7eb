"""Cuts the letter's fonts. Run by hand when a source font or the list of characters changes:

    python -m guarantee.letters.fonts.build

Sources: Noto Sans SC (Python package pylopdf-fonts-zh-cn, SIL OFL 1.1), Noto Sans CJK SC Bold
(Debian's fonts-noto-cjk, SIL OFL 1.1) and DejaVu Sans (Debian's fonts-dejavu-core, Bitstream Vera
licence). All three licences allow cutting and converting; the result must bear another name.
What is cut is committed, so that a letter has the same bytes on every machine.
"""

from __future__ import annotations

from pathlib import Path

import pylopdf_fonts_zh_cn
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

HERE = Path(__file__).parent
TEMPLATES = HERE.parents[2] / "templates" / "letter"
SANS = Path(pylopdf_fonts_zh_cn.sans_path())
BOLD = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
BOLD_SC = 2  # place of Noto Sans CJK SC in the collection
LATIN = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")

# Bold are digits, capital amounts and headings: every character of the form, so that none of its
# headings has to borrow one of another weight.
CAPITALS = "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整人民币年月日"
FORM = [*TEMPLATES.glob("*.html"), HERE.parent / "paper" / "wording.py"]
_DROPPED = ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]


def gb2312(first_row: int, last_row: int) -> set[int]:
    """The code points of these rows of GB 2312 (16–55: the 3,755 frequent ones; 56–87: 3,008)."""
    found = set()
    for row in range(first_row, last_row + 1):
        for cell in range(1, 95):
            try:
                found.add(ord(bytes([row + 0xA0, cell + 0xA0]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def cut(source: Path, characters: set[int], family: str, *, place: int = 0) -> Path:
    """A static TrueType font of `characters` from `source`, named `family`, beside this file."""
    options = subset.Options()
    options.drop_tables += _DROPPED
    options.desubroutinize = True
    options.hinting = False
    options.notdef_outline = True
    font = TTFont(source, fontNumber=place, recalcTimestamp=False)
    chooser = subset.Subsetter(options)
    chooser.populate(unicodes=characters)
    chooser.subset(font)
    if "CFF " in font:
        _to_truetype(font)
    _rename(font, family)
    target = HERE / f"{family.replace(' ', '')}.ttf"
    font.save(target)
    return target


def _to_truetype(font: TTFont) -> None:
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        table.glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), table
    del font["CFF "]
    profile = font["maxp"]
    profile.tableVersion = 0x00010000
    for limit in ("Zones", "TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs",
                  "StackElements", "SizeOfInstructions", "ComponentElements"):  # fmt: skip
        setattr(profile, f"max{limit}", 0)
    profile.maxZones = 1
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"


def _rename(font: TTFont, family: str) -> None:
    names = font["name"]
    kept = {record.nameID: str(record) for record in names.names if record.nameID in (0, 13, 14)}
    names.names = []
    plain = family.replace(" ", "")
    words = {1: family, 2: "Regular", 3: plain, 4: family, 6: plain, **kept}
    for name_id, text in words.items():
        names.setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].fsSelection = 0x40
    font["OS/2"].usWeightClass = 400
    font["head"].macStyle = 0


def main() -> None:
    """Cut all four and say how large they came out."""
    latin = {
        *range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x1E00, 0x1F00), *range(0x2010, 0x2030),
        0x2116, 0x20AC, 0x25A0, 0x25A1, 0x203B,
    }  # fmt: skip
    extended = {*range(0x100, 0x250), *range(0x2B0, 0x370), *range(0x1E00, 0x1F00), 0x2713}
    extended -= set(TTFont(SANS).getBestCmap())
    printed = CAPITALS + "".join(path.read_text() for path in FORM)
    bold = {ord(c) for c in printed if c >= " "} | set(range(0x20, 0x7F)) | {0xA5}
    for made in (
        cut(SANS, gb2312(1, 3) | gb2312(16, 55) | latin, "Letter Sans"),
        cut(SANS, gb2312(56, 87), "Letter More"),
        cut(LATIN, extended, "Letter Latin"),
        cut(BOLD, bold, "Letter Strong", place=BOLD_SC),
    ):
        print(f"{made.name}: {len(TTFont(made).getBestCmap())} characters, {made.stat().st_size} B")


if __name__ == "__main__":
    main()
