"""What is searched for among very many rows has an index."""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from guarantee.db import Base

GROWING = {
    "calls",
    "cases",
    "enrolments",
    "hospital_batches",
    "ledger_entries",
    "letter_copies",
    "letters",
    "members",
    "policies",
    "settlement_batches",
    "settlement_lines",
    "settlement_report_rows",
    "verifications",
}
READ_ANOTHER_WAY = {
    ("import_rows", "member_id"): "with its file",
    ("pending_bills", "letter_id"): "never: by its own token",
    ("settled_receipts", "letter_id"): "by the receipt's number",
    ("settlement_differences", "line_id"): "with its batch",
    ("settlement_differences", "row_id"): "with its batch",
    ("settlement_differences", "suggested_line_id"): "with its batch",
}


def test_every_reference_to_what_grows_can_be_followed_back_by_an_index(app):
    missing = {
        (table.name, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in GROWING and key.parent.name not in _leading(table)
    }
    assert missing == set(READ_ANOTHER_WAY)


def _leading(table: Table) -> set[str]:
    """The columns that an index over all rows (or all that have a value there) begins with."""
    lists = [list(table.primary_key.columns)]
    lists += [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    for index in table.indexes:
        where = index.dialect_options["postgresql"]["where"]
        columns = list(index.columns)
        if where is None or str(where) == f"{columns[0].name} IS NOT NULL":
            lists.append(columns)
    return {columns[0].name for columns in lists if columns}
