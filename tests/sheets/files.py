"""Spreadsheet files of every sound and unsound kind, made on the spot."""

from __future__ import annotations

import io
import zipfile

import xlsxwriter

MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def xlsx(*lines: list[object], more_sheets: dict[str, list[list[object]]] | None = None) -> bytes:
    """A workbook of these lines; strings that look like formulas stay strings."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    for name, rows in {"名单": list(lines), **(more_sheets or {})}.items():
        sheet = book.add_worksheet(name)
        for at, line in enumerate(rows):
            sheet.write_row(at, 0, line)
    book.close()
    return out.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A workbook whose first sheet is this XML."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(["x"]))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for entry in source.infolist():
            content = xml if entry.filename.endswith("sheet1.xml") else source.read(entry)
            made.writestr(entry.filename, content)
    return out.getvalue()


def costly() -> bytes:
    """Small in bytes, within every limit on paper, ruinous in memory: two cells far apart."""
    return with_sheet(
        b"<worksheet " + MAIN + b'><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )


def zip_bomb() -> bytes:
    """A few hundred kilobytes that unpack to more than 200 MiB."""
    return with_sheet(b"<worksheet>" + b" " * (201 * 1024 * 1024) + b"</worksheet>")


def encrypted() -> bytes:
    """The container that office programs put an encrypted workbook into, its streams named."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\x00" * 1024
        + "EncryptedPackage".encode("utf-16-le")
    )


def old_xls() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1024 + "Workbook".encode("utf-16-le")
