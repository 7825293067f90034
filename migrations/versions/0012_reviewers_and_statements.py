"""Name everybody who takes part in a review."""

import sqlalchemy as sa
from alembic import op

revision = "0012_reviewers_and_statements"
down_revision = "0011_evidence_taken_off"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.drop_table("reviewer")
