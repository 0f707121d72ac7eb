"""An answer that is given again has its headers too."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AS_IT_WAS = '{"Content-Type": "application/json"}'


def upgrade() -> None:
    headers = sa.Column("headers", sa.JSON(), nullable=False, server_default=AS_IT_WAS)
    op.add_column("idempotent_answers", headers)
    with op.batch_alter_table("idempotent_answers") as table:
        table.alter_column("headers", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    raise NotImplementedError("take the backup from before the upgrade: `flask restore`")
