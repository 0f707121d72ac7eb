"""Rows handed back: the file's own columns, and why each row could not be taken.

The workbook can be corrected and sent as it is: the columns added here are ignored on the way in.
"""

from __future__ import annotations

import json

from guarantee.ledger.holds import SumBelowUse
from guarantee.members.enrolling import NotEnrolled
from guarantee.members.identity import (
    BadIdBirthDate,
    BadIdChecksum,
    IdPrecisionLost,
    MissingDocument,
    UnknownDocumentType,
)
from guarantee.members.models import ImportFile
from guarantee.members.phones import BadPhone
from guarantee.members.rows import (
    BadCard,
    BadName,
    Contradiction,
    EndBeforeStart,
    MissingName,
    MissingPolicy,
    UnknownChange,
    UnknownProduct,
)
from guarantee.money import BadAmount
from guarantee.refusals import Refusal, Words
from guarantee.sheets.cells import BadDate
from guarantee.sheets.writing import Heading, Sheet, workbook

_REFUSALS: tuple[type[Refusal], ...] = (
    MissingName,
    BadName,
    UnknownDocumentType,
    MissingDocument,
    BadIdChecksum,
    BadIdBirthDate,
    IdPrecisionLost,
    BadPhone,
    MissingPolicy,
    UnknownProduct,
    BadDate,
    EndBeforeStart,
    BadCard,
    UnknownChange,
    Contradiction,
    NotEnrolled,
    SumBelowUse,
)

REASONS: dict[str, Words] = {
    **{refusal.code: refusal.words for refusal in _REFUSALS},
    BadAmount.code: Words(
        "保额应为大于零的人民币元，最多两位小数，例如 100000.00。",
        "The sum insured is a positive number of yuan with at most two decimals, "
        "for example 100000.00.",
    ),
}
"""Every code a row is rejected with, and the sentence for the person who corrects it."""

WARNINGS: dict[str, Words] = {
    "missing_phone": Words(
        "没有联系电话：来电时无法弹屏。", "No telephone: calls can't be recognised."
    ),
    "unknown_area_code": Words(
        "身份证号前六位不在现行行政区划代码表中，请核对。",
        "The first six digits of the ID are not in today's list of districts. Check them.",
    ),
    "unusual_document_format": Words(
        "证件号码格式不常见，请核对。", "The document number has an unusual format. Check it."
    ),
    "name_differs": Words(
        "该证件已以另一姓名登记，登记的姓名未改动。",
        "This document is registered under another name, which was kept.",
    ),
}
"""Every warning that an accepted row may carry."""

_ADDED = (
    Heading("行号 Row"),
    Heading("退回代码 Code"),
    Heading("退回原因"),
    Heading("Why it was returned"),
)


def rejected_workbook(import_file: ImportFile) -> bytes:
    """The rejected rows of an import as .xlsx: the original header and cells, then row number,
    code, and the reason in both languages. Same import, same bytes."""
    rejected = [
        (row, json.loads(row.cells or "[]"))
        for row in import_file.rows
        if row.outcome == "rejected"
    ]
    width = max([len(import_file.headers), *(len(cells) for _, cells in rejected)])
    titles = [*import_file.headers, *[""] * (width - len(import_file.headers))]
    rows = []
    for row, cells in rejected:
        words = REASONS[row.reason]
        padded = [*cells, *[""] * (width - len(cells))]
        rows.append([*padded, str(row.row), row.reason, words.zh, words.en])
    sheet = Sheet("退回", [*map(Heading, titles), *_ADDED], rows)
    return workbook([sheet], made_at=import_file.imported_at)
