"""Say how far a document is, and keep what a program shows in its summary for funders."""

import sqlalchemy as sa
from alembic import op

revision = "0016_papers"
down_revision = "0015_plan_issues"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document") as batch_op:
        batch_op.add_column(sa.Column("percent", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "funder_summary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_funder_summary_cycle_id_cycle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_funder_summary_saved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funder_summary")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_funder_summary_cycle_id")),
    )


def downgrade() -> None:
    op.drop_table("funder_summary")
    with op.batch_alter_table("document") as batch_op:
        batch_op.drop_column("percent")
