"""What is searched for has an index: who amends or replaces a letter, a cover's cases, a day's
entries. Without them each letter cost more the more letters there were (bench/issuing_growth.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_enrolments_policy": ("enrolments", "policy_id"),
    "ix_ledger_entries_at": ("ledger_entries", "at"),
    "ix_reserve_drawdowns_letter": ("reserve_drawdowns", "letter_id"),
    "ix_settled_receipts_batch": ("settled_receipts", "batch_id"),
    "ix_settlement_lines_batch": ("settlement_lines", "batch_id"),
    "ix_top_up_requests_letter": ("top_up_requests", "letter_id"),
}
WHERE_GIVEN = {
    "ix_cases_call": ("cases", "call_id"),
    "ix_cases_enrolment": ("cases", "enrolment_id"),
    "ix_ledger_entries_idempotency_key": ("ledger_entries", "idempotency_key"),
    "ix_letters_amends": ("letters", "amends_id"),
    "ix_letters_replaces": ("letters", "replaces_id"),
    "ix_originals_letter": ("originals", "letter_id"),
}


def upgrade() -> None:
    for name, (table, column) in INDEXES.items():
        op.create_index(name, table, [column])
    for name, (table, column) in WHERE_GIVEN.items():
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, table, [column], sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    raise NotImplementedError("take the backup from before the upgrade: `flask restore`")
