"""What must always hold, held by the database: checks and unique indexes that were missing.

Rows that break one are told before anything is changed, and the migration ends there. What an
earlier release wrote by its own rules is mended first (`MENDED`).
"""
# ruff: noqa: S608  every name and condition stands in this file

import click
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ORDERS = {
    "counted_from_one": "attempt >= 1",
    "has_reference": "reference <> ''",
    "has_account_number": "account_number <> ''",
    "paid_something": "(state IN ('ordered', 'returned')) = (paid_fen = 0)",
    "paid_on_a_day": "(state = 'ordered') = (paid_on IS NULL)",
}

CHECKS = {
    "audit_head": {"one_row": "id = 1"},
    "bank_statement_lines": {"has_serial": "serial <> ''"},
    "bank_statements": {"counts_not_negative": "already_seen >= 0 AND handed_back >= 0"},
    "cases": {
        "closed_has_time": "(state = 'closed') = (closed_at IS NOT NULL)",
        "enrolment_of_member": "enrolment_id IS NULL OR member_id IS NOT NULL",
        "guaranteed_by_enrolment": "state <> 'guaranteed' OR enrolment_id IS NOT NULL",
    },
    "copy_events": {
        "event_known": "event IN ('handed_over', 'signed', 'returned', 'mailed', 'archived')"
    },
    "courier_fees": {"has_tracking_number": "tracking_number <> ''"},
    "exclusion_versions": {"counted_from_one": "version >= 1"},
    "hospital_batches": {"approved_has_time": "(approved_by_id IS NULL) = (approved_at IS NULL)"},
    "hospital_remittances": ORDERS,
    "hospitals": {"network_since_a_day": "NOT in_network OR network_since IS NOT NULL"},
    "idempotent_answers": {"has_key": "key <> ''"},
    "import_files": {"counts_not_negative": "accepted >= 0 AND rejected >= 0 AND duplicates >= 0"},
    "ledger_accounts": {
        "granted_not_positive": "kind <> 'cover_granted' OR balance_fen <= 0",
        "owner_unless_alliance": "(kind IN ('bank', 'courier_expense')) = (owner_id = 0)",
    },
    "ledger_entries": {"reverses_another": "reverses_id <> id"},
    "letters": {
        "number_only_digits": "ltrim(number, '0123456789') = ''",
        "top_up_in_hospital": "kind <> 'top_up' OR pre_hospital_fen = 0",
        "guarantees_something": "pre_hospital_fen + in_hospital_fen > 0",
        "provisional_pre_hospital": "NOT provisional OR in_hospital_fen = 0",
        "within_total": "total_in_hospital_fen >= in_hospital_fen",
        "initial_is_total": "kind <> 'initial' OR total_in_hospital_fen = in_hospital_fen",
        "lapses_later": "lapses_at > issued_at",
        "voided_has_time": "(state = 'voided') = (voided_at IS NOT NULL)",
        "closed_has_time": "(state = 'closed') = (closed_at IS NOT NULL)",
        "presented_has_time": "state <> 'presented' OR presented_at IS NOT NULL",
        "presented_stands": "presented_at IS NULL OR state IN ('presented', 'closed')",
    },
    "members": {"sex_known": "sex IN ('m', 'f', '')"},
    "originals": {
        "has_code": "code <> ''",
        "copy_of_letter": "kind = 'receipt' OR letter_id IS NOT NULL",
    },
    "remittances": ORDERS,
    "reserve_drawdowns": {"has_receipt_number": "receipt_number <> ''"},
    "settled_receipts": {"has_receipt_number": "receipt_number <> ''"},
    "settlement_batches": {
        "approved_has_time": "(approved_by_id IS NULL) = (approved_at IS NULL)",
        "approved_once_prepared": "approved_by_id IS NULL OR prepared_by_id IS NOT NULL",
        "prepared_has_time": "(prepared_by_id IS NULL) = (prepared_at IS NULL)",
        "paid_on_a_day": "(state IN ('paid', 'mailed', 'closed')) = (paid_on IS NOT NULL)",
        "closed_by_somebody": "(state = 'closed') = (closed_by_id IS NOT NULL)",
        "closed_has_time": "(closed_by_id IS NULL) = (closed_at IS NULL)",
    },
    "settlement_differences": {
        "part_known": "part IN ('pre_hospital', 'reserve_fund')",
        "decided_has_time": "(decision IS NULL) = (decided_at IS NULL)",
    },
    "settlement_lines": {"limit_not_negative": "limit_fen >= 0"},
    "sign_offs": {
        "counts_not_negative": "letters >= 0 AND charges >= 0 AND drawdowns >= 0"
        " AND center_letters >= 0"
    },
    "staff": {"language_known": "language IN ('zh', 'en')"},
    "tickets": {"done_by_somebody": "done_at IS NULL OR owner_id IS NOT NULL"},
    "top_up_requests": {
        "setting_known": "setting IN ('outpatient', 'inpatient')",
        "decided_has_time": "(state = 'asked') = (decided_at IS NULL)",
        "decided_by_somebody": "(decided_at IS NULL) = (decided_by_id IS NULL)",
    },
    "verifications": {
        "document_due_if_provisional": "(method = 'provisional') = (document_due_at IS NOT NULL)"
    },
}

NOT_NULL = {"letter_papers": ("pdf", "BLOB"), "settlement_reports": ("content", "VARCHAR")}

