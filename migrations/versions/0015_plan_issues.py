"""Number the issues of a plan, know its priorities and actions again, and keep drafts shown to programs with comments."""

import sqlalchemy as sa
from alembic import op

revision = "0015_plan_issues"
down_revision = "0014_visits"
branch_labels = None
depends_on = None

ROWS = {"priority": "p", "plan_action": "a"}  # what the keys of rows that are there already begin with


def _to(table: str, column: str, parent: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"), ondelete=ondelete
    )


def _index(table: str, column: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column])


def upgrade() -> None:
    op.create_table(
        "plan_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("issued_content", sa.Text(), nullable=False),
        sa.Column("issued_hash", sa.String(length=64), nullable=False),
        _to("plan_issue", "plan_id", "plan", "CASCADE"),
        _to("plan_issue", "issued_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_issue")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_issue_plan_id_number")),
    )
    _index("plan_issue", "plan_id")
    op.create_table(
        "plan_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_by_id", sa.Integer(), nullable=True),
        _to("plan_share", "plan_id", "plan", "CASCADE"),
        _to("plan_share", "shared_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_share")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_share_plan_id_number")),
    )
    _index("plan_share", "plan_id")
    op.create_table(
        "plan_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("share_id", sa.Integer(), nullable=False),
        sa.Column("priority_key", sa.String(length=20), nullable=False),
        sa.Column("answers_to_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("from_staff", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        _to("plan_comment", "share_id", "plan_share", "CASCADE"),
        _to("plan_comment", "answers_to_id", "plan_comment", "CASCADE"),
        _to("plan_comment", "by_id", "person"),
        _to("plan_comment", "done_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_comment")),
        sa.UniqueConstraint("save_id", name=op.f("uq_plan_comment_save_id")),
    )
    _index("plan_comment", "share_id")
    _index("plan_comment", "answers_to_id")
    for name in ROWS:
        with op.batch_alter_table(name) as batch_op:
            batch_op.add_column(sa.Column("key", sa.String(length=20), nullable=False, server_default=""))
            if name == "plan_action":
                batch_op.add_column(sa.Column("resource", sa.Text(), nullable=False, server_default=""))
    for name, first in ROWS.items():
        op.execute(f"UPDATE {name} SET key = '{first}' || id")  # noqa: S608 (names of our own)
    # What was issued before there were numbers is issue 1, word for word: a signature may rest on its hash.
    op.execute(
        "INSERT INTO plan_issue (plan_id, number, issued_at, issued_by_id, reason, issued_content, issued_hash) "
        "SELECT id, 1, issued_at, issued_by_id, '', issued_content, issued_hash FROM plan WHERE issued_at IS NOT NULL"
    )


def downgrade() -> None:
    for name in ROWS:
        with op.batch_alter_table(name) as batch_op:
            batch_op.drop_column("key")
            if name == "plan_action":
                batch_op.drop_column("resource")
    for name in ("plan_comment", "plan_share", "plan_issue"):
        op.drop_table(name)
