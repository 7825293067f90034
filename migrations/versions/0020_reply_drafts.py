"""Keep what is typed as an answer to a question of the review before it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0020_reply_drafts"
down_revision = "0019_letters"
branch_labels = None
depends_on = None


def _to(table: str, column: str, parent: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"), ondelete=ondelete
    )


def _make(table: str, unique: list[str], *more: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        *more,
        _to(table, "question_id", "review_question", "CASCADE"),
        _to(table, "person_id", "person"),
        _to(table, "saved_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{table}_{'_'.join(unique)}")),
    )
    with op.batch_alter_table(table) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{table}_question_id"), ["question_id"])


def upgrade() -> None:
    _make("reply_draft", ["question_id", "person_id"])
    refused = sa.Column("refused", sa.Boolean(), nullable=False)
    _make("reply_draft_version", ["question_id", "person_id", "save_id"], refused)


def downgrade() -> None:
    for table in ("reply_draft_version", "reply_draft"):
        op.drop_table(table)
