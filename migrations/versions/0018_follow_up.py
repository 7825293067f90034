"""Keep a partnership's own resources, and everything that happens while a plan runs."""

import sqlalchemy as sa
from alembic import op

revision = "0018_follow_up"
down_revision = "0017_recognition_history"
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
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("publisher", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=500), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("practices", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_by_id", sa.Integer(), nullable=True),
        _to("resource", "partnership_id", "partnership", "CASCADE"),
        _to("resource", "added_by_id", "person"),
        _to("resource", "changed_by_id", "person"),
        _to("resource", "retired_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("save_id", name=op.f("uq_resource_save_id")),
    )
    _index("resource", "partnership_id")

    with op.batch_alter_table("cycle") as batch_op:
        batch_op.add_column(sa.Column("mini_review_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("mini_review_done_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("renewal_invited_on", sa.Date(), nullable=True))
    with op.batch_alter_table("check_in") as batch_op:
        batch_op.add_column(sa.Column("private_notes", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("resources", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("save_id", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("edited_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_check_in_edited_by_id_person"), "person", ["edited_by_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("uq_check_in_cycle_id_month"), type_="unique")
    with op.batch_alter_table("plan_action") as batch_op:
        batch_op.add_column(sa.Column("resource_key", sa.String(length=40), nullable=False, server_default=""))
    op.execute("UPDATE check_in SET month = 0 WHERE month < 0")  # other contacts, as the way down leaves them
    op.create_table(
        "check_in_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_in_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        _to("check_in_note", "check_in_id", "check_in", "CASCADE"),
        _to("check_in_note", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_note")),
        sa.UniqueConstraint("save_id", name=op.f("uq_check_in_note_save_id")),
    )
    _index("check_in_note", "check_in_id")
    op.create_table(
        "check_in_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_in_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        _to("check_in_version", "check_in_id", "check_in", "CASCADE"),
        _to("check_in_version", "replaced_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_version")),
    )
    _index("check_in_version", "check_in_id")
    op.create_table(
        "action_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("action_key", sa.String(length=20), nullable=False),
        sa.Column("action_text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("from_staff", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        _to("action_progress", "cycle_id", "cycle", "CASCADE"),
        _to("action_progress", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_progress")),
    )
    _index("action_progress", "cycle_id")
    op.create_table(
        "extra_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("issue_number", sa.Integer(), nullable=True),
        _to("extra_time", "cycle_id", "cycle", "CASCADE"),
        _to("extra_time", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_time")),
        sa.UniqueConstraint("save_id", name=op.f("uq_extra_time_save_id")),
    )
    _index("extra_time", "cycle_id")
    op.create_table(
        "priority_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("priority_key", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        _to("priority_outcome", "cycle_id", "cycle", "CASCADE"),
        _to("priority_outcome", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_outcome")),
    )
    _index("priority_outcome", "cycle_id")


def downgrade() -> None:
    for name in ("priority_outcome", "extra_time", "action_progress", "check_in_version", "check_in_note"):
        op.drop_table(name)
    # of other contacts there may be several, which the older tables do not know; none of them may be lost
    op.execute("UPDATE check_in SET month = -id WHERE month = 0")
    with op.batch_alter_table("check_in") as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_check_in_cycle_id_month"), ["cycle_id", "month"])
        batch_op.drop_constraint(batch_op.f("fk_check_in_edited_by_id_person"), type_="foreignkey")
        for name in ("private_notes", "resources", "version", "save_id", "edited_at", "edited_by_id"):
            batch_op.drop_column(name)
    with op.batch_alter_table("plan_action") as batch_op:
        batch_op.drop_column("resource_key")
    with op.batch_alter_table("cycle") as batch_op:
        batch_op.drop_column("renewal_invited_on")
        batch_op.drop_column("mini_review_done_on")
        batch_op.drop_column("mini_review_on")
    op.drop_table("resource")
