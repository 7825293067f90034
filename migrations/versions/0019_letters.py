"""Keep the language of people and mails, a partnership's own wording, planned reminders, and what waits for a daily mail."""

import sqlalchemy as sa
from alembic import op

revision = "0019_letters"
down_revision = "0018_follow_up"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _to(table: str, column: str, parent: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"), ondelete=ondelete
    )


def upgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(5), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reminders_stopped_at", MOMENT, nullable=True))
    with op.batch_alter_table("partnership") as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(5), nullable=False, server_default="en"))
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("language", sa.String(5), nullable=False, server_default="en"))
        batch_op.add_column(sa.Column("reminds", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("wording_problem", sa.String(500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("gather_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("gathered_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_message_gathered_into_id_message"), "message", ["gathered_into_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_message_gather_at"), ["gather_at"])
    op.create_table(
        "letter_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        _to("letter_wording", "partnership_id", "partnership", "CASCADE"),
        _to("letter_wording", "saved_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_wording")),
        sa.UniqueConstraint(
            "partnership_id",
            "kind",
            "language",
            "number",
            name=op.f("uq_letter_wording_partnership_id_kind_language_number"),
        ),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        _to("reminder", "partnership_id", "partnership", "CASCADE"),
        _to("reminder", "program_id", "program", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("subject", "kind", "due_on", name=op.f("uq_reminder_subject_kind_due_on")),
    )
    with op.batch_alter_table("reminder") as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_partnership_id"), ["partnership_id"])


def downgrade() -> None:
    op.drop_table("reminder")
    op.drop_table("letter_wording")
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_gather_at"))
        batch_op.drop_constraint(batch_op.f("fk_message_gathered_into_id_message"), type_="foreignkey")
        for name in ("gathered_into_id", "gather_at", "wording_problem", "reminds", "language", "kind"):
            batch_op.drop_column(name)
    with op.batch_alter_table("partnership") as batch_op:
        batch_op.drop_column("language")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("reminders_stopped_at")
        batch_op.drop_column("language")
