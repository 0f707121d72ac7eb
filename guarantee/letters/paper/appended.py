"""Something drawn over the pages of a finished PDF, appended to it: what was there stays, byte for
byte, at the beginning of the new file (ISO 32000-1, 7.5.6), and so does a signature over it."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

_NAME = generic.pdf_name("/Signed")


class _Repeatable(IncrementalPdfFileWriter):
    """Writes the same bytes again: no clock and no lots in what it appends."""

    @classmethod
    def _handle_id(cls, prev: Any) -> generic.ArrayObject:
        prev.stream.seek(0)
        known = generic.ByteStringObject(hashlib.sha256(prev.stream.read()).digest()[:16])
        return generic.ArrayObject([known, known])

    def _update_meta(self) -> None:
        """Title and dates stay the letter's."""


def over_each_page(pdf: bytes, page: bytes) -> bytes:
    """`pdf` with the one page of `page` drawn over each of its pages. Same bytes in, same out."""
    writer = _Repeatable(io.BytesIO(pdf))
    drawn = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(page)))
    for number in range(int(writer.root["/Pages"]["/Count"])):
        content = generic.StreamObject(stream_data=b"q /Signed Do Q")
        held = generic.DictionaryObject({_NAME: drawn})
        resources = generic.DictionaryObject({generic.pdf_name("/XObject"): held})
        # the pages of a letter share their resources: what is there already is not added again
        there = writer.root["/Pages"]["/Kids"][number]["/Resources"].get("/XObject", {})
        writer.add_stream_to_page(  # type: ignore[no-untyped-call]
            number, writer.add_object(content), None if _NAME in there else resources
        )
    written = io.BytesIO()
    writer.write(written)  # type: ignore[no-untyped-call]
    return written.getvalue()
