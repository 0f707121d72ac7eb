"""Pages that were laid out once, kept as finished PDF objects and put into many letters.

A captured page becomes a form object (ISO 32000-1, 8.10). Everything it refers to (fonts, mostly)
comes along, already compressed, and only its numbers are exchanged for those of the new file.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import pydyf
from weasyprint import Document

_REFERENCE = re.compile(rb"(?<![\d.])(\d+) 0 R\b")
_STREAM = b"\nstream\n"
_PAGE_BOX = pydyf.Array([0, 0, 595.28, 841.89])


class Finished(pydyf.Object):
    """A PDF object whose bytes are known but for the numbers it refers to."""

    def __init__(self, pieces: Sequence[bytes | int], is_stream: bool) -> None:
        super().__init__()
        self._pieces = pieces
        self._is_stream = is_stream
        self.numbers: dict[int, int] = {}

    @property
    def data(self) -> bytes:
        return b"".join(
            piece if isinstance(piece, bytes) else b"%d 0 R" % self.numbers[piece]
            for piece in self._pieces
        )

    @property
    def compressible(self) -> bool:
        return not self._is_stream


@dataclass(frozen=True)
class Captured:
    """Finished objects, by their number where they were captured, and which of them are pages."""

    objects: dict[int, tuple[tuple[bytes | int, ...], bool]]
    pages: tuple[int, ...]

    def add_to(self, pdf: pydyf.PDF, pages: Sequence[int]) -> list[bytes]:
        """Put the named pages (counted from 0) and all they need into `pdf`; their references."""
        wanted = self._reachable([self.pages[page] for page in pages])
        numbers: dict[int, int] = {}
        for number in wanted:
            finished = Finished(*self.objects[number])
            finished.numbers = numbers
            pdf.add_object(finished)
            numbers[number] = finished.number
        return [b"%d 0 R" % numbers[self.pages[page]] for page in pages]

    def _reachable(self, start: Sequence[int]) -> list[int]:
        found: list[int] = []
        waiting = list(start)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.append(number)
                waiting += [p for p in self.objects[number][0] if isinstance(p, int)]
        return found


def capture(document: Document) -> Captured:
    """The pages of a laid out document as form objects."""
    caught: list[Captured] = []

    def keep(_: Document, pdf: pydyf.PDF) -> None:
        pages = []
        for number in pdf.pages["Kids"][::3]:
            page = pdf.objects[number]
            content = content_of(page, pdf)
            make_form(content, page["Resources"])
            pages.append(content.number)
        caught.append(kept(pdf, *pages))

    document.write_pdf(finisher=keep)
    return caught[0]


def kept(pdf: pydyf.PDF, *numbers: int) -> Captured:
    """These objects of a file of our own making, to be put into others."""
    objects = {o.number: _taken_apart(o) for o in pdf.objects if o.free != "f"}
    return Captured(objects, numbers)


def stream(parts: Sequence[bytes]) -> Finished:
    """A compressed stream that draws these operators. Lighter than pydyf's: half the time."""
    body = zlib.compress(b"\n".join(parts), level=4)
    head = b"<</Filter /FlateDecode /Length %d>>" % len(body)
    return Finished((head, _STREAM + body + b"\nendstream"), is_stream=True)


def content_of(page: pydyf.Dictionary, pdf: pydyf.PDF) -> pydyf.Stream:
    """The stream that draws a page."""
    return pdf.objects[int(page["Contents"].split()[0])]


def make_form(content: pydyf.Stream, resources: bytes) -> None:
    """Let a page's stream be drawn from other streams."""
    content.extra.update(
        {"Type": "/XObject", "Subtype": "/Form", "BBox": _PAGE_BOX, "Resources": resources}
    )


def _taken_apart(item: pydyf.Object) -> tuple[tuple[bytes | int, ...], bool]:
    head, mark, body = item.data.partition(_STREAM)
    is_stream = isinstance(item, pydyf.Stream)
    if not is_stream:
        head, mark, body = head + mark + body, b"", b""
    pieces: list[bytes | int] = []
    for place, piece in enumerate(_REFERENCE.split(head)):
        pieces.append(int(piece) if place % 2 else piece)
    pieces.append(mark + body)
    return tuple(pieces), is_stream
