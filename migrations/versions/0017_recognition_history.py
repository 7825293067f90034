"""Keep what became of each recognition as rows of their own, and an address that others may look it up by."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0017_recognition_history"
down_revision = "0016_papers"
branch_labels = None
depends_on = None

ADDED = ("standing", "override_reason", "ending_on", "ending_tier", "appeal_open")


def upgrade() -> None:
    with op.batch_alter_table("award") as batch_op:
        batch_op.add_column(sa.Column("standing", sa.String(40), nullable=False, server_default="held"))
        batch_op.add_column(sa.Column("override_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("ending_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ending_tier", sa.String(60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("appeal_open", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_award_standing"), ["standing"])
    event = op.create_table(
        "award_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(120), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tier_key", sa.String(60), nullable=False),
        sa.Column("tier_name", sa.String(100), nullable=False),
        sa.Column("standing", sa.String(40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("overridden", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_award_event_award_id_award"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_award_event_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_event")),
        sa.UniqueConstraint("key", name=op.f("uq_award_event_key")),
    )
    op.create_index(op.f("ix_award_event_award_id"), "award_event", ["award_id"])
    listing = op.create_table(
        "listing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(40), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_listing_program_id_program"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_listing_changed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("program_id", name=op.f("uq_listing_program_id")),
        sa.UniqueConstraint("address", name=op.f("uq_listing_address")),
    )
    _begin(event, listing)


def _begin(event: sa.Table, listing: sa.Table) -> None:
    """Write the first row of each recognition there is, and end those that a newer one followed."""
    known = sa.table(
        "award", *map(sa.column, ("id", "cycle_id", "tier_key", "tier_name", "confirmed_by_id", "decision", "standing")),
        sa.column("awarded_on", sa.Date()), sa.column("expires_on", sa.Date()),
        sa.column("confirmed_at", sa.DateTime(timezone=True)),
    )  # fmt: skip
    cycle = sa.table("cycle", *map(sa.column, ("id", "program_id", "number")))
    rows = op.get_bind().execute(
        sa.select(known, cycle.c.program_id).join(cycle, cycle.c.id == known.c.cycle_id)
        .order_by(cycle.c.program_id, cycle.c.number)
    ).mappings().all()  # fmt: skip
    newest = {row["program_id"]: row["id"] for row in rows}
    for row in rows:
        followed = newest[row["program_id"]] != row["id"]
        op.execute(sa.insert(event).values(
            award_id=row["id"], kind="awarded", on=row["awarded_on"], at=row["confirmed_at"], by_id=row["confirmed_by_id"],
            reason="", tier_key=row["tier_key"], tier_name=row["tier_name"], standing="held",
            expires_on=row["expires_on"], overridden=False, decision=row["decision"],
        ))  # fmt: skip
        if followed:
            op.execute(sa.update(known).where(known.c.id == row["id"]).values(standing="followed"))
    for program_id in newest:
        op.execute(sa.insert(listing).values(program_id=program_id, address=secrets.token_hex(8), listed=False))


def downgrade() -> None:
    op.drop_table("listing")
    op.drop_table("award_event")
    with op.batch_alter_table("award") as batch_op:
        batch_op.drop_index(batch_op.f("ix_award_standing"))
        for name in ADDED:
            batch_op.drop_column(name)
