"""Number the frozen copies of a cycle, tie each judgement to its copy, and keep changes asked for after submitting."""

import sqlalchemy as sa
from alembic import op

revision = "0009_answers_amended"
down_revision = "0008_documents_of_programs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cycle") as batch_op:
        batch_op.add_column(sa.Column("reopened", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("submission") as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
        batch_op.drop_constraint(batch_op.f("uq_submission_cycle_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_submission_cycle_id_number"), ["cycle_id", "number"])
    with op.batch_alter_table("judgement") as batch_op:
        batch_op.add_column(sa.Column("submission_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_judgement_submission_id_submission"), "submission", ["submission_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_judgement_submission_id"), ["submission_id"])
    op.execute(
        "UPDATE judgement SET submission_id ="
        " (SELECT submission.id FROM submission WHERE submission.cycle_id = judgement.cycle_id)"
    )
    op.create_table(
        "amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_codes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_amendment_cycle_id_cycle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_amendment_asked_by_id_person")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_amendment_answered_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_amendment_ended_by_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_amendment_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
    )
    with op.batch_alter_table("amendment") as batch_op:
        batch_op.create_index(batch_op.f("ix_amendment_cycle_id"), ["cycle_id"])
        batch_op.create_index(batch_op.f("ix_amendment_state"), ["state"])
    op.create_table(
        "review_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("practice_code", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_look_review_id_review"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["looked_by_id"], ["person.id"], name=op.f("fk_review_look_looked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_look")),
        sa.UniqueConstraint("review_id", "practice_code", name=op.f("uq_review_look_review_id_practice_code")),
    )
    with op.batch_alter_table("review_look") as batch_op:
        batch_op.create_index(batch_op.f("ix_review_look_review_id"), ["review_id"])


def downgrade() -> None:
    """Keep the newest copy of each cycle: the layout before this one has room for one."""
    op.drop_table("review_look")
    op.drop_table("amendment")
    with op.batch_alter_table("judgement") as batch_op:
        batch_op.drop_index(batch_op.f("ix_judgement_submission_id"))
        batch_op.drop_constraint(batch_op.f("fk_judgement_submission_id_submission"), type_="foreignkey")
        batch_op.drop_column("submission_id")
    op.execute(
        "DELETE FROM submission WHERE EXISTS (SELECT 1 FROM submission AS newer"
        " WHERE newer.cycle_id = submission.cycle_id AND newer.number > submission.number)"
    )
    with op.batch_alter_table("submission") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_submission_cycle_id_number"), type_="unique")
        batch_op.drop_column("number")
        batch_op.create_unique_constraint(batch_op.f("uq_submission_cycle_id"), ["cycle_id"])
    with op.batch_alter_table("cycle") as batch_op:
        batch_op.drop_column("reopened")
