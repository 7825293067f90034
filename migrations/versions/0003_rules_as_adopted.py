"""Keep rules as they were adopted, the wording of practices, every judgement, and gates before access by name.

A partnership's list of plugins becomes the first entry of its history; it is described when it is first needed.
Scorecards move out of the submissions, because the rules may judge again.
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003_rules_as_adopted"
down_revision = "0002_password_resets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_copy",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_catalogue_copy")),
    )
    op.create_table(
        "rules_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("adopted_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["adopted_by_id"], ["person.id"], name=op.f("fk_rules_list_adopted_by_id_person")),
        sa.ForeignKeyConstraint(
            ["partnership_id"],
            ["partnership.id"],
            name=op.f("fk_rules_list_partnership_id_partnership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_list")),
        sa.UniqueConstraint("partnership_id", "number", name=op.f("uq_rules_list_partnership_id_number")),
    )
    with op.batch_alter_table("rules_list") as batch_op:
        batch_op.create_index(batch_op.f("ix_rules_list_partnership_id"), ["partnership_id"])
    op.create_table(
        "judgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("rulebook", sa.JSON(), nullable=False),
        sa.Column("scorecard", sa.Text(), nullable=False),
        sa.Column("undetermined", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_judgement_cycle_id_cycle"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    with op.batch_alter_table("judgement") as batch_op:
        batch_op.create_index(batch_op.f("ix_judgement_cycle_id"), ["cycle_id"])
        batch_op.create_index(batch_op.f("ix_judgement_undetermined"), ["undetermined"])
    with op.batch_alter_table("cycle") as batch_op:
        batch_op.add_column(sa.Column("eligibility", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("override_reason", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("staff_agreed", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("program") as batch_op:
        batch_op.add_column(sa.Column("full_cycle_done", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("gates_passed", sa.JSON(), nullable=False, server_default="{}"))
    _move_up()
    op.drop_table("partnership_plugin")
    with op.batch_alter_table("program") as batch_op:
        batch_op.drop_column("mou_signed_on")
    with op.batch_alter_table("submission") as batch_op:
        batch_op.drop_column("scorecard")


def downgrade() -> None:
    op.create_table(
        "partnership_plugin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"],
            ["partnership.id"],
            name=op.f("fk_partnership_plugin_partnership_id_partnership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_plugin")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_partnership_plugin_partnership_id_name")),
    )
    with op.batch_alter_table("partnership_plugin") as batch_op:
        batch_op.create_index(batch_op.f("ix_partnership_plugin_partnership_id"), ["partnership_id"])
    with op.batch_alter_table("program") as batch_op:
        batch_op.add_column(sa.Column("mou_signed_on", sa.Date(), nullable=True))
    with op.batch_alter_table("submission") as batch_op:
        batch_op.add_column(sa.Column("scorecard", sa.Text(), nullable=False, server_default=""))
    _move_down()
    with op.batch_alter_table("program") as batch_op:
        batch_op.drop_column("gates_passed")
        batch_op.drop_column("full_cycle_done")
    with op.batch_alter_table("cycle") as batch_op:
        batch_op.drop_column("staff_agreed")
        batch_op.drop_column("override_reason")
        batch_op.drop_column("eligibility")
    op.drop_table("judgement")
    op.drop_table("rules_list")
    op.drop_table("catalogue_copy")


def _tables() -> sa.MetaData:
    found = sa.MetaData()
    names = ("partnership_plugin", "partnership", "program", "submission", "cycle", "rules_list", "judgement")
    found.reflect(op.get_bind(), only=names)
    return found


def _parsed(value: object) -> object:
    """Return a JSON column's value, which a reflected table may give as text."""
    return json.loads(value) if isinstance(value, str) else value


