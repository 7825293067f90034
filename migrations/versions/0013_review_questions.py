"""Keep questions to the program as threads, and second opinions beside the decider's items."""

import sqlalchemy as sa
from alembic import op

revision = "0013_review_questions"
down_revision = "0012_reviewers_and_statements"
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


def _saved() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "review_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("practice_code", sa.String(length=20), nullable=False),
        sa.Column("about_na", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        _to("review_question", "cycle_id", "cycle", "CASCADE"),
        _to("review_question", "asked_by_id", "person"),
        _to("review_question", "closed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_question")),
        sa.UniqueConstraint("cycle_id", "save_id", name=op.f("uq_review_question_cycle_id_save_id")),
    )
    _index("review_question", "cycle_id")
    op.create_table(
        "review_question_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("from_staff", sa.Boolean(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        _to("review_question_entry", "question_id", "review_question", "CASCADE"),
        _to("review_question_entry", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_question_entry")),
        sa.UniqueConstraint("question_id", "save_id", name=op.f("uq_review_question_entry_question_id_save_id")),
    )
    _index("review_question_entry", "question_id")
    for table, more in (("opinion", []), ("opinion_version", [sa.Column("refused", sa.Boolean(), nullable=False)])):
        unique = ["review_id", "practice_code", "person_id", *(["save_id"] if more else [])]
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("review_id", sa.Integer(), nullable=False),
            sa.Column("practice_code", sa.String(length=20), nullable=False),
            sa.Column("person_id", sa.Integer(), nullable=False),
            *_saved(),
            *more,
            _to(table, "review_id", "review", "CASCADE"),
            _to(table, "person_id", "person"),
            _to(table, "saved_by_id", "person"),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint(*unique, name=op.f(f"uq_{table}_{'_'.join(unique)}")),
        )
        _index(table, "review_id")


def downgrade() -> None:
    for name in ("opinion_version", "opinion", "review_question_entry", "review_question"):
        op.drop_table(name)
