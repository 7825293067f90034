"""Keep what programs themselves bring to their partnership, all fields of the Connector, and how facts changed."""

import sqlalchemy as sa
from alembic import op

revision = "0010_program_side"
down_revision = "0009_answers_amended"
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
    op.create_table(
        "needs_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        _to("needs_assessment", "program_id", "program", "CASCADE"),
        _to("needs_assessment", "sent_by_id", "person"),
        _to("needs_assessment", "saved_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs_assessment")),
        sa.UniqueConstraint("program_id", name=op.f("uq_needs_assessment_program_id")),
    )
    op.create_table(
        "needs_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("needs_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        _to("needs_version", "needs_id", "needs_assessment", "CASCADE"),
        _to("needs_version", "saved_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs_version")),
    )
    _index("needs_version", "needs_id")
    op.create_table(
        "gate_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("gate_key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signer_name", sa.String(length=200), nullable=False),
        sa.Column("signer_title", sa.String(length=200), nullable=False),
        _to("gate_signature", "program_id", "program", "CASCADE"),
        _to("gate_signature", "sent_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_signature")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_gate_signature_token_hash")),
    )
    _index("gate_signature", "program_id")
    op.create_table(
        "advice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("practices", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        _to("advice", "program_id", "program", "CASCADE"),
        _to("advice", "asked_by_id", "person"),
        _to("advice", "closed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice")),
        sa.UniqueConstraint("save_id", name=op.f("uq_advice_save_id")),
    )
    _index("advice", "program_id", "state")
    op.create_table(
        "advice_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("advice_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("from_staff", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        _to("advice_message", "advice_id", "advice", "CASCADE"),
        _to("advice_message", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_message")),
        sa.UniqueConstraint("save_id", name=op.f("uq_advice_message_save_id")),
    )
    _index("advice_message", "advice_id")
    op.create_table(
        "change_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("happens_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        _to("change_notice", "program_id", "program", "CASCADE"),
        _to("change_notice", "reported_by_id", "person"),
        _to("change_notice", "read_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_notice")),
        sa.UniqueConstraint("save_id", name=op.f("uq_change_notice_save_id")),
    )
    _index("change_notice", "program_id", "read_at")


def downgrade() -> None:
    for name in ("change_notice", "advice_message", "advice", "gate_signature", "needs_version", "needs_assessment"):
        op.drop_table(name)
    op.drop_table("access_request")
    op.drop_table("registration")
    op.drop_table("facts_version")
    with op.batch_alter_table("program") as batch_op:
        for name in (*TEXTS, *NUMBERS):
            batch_op.drop_column(name)
