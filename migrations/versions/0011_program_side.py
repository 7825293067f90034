"""Keep what a program itself brings to its partnership: requests for access."""

import sqlalchemy as sa
from alembic import op

revision = "0011_program_side"
down_revision = "0005_cycles_moved_to_other_rules"
branch_labels = None
depends_on = None


def _to(table: str, column: str, parent: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"), ondelete=ondelete
    )


def _index(table: str, *columns: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        for column in columns:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column])


def upgrade() -> None:
    op.create_table(
        "access_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("helpers", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        _to("access_request", "program_id", "program", "CASCADE"),
        _to("access_request", "asked_by_id", "person"),
        _to("access_request", "decided_by_id", "person"),
        _to("access_request", "cycle_id", "cycle", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
    )
    _index("access_request", "program_id", "state")


def downgrade() -> None:
    op.drop_table("access_request")
