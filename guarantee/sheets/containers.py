"""What the bytes of a file really are, judged before anything parses them.

A spreadsheet of 300 KB can unpack to gigabytes, an old .xls and an encrypted workbook share one
container, and a web page saved as .xls is neither: so the first bytes and the archive's own list
of entries are looked at, never only the name.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath
from typing import Literal

from guarantee.refusals import Invalid, Words

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024
MOST_ENTRIES = 2000  # a workbook of 100 sheets with charts has some hundreds

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PAGES = (b"%pdf", b"<html", b"<!doctype", b"<?xml", b"<table", b"{\\rtf")
_TEXT_NAMES = {".csv", ".txt", ".tsv", ""}
_WORKBOOK_NAMES = {".xlsx", ""}


class NotAWorkbook(Invalid):
    code = "not_a_workbook"
    words = Words(
        "该文件不是 .xlsx 或 .csv 表格。请用表格软件打开，另存为 .xlsx 后重新发送。",
        "The file is not an .xlsx or .csv table. Open it in your spreadsheet program, "
        "save it as .xlsx and send it again.",
    )
    field = "file"


class EncryptedWorkbook(Invalid):
    code = "encrypted_workbook"
    words = Words(
        "该工作簿设有密码。请去掉密码后重新发送。",
        "The workbook is protected by a password. Remove the password and send it again.",
    )
    field = "file"


class CorruptedWorkbook(Invalid):
    code = "corrupted_workbook"
    words = Words(
        "该文件已损坏，无法读取。请用表格软件打开，另存一份后重新发送。",
        "The file is damaged and can't be read. Open it in your spreadsheet program, "
        "save a fresh copy and send that.",
    )
    field = "file"


class FileTooLarge(Invalid):
    code = "file_too_large"
    words = Words(
        "文件过大：最大 20 MiB，解压后最大 200 MiB。请拆分后发送。",
        "The file is too large: 20 MiB at most, 200 MiB unpacked. Send it in parts.",
    )
    field = "file"


class EmptyFile(Invalid):
    code = "empty_file"
    words = Words("文件是空的。", "The file is empty.")
    field = "file"


def kind_of(data: bytes, *, filename: str) -> Literal["xlsx", "text"]:
    """Whether `data` is a workbook or delimited text; name and content have to agree.

    Refuses `EmptyFile`, `FileTooLarge`, `NotAWorkbook`, `EncryptedWorkbook`,
    `CorruptedWorkbook`. Nothing is unpacked here.
    """
    if len(data) > LARGEST_FILE:
        raise FileTooLarge()
    if not data.strip(b'\xef\xbb\xbf\xff\xfe \t\r\n\x00,;"'):
        raise EmptyFile()
    suffix = PurePath(filename).suffix.lower()
    if data.startswith(_OLE):
        raise EncryptedWorkbook() if _ENCRYPTED in data else NotAWorkbook()
    if data.startswith(_ZIP):
        if suffix not in _WORKBOOK_NAMES:
            raise NotAWorkbook()
        check_archive(data)
        return "xlsx"
    if suffix not in _TEXT_NAMES or not _reads_as_text(data):
        raise NotAWorkbook()
    return "text"


def check_archive(data: bytes) -> None:
    """Judges a zip by its list of entries: damaged, encrypted, too big unpacked, no workbook."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise CorruptedWorkbook() from None
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > LARGEST_UNPACKED:
        raise FileTooLarge()
    if any(e.flag_bits & 0x1 for e in entries):
        raise EncryptedWorkbook()
    if not any(e.filename.lower() == "xl/workbook.xml" for e in entries):
        raise NotAWorkbook()


def _reads_as_text(data: bytes) -> bool:
    """No control bytes (UTF-16 with its mark aside) and no page or program in disguise."""
    if data.startswith(_UTF16):
        return True
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:32].lower()
    if start.startswith(_PAGES):
        return False
    return not any(byte in data for byte in (b"\x00", b"\x01", b"\x02", b"\x04", b"\x08", b"\x1b"))
