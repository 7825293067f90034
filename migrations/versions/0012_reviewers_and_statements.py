"""Name everybody who takes part in a review; keep with a Statement all it covers, its code, and its scanned paper."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0012_reviewers_and_statements"
down_revision = "0011_evidence_taken_off"
branch_labels = None
depends_on = None

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXY"


def _code() -> str:
    """Make a code of eight letters and one that checks them, as the portal does."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return letters + LETTERS[sum(at * LETTERS.index(one) for at, one in enumerate(letters, 1)) % len(LETTERS)]


def upgrade() -> None:
    op.create_table(
        "reviewer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_reviewer_review_id_review"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reviewer_person_id_person")),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["person.id"], name=op.f("fk_reviewer_assigned_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer")),
        sa.UniqueConstraint("review_id", "person_id", name=op.f("uq_reviewer_review_id_person_id")),
    )
    op.create_index(op.f("ix_reviewer_review_id"), "reviewer", ["review_id"])
    op.create_index(op.f("ix_reviewer_person_id"), "reviewer", ["person_id"])
    with op.batch_alter_table("statement") as batch_op:
        batch_op.add_column(sa.Column("code", sa.String(20), nullable=True))
        batch_op.add_column(sa.Column("sent_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("answers_number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("basis", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("plan_content", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("how", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("signed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("recorded_by_id", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_statement_code"), ["code"])
        for column in ("sent_by_id", "recorded_by_id"):
            batch_op.create_foreign_key(batch_op.f(f"fk_statement_{column}_person"), "person", [column], ["id"])
    op.execute("UPDATE statement SET how = 'link' WHERE signed_at IS NOT NULL")  # there was no other way
    statement = sa.table("statement", sa.column("id", sa.Integer), sa.column("code", sa.String))
    connection = op.get_bind()
    for (row_id,) in connection.execute(sa.select(statement.c.id)).fetchall():
        connection.execute(statement.update().where(statement.c.id == row_id).values(code=_code()))
    op.create_table(
        "signed_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage_key", sa.String(40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_signed_paper_statement_id_statement"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_signed_paper_added_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_paper")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_signed_paper_statement_id")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_signed_paper_storage_key")),
    )


def downgrade() -> None:
    op.drop_table("signed_paper")
    with op.batch_alter_table("statement") as batch_op:
        for column in ("sent_by_id", "recorded_by_id"):
            batch_op.drop_constraint(batch_op.f(f"fk_statement_{column}_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_statement_code"), type_="unique")
        for column in (
            "recorded_by_id", "signed_on", "how", "plan_content", "basis", "answers_number", "expires_at", "sent_by_id",
            "code",
        ):  # fmt: skip
            batch_op.drop_column(column)
    op.drop_table("reviewer")
