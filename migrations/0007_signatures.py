"""Electronic signatures of a letter, only ever added to."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "letter_signatures"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("signer", sa.String(length=10), nullable=False),
        sa.Column("relation", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("strokes_json", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "taken_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("letter_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "signer IN ('member', 'companion', 'hospital')",
            name=op.f("ck_letter_signatures_signer_known"),
        ),
        sa.CheckConstraint(
            "relation IN ('', 'spouse', 'parent', 'child', 'sibling', 'relative', 'friend', 'colleague')",
            name=op.f("ck_letter_signatures_relation_known"),
        ),
        sa.CheckConstraint(
            "(signer = 'companion') = (relation <> '')",
            name=op.f("ck_letter_signatures_companion_has_relation"),
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_letter_signatures_points_not_negative")),
        sa.CheckConstraint(
            "points > 0 OR signer = 'hospital'",
            name=op.f("ck_letter_signatures_drawn_unless_hospital"),
        ),
        sa.CheckConstraint(
            "length(letter_digest) = 64 AND length(digest) = 64",
            name=op.f("ck_letter_signatures_digests_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_letter_signatures_letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["staff.id"], name=op.f("fk_letter_signatures_taken_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_signatures")),
        sa.UniqueConstraint("digest", name=op.f("uq_letter_signatures_digest")),
    )
    op.create_index("ix_letter_signatures_letter", TABLE, ["letter_id", "id"])
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_no_{action.lower()} BEFORE {action} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} is only ever added to'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{TABLE} is only ever added to'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
