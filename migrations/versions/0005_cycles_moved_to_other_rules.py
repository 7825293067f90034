"""Keep every move of a cycle to other rules, and what the rules proposed when a plan was first drafted."""

import sqlalchemy as sa
from alembic import op

revision = "0005_cycles_moved_to_other_rules"
down_revision = "0004_rules_drafts_and_previews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cycle_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_cycle_move_cycle_id_cycle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["moved_by_id"], ["person.id"], name=op.f("fk_cycle_move_moved_by_id_person")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name=op.f("fk_cycle_move_undone_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_move")),
    )
    with op.batch_alter_table("cycle_move") as batch_op:
        batch_op.create_index(batch_op.f("ix_cycle_move_cycle_id"), ["cycle_id"])
    with op.batch_alter_table("plan") as batch_op:
        batch_op.add_column(sa.Column("proposals", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("plan") as batch_op:
        batch_op.drop_column("proposals")
    op.drop_table("cycle_move")
