"""Reading a recipe's PDF back before it is timed: a font trick that breaks extraction, or a code
that nobody can scan, is no letter."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from pathlib import Path

import zxingcpp
from PIL import Image
from pypdf import PdfReader

from bench.letters.sheet import sheet_of
from guarantee.letters.content import LetterContent


class NotTheLetter(RuntimeError):
    """The recipe's output lacks what the letter says."""


def read_back(name: str, pdf: bytes, letter: LetterContent) -> None:
    """Refuses anything but four A4 pages from which every text of the sheet comes back, each with
    its own code. Raises `NotTheLetter`."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    sizes = {(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in pages}
    if len(pages) != 4 or not all(abs(w - 595) < 3 and abs(h - 842) < 3 for w, h in sizes):
        raise NotTheLetter(f"{name}: {len(pages)} pages of {sizes}")
    sheet = sheet_of(letter)
    values = [text for row in sheet.rows for text in row[2:]]
    values += [text for row in sheet.amounts for text in row[1:]]
    values += [text for clause in sheet.clauses for text in clause]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "letter.pdf"
        file.write_bytes(pdf)
        for n, (_, _, typed, qr) in enumerate(sheet.copies, 1):
            only = ["-f", str(n), "-l", str(n)]
            # -raw: as written; a value that wraps beside its label stays together
            said = _said(["pdftotext", "-raw", *only, str(file), "-"])
            lacking = [text for text in (sheet.number, typed, *values) if _bare(text) not in said]
            if lacking:
                raise NotTheLetter(f"{name}, page {n} lacks {lacking}")
            subprocess.run(
                ["pdftoppm", "-png", "-r", "200", *only, "-singlefile", file, file], check=True
            )
            codes = zxingcpp.read_barcodes(Image.open(f"{file}.png"))
            if [code.text for code in codes if code.text == qr] != [qr]:
                raise NotTheLetter(f"{name}, page {n}: its code does not read")


def _said(command: list[str]) -> str:
    return _bare(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)
