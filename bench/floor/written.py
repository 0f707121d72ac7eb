"""What a run has written: rows by table for each letter, and whether the books agree."""

from __future__ import annotations

from sqlalchemy import text

from guarantee.db import Base, db
from guarantee.ledger.check import check_ledger

_BROKEN_LINKS = """
SELECT count(*) FROM (SELECT previous_hash, lag(hash) OVER (ORDER BY id) AS before
                        FROM audit_records) AS link
 WHERE before IS NOT NULL AND previous_hash <> before
"""


class Wrong(RuntimeError):
    """The floor or ours did not do the work that was to be measured."""


def rows_by_table() -> dict[str, int]:
    """How many rows each table has."""
    counted = {
        table.name: db.session.scalar(text(f"SELECT count(*) FROM {table.name}")) or 0
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    return counted


def per_letter(before: dict[str, int], after: dict[str, int]) -> dict[str, float]:
    """Rows added for each letter added, by table."""
    letters = after["letters"] - before["letters"]
    return {
        name: round((after[name] - before[name]) / letters, 4)
        for name in after
        if after[name] != before[name]
    }


def highest_case() -> int:
    """The newest case that has a letter, 0 before the first."""
    found = db.session.scalar(text("SELECT max(case_id) FROM letters")) or 0
    db.session.rollback()
    return int(found)


def books_agree() -> dict[str, int]:
    """Every balance recomputed from what ours and the floor wrote, and the audit records each
    linked to the one before (what the floor writes as a hash is drawn, not reckoned). Raises
    `Wrong`."""
    verdict = check_ledger()
    if verdict.faults:
        raise Wrong("; ".join(map(str, verdict.faults[:5])))
    if broken := db.session.scalar(text(_BROKEN_LINKS)):
        raise Wrong(f"{broken} audit records do not follow the one before them")
    db.session.rollback()
    return {"entries": verdict.entries, "postings": verdict.postings, "faults": 0}