UNIQUE = [  # name, table, columns, of which rows
    ("uq_audit_records_previous_hash", "audit_records", ["previous_hash"], None),
    (
        "uq_cases_open_of_call",
        "cases",
        ["call_id", "member_id"],
        "call_id IS NOT NULL AND closed_at IS NULL",
    ),
    (
        "uq_ledger_entries_reversed_once",
        "ledger_entries",
        ["reverses_id"],
        "reverses_id IS NOT NULL",
    ),
    (
        "uq_settlement_lines_one_courier",
        "settlement_lines",
        ["batch_id"],
        "part = 'courier' AND carried_from_id IS NULL AND NOT added",
    ),
    ("uq_top_up_requests_top_up", "top_up_requests", ["top_up_id"], "top_up_id IS NOT NULL"),
]

MENDED = [
    # A top-up that the hospital had confirmed and then handed back with its letter.
    "UPDATE letters SET presented_at = NULL"
    " WHERE kind = 'top_up' AND state = 'voided' AND presented_at IS NOT NULL",
    # A refund was carried over, so that more was settled than the letter's figure: nothing left.
    "UPDATE settlement_lines SET limit_fen = 0 WHERE limit_fen < 0",
]


def upgrade() -> None:
    for statement in MENDED:
        op.execute(statement)
    _refuse_what_breaks(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite(op.get_bind())
    else:
        _on_postgresql()
    for name, table, columns, rows in UNIQUE:
        where = None if rows is None else sa.text(rows)
        op.create_index(
            name, table, columns, unique=True, sqlite_where=where, postgresql_where=where
        )


def _refuse_what_breaks(connection: sa.Connection) -> None:
    """End here, with every reason at once, where the rows that are there don't keep to it."""
    rules = {table: _rules_of(table) for table in {**CHECKS, **NOT_NULL}}
    told = []
    for table, checks in rules.items():
        counts = ", ".join(f"count(*) FILTER (WHERE NOT ({check}))" for check in checks.values())
        found = connection.exec_driver_sql(f"SELECT {counts} FROM {table}").one()
        for (name, check), rows in zip(checks.items(), found, strict=True):
            if rows:
                told.append(_told(table, name, rows, f"SELECT * FROM {table} WHERE NOT ({check})"))
    for name, table, columns, rows_meant in UNIQUE:
        listed = ", ".join(columns)
        wheres = [f"{column} IS NOT NULL" for column in columns] + [rows_meant or "1 = 1"]
        same = (
            f"SELECT {listed}, count(*) AS times FROM {table} WHERE {' AND '.join(wheres)}"
            f" GROUP BY {listed} HAVING count(*) > 1"
        )
        rows = connection.exec_driver_sql(f"SELECT sum(times) FROM ({same}) AS same").scalar_one()
        if rows:
            told.append(_told(table, name, rows, same))
    if told:
        raise click.ClickException("\n".join(told))


def _rules_of(table: str) -> dict[str, str]:
    checks = {f"ck_{table}_{name}": check for name, check in CHECKS.get(table, {}).items()}
    if table in NOT_NULL:
        column, _ = NOT_NULL[table]
        checks[f"{table}.{column} NOT NULL"] = f"{column} IS NOT NULL"
    return checks


def _told(table: str, name: str, rows: int, query: str) -> str:
    return (
        f"表 {table} 有 {rows} 行不符合 {name}，数据库未作任何改动。"
        f" {rows} rows of {table} break {name}; nothing was changed. See them: {query};"
    )


def _on_postgresql() -> None:
    """One statement a table, so that each table is read once."""
    for table in sorted({**CHECKS, **NOT_NULL}):
        changes = [
            f"ADD CONSTRAINT ck_{table}_{name} CHECK ({check})"
            for name, check in CHECKS.get(table, {}).items()
        ]
        if table in NOT_NULL:
            changes.append(f"ALTER COLUMN {NOT_NULL[table][0]} SET NOT NULL")
        op.execute(f"ALTER TABLE {table} {', '.join(changes)}")


def _on_sqlite(connection: sa.Connection) -> None:
    """The text of the schema is replaced, as in 0002 and for its reason. SQLite does not look at
    the rows then: `_refuse_what_breaks` has, in the same transaction."""
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for table, checks in CHECKS.items():
        _write_checks(connection, table, checks)
    for table, (column, kind) in NOT_NULL.items():
        _rewrite(connection, table, f"{column} {kind}", f"{column} {kind} NOT NULL")
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _write_checks(connection: sa.Connection, table: str, checks: dict[str, str]) -> None:
    """Add CHECKs to the end of a table's text."""
    sql = _text_of(connection, table)
    assert sql.endswith(")"), sql
    added = "".join(
        f", \n\tCONSTRAINT ck_{table}_{name} CHECK ({check})" for name, check in checks.items()
    )
    _rewrite(connection, table, sql, f"{sql[:-1].rstrip()}{added}\n)")


def _rewrite(connection: sa.Connection, table: str, before: str, after: str) -> None:
    sql = _text_of(connection, table)
    assert sql.count(before) == 1, (table, before)
    connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": sql.replace(before, after), "table": table},
    )


def _text_of(connection: sa.Connection, table: str) -> str:
    query = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table")
    return str(connection.scalar(query, {"table": table}))


def downgrade() -> None:
    raise NotImplementedError("take the backup from before the upgrade: `flask restore`")
