"""Keep when the taking off of submitted evidence was itself sent; what was never sent stays with the partnership."""

import sqlalchemy as sa
from alembic import op

revision = "0011_evidence_taken_off"
down_revision = "0010_program_side"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("evidence_use") as batch_op:
        batch_op.add_column(sa.Column("taken_off_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("evidence_use") as batch_op:
        batch_op.drop_column("taken_off_at")
