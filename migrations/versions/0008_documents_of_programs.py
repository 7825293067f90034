"""Let a document belong to a program that has no cycle yet: the blank form is had before the start."""

import sqlalchemy as sa
from alembic import op

revision = "0008_documents_of_programs"
down_revision = "0007_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document") as batch_op:
        batch_op.add_column(sa.Column("program_id", sa.Integer(), nullable=True))
        batch_op.alter_column("cycle_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_document_program_id_program"), "program", ["program_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(batch_op.f("ix_document_program_id"), ["program_id"])


def downgrade() -> None:
    # A blank form holds nothing of its own and is made again when it is asked for.
    op.execute(sa.text("DELETE FROM document WHERE cycle_id IS NULL"))
    with op.batch_alter_table("document") as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_program_id"))
        batch_op.drop_constraint(batch_op.f("fk_document_program_id_program"), type_="foreignkey")
        batch_op.alter_column("cycle_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("program_id")
