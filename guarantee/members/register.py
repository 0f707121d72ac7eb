"""An insurer's file comes into the register: row by row, each whole or not at all.

Rejected rows are kept with their cells, sealed, so that they can be handed back; of the others
only the outcome stays. Sending a file again changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import select

from guarantee import audit
from guarantee.business_time import business_day
from guarantee.db import db
from guarantee.members.enrolling import Taken, take
from guarantee.members.models import ImportFile, ImportRow
from guarantee.members.rows import COLUMNS, JudgedRow, Outcome, ParsedRow, judge_rows
from guarantee.parties.insurers import Insurer, Product
from guarantee.parties.staff import Staff
from guarantee.refusals import Refusal
from guarantee.sheets.containers import EmptyFile
from guarantee.sheets.reading import Table, read_table


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a spreadsheet row; `reason` and `warnings` are codes (words: `rejects`)."""

    row: int
    outcome: Outcome
    reason: str
    warnings: tuple[str, ...]
    member_id: int | None
    original: tuple[str, ...] = field(repr=False)
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, row by row, with nothing written."""

    headers: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: tuple[RowResult, ...]

    def count(self, outcome: Outcome) -> int:
        """How many rows have this outcome."""
        return sum(row.outcome == outcome for row in self.rows)


def import_members(
    *, data: bytes, filename: str, insurer: Insurer, by: Staff, at: datetime
) -> ImportFile:
    """Take an insurer's member file (.xlsx or .csv) into the register.

    Writes members, phones, policies, enrolments and their covers for the rows that can be taken;
    the other rows are rejected one by one with a reason. Imports of one insurer wait for each
    other. Refuses the file as a whole as `sheets.reading.read_table` does.
    """
    table, results = _take_in(data, filename, insurer, by, at)
    counts = Counter(result.outcome for result in results)
    file = ImportFile(
        insurer=insurer,
        filename=_shown(filename),
        sha256=_sha256(data),
        imported_at=at,
        imported_by_id=by.id,
        headers=list(table.headers),
        accepted=counts["accepted"],
        rejected=counts["rejected"],
        duplicates=counts["duplicate"],
        rows=[_kept(result) for result in results],
    )
    db.session.add(file)
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="members imported",
        subject=f"import:{file.id}",
        insurer=insurer.code,
        accepted=file.accepted,
        rejected=file.rejected,
        duplicates=file.duplicates,
    )
    for result in results:
        if result.changes:
            audit.record(
                by=by,
                at=at,
                action="member changed",
                subject=f"member:{result.member_id}",
                changes=list(result.changes),
                file=file.id,
                row=result.row,
            )
    return file


def preview_members(
    *, data: bytes, filename: str, insurer: Insurer, by: Staff, at: datetime
) -> Preview:
    """What `import_members` would do with this file now; it is done and taken back. Refuses the
    file as a whole as the import does."""
    trial = db.session.begin_nested()
    try:
        table, results = _take_in(data, filename, insurer, by, at)
    finally:
        trial.rollback()
    return Preview(table.headers, table.ignored, tuple(results))


def import_summary(file: ImportFile) -> dict[str, Any]:
    """An import as `flask members import --json` and the API tell it; no personal data."""
    rows = []
    for row in file.rows:
        told: dict[str, Any] = {"row": row.row, "outcome": row.outcome}
        if row.reason:
            told["reason"] = row.reason
        if row.warnings:
            told["warnings"] = list(row.warnings)
        if row.member_id is not None:
            told["member_id"] = row.member_id
        rows.append(told)
    return {
        "file": file.filename,
        "accepted": file.accepted,
        "rejected": file.rejected,
        "duplicates": file.duplicates,
        "rows": rows,
    }


def _take_in(
    data: bytes, filename: str, insurer: Insurer, by: Staff, at: datetime
) -> tuple[Table, list[RowResult]]:
    table = read_table(data, filename=filename, columns=COLUMNS)
    if not table.rows:
        raise EmptyFile()
    one_at_a_time = select(Insurer.id).where(Insurer.id == insurer.id)
    db.session.scalars(one_at_a_time.with_for_update(key_share=True)).all()
    products = {
        p.code: p for p in db.session.scalars(select(Product).where(Product.insurer == insurer))
    }
    judged = judge_rows(table.rows, products=products.keys(), on=business_day(at))
    before = _taken_before(data, insurer)
    members: dict[tuple[str, str], int] = {}
    results = []
    for row in judged:
        if row.number in before:
            result = _result(row, "duplicate", member_id=before[row.number])
        elif row.parsed is None:
            result = _result(row, "rejected")
        elif row.outcome == "duplicate":
            result = _result(row, "duplicate", member_id=members.get(row.parsed.person))
        else:
            result = _taken(row, row.parsed, insurer, products[row.parsed.product_code], by, at)
            if result.member_id is not None:
                members[row.parsed.person] = result.member_id
        results.append(result)
    return table, results


def _taken(
    row: JudgedRow,
    parsed: ParsedRow,
    insurer: Insurer,
    product: Product,
    by: Staff,
    at: datetime,
) -> RowResult:
    """One row inside its own savepoint: refused, it leaves nothing behind."""
    try:
        with db.session.begin_nested():
            taken: Taken = take(parsed, insurer=insurer, product=product, by=by, at=at)
    except Refusal as refusal:
        return _result(row, "rejected", reason=refusal.code)
    if taken.changes is None:
        return _result(row, "duplicate", member_id=taken.member.id)
    return RowResult(
        row=row.number,
        outcome="accepted",
        reason="",
        warnings=(*row.warnings, *taken.warnings),
        member_id=taken.member.id,
        original=row.original,
        changes=taken.changes,
    )


def _result(
    row: JudgedRow, outcome: Outcome, *, reason: str = "", member_id: int | None = None
) -> RowResult:
    reason = reason or (row.reason if outcome == "rejected" else "")
    return RowResult(row.number, outcome, reason, (), member_id, row.original)


def _taken_before(data: bytes, insurer: Insurer) -> dict[int, int | None]:
    """Rows of this very file that were taken before, with their members: whatever has changed
    since, they are not done again."""
    query = (
        select(ImportRow.row, ImportRow.member_id)
        .join(ImportFile, ImportFile.id == ImportRow.file_id)
        .where(
            ImportFile.insurer_id == insurer.id,
            ImportFile.sha256 == _sha256(data),
            ImportRow.outcome != "rejected",
        )
    )
    return {number: member_id for number, member_id in db.session.execute(query)}  # noqa: C416


def _kept(result: RowResult) -> ImportRow:
    cells: Sequence[str] | None = result.original if result.outcome == "rejected" else None
    return ImportRow(
        row=result.row,
        outcome=result.outcome,
        reason=result.reason,
        warnings=list(result.warnings),
        cells=None if cells is None else json.dumps(cells, ensure_ascii=False),
        member_id=result.member_id,
    )


def _shown(filename: str) -> str:
    """The file's own name, as far as it can be shown and kept."""
    return "".join(c for c in PurePath(filename).name if c.isprintable())[-200:]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
