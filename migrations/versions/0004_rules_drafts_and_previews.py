"""Keep drafts of lists of plugins, their previews, reports on plugins, and which plugin set what in an adopted list."""

import sqlalchemy as sa
from alembic import op

revision = "0004_rules_drafts_and_previews"
down_revision = "0003_rules_as_adopted"
branch_labels = None
depends_on = None


def _partnership(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_partnership_id_partnership"
    return sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f(name), ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "rules_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        _partnership("rules_draft"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rules_draft_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_draft")),
        sa.UniqueConstraint("partnership_id", "person_id", name=op.f("uq_rules_draft_partnership_id_person_id")),
    )
    op.create_table(
        "rules_preview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=1000), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adopted_as", sa.Integer(), nullable=True),
        _partnership("rules_preview"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_rules_preview_asked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_preview")),
    )
    with op.batch_alter_table("rules_preview") as batch_op:
        batch_op.create_index(batch_op.f("ix_rules_preview_partnership_id"), ["partnership_id"])
    op.create_table(
        "plugin_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_report")),
        sa.UniqueConstraint("name", "version", "fingerprint", name=op.f("uq_plugin_report_name_version_fingerprint")),
    )
    with op.batch_alter_table("rules_list") as batch_op:
        batch_op.add_column(sa.Column("set_by", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("rules_list") as batch_op:
        batch_op.drop_column("set_by")
    op.drop_table("plugin_report")
    op.drop_table("rules_preview")
    op.drop_table("rules_draft")
