"""Keep visits with their history, notes taken during them, secret addresses of calendars, and calendar parts of mail."""

import sqlalchemy as sa
from alembic import op

revision = "0014_visits"
down_revision = "0013_review_questions"
branch_labels = None
depends_on = None


def _to(table: str, column: str, parent: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"), ondelete=ondelete
    )


def _index(table: str, column: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column])


def _saved() -> list[sa.Column]:
    """Return the columns of everything saved by the save protocol."""
    return [
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
    ]


def upgrade() -> None:
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("calendar", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("attendees", sa.JSON(), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("invited", sa.JSON(), nullable=False),
        _to("visit", "cycle_id", "cycle", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_visit_cycle_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_visit_uid")),
    )
    op.create_table(
        "visit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        _to("visit_event", "visit_id", "visit", "CASCADE"),
        _to("visit_event", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_event")),
        sa.UniqueConstraint("visit_id", "save_id", name=op.f("uq_visit_event_visit_id_save_id")),
    )
    _index("visit_event", "visit_id")
    op.create_table(
        "visit_note",
        sa.Column("id", sa.Integer(), nullable=False),
        *_saved(),
        _to("visit_note", "visit_id", "visit", "CASCADE"),
        _to("visit_note", "person_id", "person"),
        _to("visit_note", "saved_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_note")),
        sa.UniqueConstraint("visit_id", "person_id", "part", name=op.f("uq_visit_note_visit_id_person_id_part")),
    )
    _index("visit_note", "visit_id")
    op.create_table(
        "visit_note_version",
        sa.Column("id", sa.Integer(), nullable=False),
        *_saved(),
        sa.Column("refused", sa.Boolean(), nullable=False),
        _to("visit_note_version", "visit_id", "visit", "CASCADE"),
        _to("visit_note_version", "person_id", "person"),
        _to("visit_note_version", "saved_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_note_version")),
        sa.UniqueConstraint(
            "visit_id", "person_id", "part", "save_id",
            name=op.f("uq_visit_note_version_visit_id_person_id_part_save_id"),
        ),
    )  # fmt: skip
    _index("visit_note_version", "visit_id")
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _to("calendar_feed", "person_id", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("person_id", name=op.f("uq_calendar_feed_person_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )


def downgrade() -> None:
    for table in ("calendar_feed", "visit_note_version", "visit_note", "visit_event", "visit"):
        op.drop_table(table)
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_column("calendar")