def _move_up() -> None:
    bind, tables = op.get_bind(), _tables().tables
    plugin, rules, program = tables["partnership_plugin"], tables["rules_list"], tables["program"]
    lists: dict[int, list[dict[str, object]]] = {
        row.id: [] for row in bind.execute(sa.select(tables["partnership"].c.id))
    }
    for row in bind.execute(sa.select(plugin).order_by(plugin.c.position, plugin.c.id)):
        lists[row.partnership_id].append({"name": row.name, "settings": _parsed(row.settings)})
    for partnership_id, choices in lists.items():
        bind.execute(rules.insert().values(
            partnership_id=partnership_id, number=1, adopted_at=_now(bind), note="", choices=_json(rules, "choices", choices),
            record=_json(rules, "record", {}),
        ))  # fmt: skip
    for row in bind.execute(sa.select(program.c.id, program.c.mou_signed_on)).all():
        if row.mou_signed_on is not None:
            passed = _json(program, "gates_passed", {"mou": row.mou_signed_on.isoformat()})
            bind.execute(program.update().where(program.c.id == row.id).values(gates_passed=passed))
    submission, cycle, judgement = tables["submission"], tables["cycle"], tables["judgement"]
    both = sa.select(submission, cycle.c.rulebook).join_from(submission, cycle, submission.c.cycle_id == cycle.c.id)
    for row in bind.execute(both).all():
        card = _with_counts(row.scorecard)
        bind.execute(judgement.insert().values(
            cycle_id=row.cycle_id, made_at=row.submitted_at, cause="submitted", scorecard=card,
            rulebook=_json(judgement, "rulebook", _parsed(row.rulebook)),
            undetermined=bool(card.startswith("{") and json.loads(card).get("undetermined")),
        ))  # fmt: skip


def _move_down() -> None:
    bind, tables = op.get_bind(), _tables().tables
    plugin, rules, program = tables["partnership_plugin"], tables["rules_list"], tables["program"]
    newest = {row.partnership_id: row for row in bind.execute(sa.select(rules).order_by(rules.c.number))}
    for partnership_id, row in newest.items():
        chosen = _parsed(row.choices)
        for at, one in enumerate(chosen if isinstance(chosen, list) else []):
            bind.execute(plugin.insert().values(
                partnership_id=partnership_id, position=at, name=one["name"],
                settings=_json(plugin, "settings", one["settings"]),
            ))  # fmt: skip
    for row in bind.execute(sa.select(program.c.id, program.c.gates_passed)).all():
        passed = _parsed(row.gates_passed)
        if isinstance(passed, dict) and passed.get("mou"):
            day = datetime.fromisoformat(passed["mou"]).date()
            bind.execute(program.update().where(program.c.id == row.id).values(mou_signed_on=day))
    judgement, submission = tables["judgement"], tables["submission"]
    for row in bind.execute(sa.select(judgement).order_by(judgement.c.id)).all():
        card = _without_counts(row.scorecard)
        bind.execute(submission.update().where(submission.c.cycle_id == row.cycle_id).values(scorecard=card))


def _now(bind: sa.Connection) -> datetime:
    moment = datetime.now(UTC)
    return moment.replace(tzinfo=None) if bind.dialect.name == "sqlite" else moment


def _json(table: sa.Table, column: str, value: object) -> object:
    """Return a value for a JSON column; SQLite reflects it as one that takes Python values, as PostgreSQL does."""
    return value if isinstance(table.c[column].type, sa.JSON) else json.dumps(value)


def _with_counts(card: str) -> str:
    """Say of each practice what it counts as, where an older scorecard said only whether it applies."""
    if not card.startswith("{"):
        return card
    plain = json.loads(card)
    for one in plain["practices"]:
        if "applies" in one:
            refused = one.pop("applies") and one["status"] == "not_applicable"
            one["counts_as"] = "not_in_practice" if refused else one["status"]
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _without_counts(card: str) -> str:
    if not card.startswith("{"):
        return card
    plain = json.loads(card)
    plain.pop("adjustments", None)
    for one in plain["practices"]:
        one["applies"] = one.pop("counts_as", one["status"]) != "not_applicable"
        one["trace"].pop("facts", None)
    for name in ("sections", "areas"):
        for one in plain[name]:
            one["trace"].pop("facts", None)
    for name in ("core", "enhancements", "benchmarks", "total"):
        plain[name]["trace"].pop("facts", None)
    for name in ("findings", "safety_gaps"):
        for one in plain[name]:
            one["trace"].pop("facts", None)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
