"""Make the tables for working together: given sections, signs of life, completed sections, flags, discussions."""

import sqlalchemy as sa
from alembic import op

revision = "0006_many_hands"
down_revision = "0005_cycles_moved_to_other_rules"
branch_labels = None
depends_on = None


def _cycle(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["cycle_id"], ["cycle.id"], name=op.f(f"fk_{table}_cycle_id_cycle"), ondelete="CASCADE"
    )


def _person(table: str, column: str = "person_id", ondelete: str | None = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person"), ondelete=ondelete)


def _index(table: str, *columns: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        for column in columns:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column])


def upgrade() -> None:
    op.create_table(
        "section_given",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("section_key", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        _cycle("section_given"),
        _person("section_given"),
        _person("section_given", "given_by_id", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_given")),
        sa.UniqueConstraint(
            "cycle_id", "section_key", "person_id", name=op.f("uq_section_given_cycle_id_section_key_person_id")
        ),
    )
    _index("section_given", "cycle_id", "person_id")
    op.create_table(
        "section_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("section_key", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        _cycle("section_seen"),
        _person("section_seen"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_seen")),
        sa.UniqueConstraint(
            "cycle_id", "section_key", "person_id", name=op.f("uq_section_seen_cycle_id_section_key_person_id")
        ),
    )
    _index("section_seen", "cycle_id", "person_id")
    op.create_table(
        "section_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("section_key", sa.String(length=40), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        _cycle("section_word"),
        _person("section_word", "said_by_id", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_word")),
        sa.UniqueConstraint("cycle_id", "section_key", name=op.f("uq_section_word_cycle_id_section_key")),
    )
    _index("section_word", "cycle_id")
    op.create_table(
        "flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("practice_code", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        _cycle("flag"),
        _person("flag"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint(
            "cycle_id", "practice_code", "person_id", name=op.f("uq_flag_cycle_id_practice_code_person_id")
        ),
    )
    _index("flag", "cycle_id", "person_id")
    op.create_table(
        "discussion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("practice_code", sa.String(length=20), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        _cycle("discussion"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion")),
        sa.UniqueConstraint("cycle_id", "practice_code", name=op.f("uq_discussion_cycle_id_practice_code")),
    )
    _index("discussion", "cycle_id")
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("discussion_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("save_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["discussion_id"], ["discussion.id"], name=op.f("fk_comment_discussion_id_discussion"), ondelete="CASCADE"
        ),
        _person("comment", "written_by_id", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("discussion_id", "save_id", name=op.f("uq_comment_discussion_id_save_id")),
    )
    _index("comment", "discussion_id")


def downgrade() -> None:
    for table in ("comment", "discussion", "flag", "section_word", "section_seen", "section_given"):
        op.drop_table(table)
