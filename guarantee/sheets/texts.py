"""Delimited text (CSV, TSV): its encoding, its delimiter, its records."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import dataclass

from guarantee.refusals import Invalid, Words
from guarantee.sheets.workbooks import Grid, text_cell

DELIMITERS = (",", "\t", ";")


class BadEncoding(Invalid):
    code = "bad_encoding"
    words = Words(
        "无法识别文件的文字编码。请另存为 UTF-8 编码的 CSV，或另存为 .xlsx。",
        "The file's text encoding can't be recognised. Save it as CSV in UTF-8, or as .xlsx.",
    )
    field = "file"


def decode(data: bytes) -> str:
    """The text, decided by strict decoding: UTF-16 by its mark, then UTF-8, then GB18030.

    GB18030 text of any length is practically never valid UTF-8, so the order decides rightly.
    Refuses `BadEncoding` what is none of them: a replaced character would be a changed name.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = ["utf-16"]
    else:
        tries = ["utf-8-sig", "gb18030"]
    for encoding in tries:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadEncoding()


@dataclass(frozen=True, slots=True)
class Readings:
    """The text read once with each delimiter that gives whole records; `broken` when one did not:
    a quote left open would swallow the rows after it."""

    grids: list[Grid]
    broken: bool


def readings(data: bytes) -> Readings:
    """The file read with each delimiter; whoever knows the header picks one.

    Rows count as a spreadsheet program counts them: a quoted line break is inside its row.
    Refuses `BadEncoding`.
    """
    text = decode(data)
    grids = []
    for delimiter in DELIMITERS:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        with suppress(csv.Error):
            rows = [[text_cell(field) for field in record] for record in records]
            grids.append(Grid(sheet="", first_row=1, rows=rows))
    return Readings(grids, broken=len(grids) < len(DELIMITERS))
