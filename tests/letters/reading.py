"""Reading a letter back as others do: its text by pdftotext, its picture by pdftoppm."""

import io
import re
import subprocess
from typing import NamedTuple

import numpy as np
from PIL import Image


def text_of(pdf: bytes, *options: str) -> str:
    """The text of all pages, in the order in which it was drawn."""
    command = ["pdftotext", "-raw", *options, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def pages_of(pdf: bytes) -> list[str]:
    """The text page by page, as it was drawn."""
    return text_of(pdf).split("\f")[:-1]


def read_pages_of(pdf: bytes) -> list[str]:
    """The text page by page, as it stands on the paper."""
    command = ["pdftotext", "-", "-"]
    read = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    return read.split("\f")[:-1]


_DOTS = str.maketrans("・‧•", "···")


def packed(text: str) -> str:
    """Without any blanks: where a line was broken does not matter. The dots between the parts of
    a name are one glyph in the letter's fonts, and a glyph reads back as one character."""
    return "".join(text.split()).translate(_DOTS)


def images_of(pdf: bytes, dpi: int = 100) -> list[np.ndarray]:
    """Each page as grey values."""
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-"]
    raw = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    found = []
    stream = io.BytesIO(raw)
    while stream.tell() < len(raw):
        size = stream.readline() + stream.readline() + stream.readline()
        width, height = map(int, size.split()[1:3])
        found.append(np.frombuffer(stream.read(width * height), np.uint8).reshape(height, width))
    return found


def picture_of(page: np.ndarray) -> Image.Image:
    """A page for the reader of codes."""
    return Image.fromarray(page)


class Word(NamedTuple):
    """A word as it stands on the paper, in points from the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def words_of(pdf: bytes, page: int = 1) -> list[Word]:
    """The words of a page and where they stand."""
    command = ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), "-", "-"]
    told = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    pattern = r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>'
    return [Word(m[5], *map(float, m.groups()[:4])) for m in re.finditer(pattern, told)]
