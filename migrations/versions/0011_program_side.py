"""Keep what programs themselves bring to their partnership, all fields of the Connector, and how facts changed."""

import sqlalchemy as sa
from alembic import op

revision = "0011_program_side"
down_revision = "0005_cycles_moved_to_other_rules"
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


TEXTS = {
    "zip_code": sa.String(20), "web": sa.String(300), "contact_name": sa.String(200), "contact_email": sa.String(254),
    "phone": sa.String(40), "mentor_description": sa.Text(), "focus_groups": sa.String(300),
    "meeting_place": sa.String(300), "meeting_frequency": sa.String(200), "commitment": sa.String(200),
    "mentor_requirements": sa.Text(), "background_checks": sa.String(10),
}  # fmt: skip
NUMBERS = ("mentor_min_age", "version")


def upgrade() -> None:
    with op.batch_alter_table("program") as batch_op:
        for name, kind in TEXTS.items():
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        for name in NUMBERS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "facts_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        _to("facts_version", "program_id", "program", "CASCADE"),
        _to("facts_version", "saved_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts_version")),
        sa.UniqueConstraint("program_id", "version", name=op.f("uq_facts_version_program_id_version")),
    )
    _index("facts_version", "program_id")
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=True),
        _to("registration", "partnership_id", "partnership", "CASCADE"),
        _to("registration", "decided_by_id", "person"),
        _to("registration", "program_id", "program", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("save_id", name=op.f("uq_registration_save_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_registration_token_hash")),
    )
    _index("registration", "partnership_id", "state")
    op.create_table(
        "access_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("helpers", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        _to("access_request", "program_id", "program", "CASCADE"),
        _to("access_request", "asked_by_id", "person"),
        _to("access_request", "decided_by_id", "person"),
        _to("access_request", "cycle_id", "cycle", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
    )
    _index("access_request", "program_id", "state")


def downgrade() -> None:
    op.drop_table("access_request")
    op.drop_table("registration")
    op.drop_table("facts_version")
    with op.batch_alter_table("program") as batch_op:
        for name in (*TEXTS, *NUMBERS):
            batch_op.drop_column(name)
