"""The database itself moves the balances: a trigger on every new posting.

Holds keep what is still promised (`held_fen`) in place of what was released, and can lapse; an
entry names the request that caused it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATES = "state IN ('placed', 'partly_captured', 'captured', 'released')"
STATES_NOW = "state IN ('placed', 'partly_captured', 'captured', 'released', 'lapsed')"
RELEASED, HELD = "ck_holds_released_not_negative", "ck_holds_held_not_negative"

MOVE_ON_SQLITE = """
CREATE TRIGGER ledger_postings_move AFTER INSERT ON ledger_postings BEGIN
  UPDATE ledger_accounts SET balance_fen = balance_fen + NEW.amount_fen
   WHERE id = NEW.debit_account_id;
  UPDATE ledger_accounts SET balance_fen = balance_fen - NEW.amount_fen
   WHERE id = NEW.credit_account_id;
  UPDATE holds SET
      held_fen = held_fen + NEW.amount_fen * (
        (SELECT kind = 'cover_held' FROM ledger_accounts WHERE id = NEW.debit_account_id)
        - (SELECT kind = 'cover_held' FROM ledger_accounts WHERE id = NEW.credit_account_id)),
      captured_fen = captured_fen + NEW.amount_fen * (
        (SELECT kind = 'cover_captured' FROM ledger_accounts WHERE id = NEW.debit_account_id)
        - (SELECT kind = 'cover_captured' FROM ledger_accounts WHERE id = NEW.credit_account_id))
   WHERE id = NEW.hold_id;
END
"""

# Once a statement, not once a row. The accounts are locked in the order of their ids first, so
# that two entries never wait for each other in a ring.
MOVE_ON_POSTGRESQL = """
CREATE FUNCTION ledger_postings_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ledger_accounts
    WHERE id IN (SELECT debit_account_id FROM added UNION ALL SELECT credit_account_id FROM added)
    ORDER BY id FOR NO KEY UPDATE;
  UPDATE ledger_accounts AS a SET balance_fen = a.balance_fen + moved.fen
    FROM (SELECT id, sum(fen) AS fen
            FROM (SELECT debit_account_id AS id, amount_fen AS fen FROM added
                  UNION ALL SELECT credit_account_id, -amount_fen FROM added) AS sides
           GROUP BY id) AS moved
   WHERE a.id = moved.id;
  UPDATE holds AS h SET held_fen = h.held_fen + moved.held,
                        captured_fen = h.captured_fen + moved.captured
    FROM (SELECT p.hold_id,
                 sum(p.amount_fen * ((d.kind = 'cover_held')::int
                                   - (c.kind = 'cover_held')::int)) AS held,
                 sum(p.amount_fen * ((d.kind = 'cover_captured')::int
                                   - (c.kind = 'cover_captured')::int)) AS captured
            FROM added AS p
            JOIN ledger_accounts AS d ON d.id = p.debit_account_id
            JOIN ledger_accounts AS c ON c.id = p.credit_account_id
           WHERE p.hold_id IS NOT NULL
           GROUP BY p.hold_id) AS moved
   WHERE h.id = moved.hold_id;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column("ledger_entries", sa.Column("idempotency_key", sa.String(length=120)))
    op.execute("ALTER TABLE holds RENAME COLUMN released_fen TO held_fen")  # in its CHECKs too
    op.execute("UPDATE holds SET held_fen = placed_fen - captured_fen - held_fen")
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_postgresql() -> None:
    op.execute(f"ALTER TABLE holds RENAME CONSTRAINT {RELEASED} TO {HELD}")
    op.drop_constraint(op.f("ck_holds_state_known"), "holds")
    op.create_check_constraint(op.f("ck_holds_state_known"), "holds", STATES_NOW)
    op.execute(MOVE_ON_POSTGRESQL)
    op.execute(
        "CREATE TRIGGER ledger_postings_move AFTER INSERT ON ledger_postings "
        "REFERENCING NEW TABLE AS added FOR EACH STATEMENT "
        "EXECUTE FUNCTION ledger_postings_move()"
    )


def _on_sqlite() -> None:
    """SQLite can't alter a CHECK. Copying `holds` would need foreign keys switched off, which a
    transaction can't; so the text of its schema is replaced, as SQLite's own documentation
    describes for changes that leave the rows as they are (lang_altertable.html, section 7)."""
    connection = op.get_bind()
    sql = connection.scalar(sa.text("SELECT sql FROM sqlite_schema WHERE name = 'holds'"))
    for before, after in ((STATES, STATES_NOW), (RELEASED, HELD)):
        assert before in sql, before
        sql = sql.replace(before, after)
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = :s WHERE name = 'holds'"), {"s": sql}
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    op.execute(MOVE_ON_SQLITE)


def downgrade() -> None:
    raise NotImplementedError("take the backup from before the upgrade: `flask restore`")
