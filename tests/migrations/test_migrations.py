"""Migrations up and down over tables with rows in them, on SQLite and on a real PostgreSQL.

Every table gets a row, every foreign key of it a parent: what a careless table copy deletes first are the children.
"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from portal.foundation import migrate
from portal.foundation.database import Base, db
from portal.foundation.paths import data_dir

REVISIONS = [script.revision for script in ScriptDirectory(str(data_dir("migrations"))).walk_revisions()][::-1]
REPLACED = {"partnership_plugin": "rules_list"}  # tables whose rows a later revision keeps in another one
ONE_PLACE_ONLY = {("membership", "partnership_id")}  # a membership is at a program or at a partnership, never both

EXTRA_REVISION = '''
"""Copy every table that has children, and back."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999_extra", "{head}", None, None
PARENTS = ("person", "partnership", "program", "cycle", "plan", "review")


def upgrade() -> None:
    for name in PARENTS:
        with op.batch_alter_table(name, recreate="{recreate}") as table:
            table.add_column(sa.Column("extra", sa.String(20), nullable=False, server_default="some"))
    {then}


def downgrade() -> None:
    for name in PARENTS:
        with op.batch_alter_table(name, recreate="{recreate}") as table:
            table.drop_column("extra")
'''


def value_for(column: sa.Column[Any]) -> Any:
    """Return something that fits the column."""
    if column.foreign_keys or (column.primary_key and isinstance(column.type, sa.Integer)):
        return 1
    examples: tuple[tuple[type[Any], Any], ...] = (
        (sa.Boolean, True),
        (sa.Integer, 1),
        (sa.Float, 1.0),
        (sa.DateTime, datetime(2026, 10, 1, 14, tzinfo=UTC)),
        (sa.Date, date(2026, 10, 1)),
        (sa.JSON, {"kept": "ünd so"}),
        (sa.LargeBinary, b"%PDF"),
        (sa.String, "kept"),
    )
    return next(value for kind, value in examples if isinstance(column.type, kind))


def tables() -> sa.MetaData:
    """Return the tables as the database has them now, whatever the models say."""
    found = sa.MetaData()
    found.reflect(db.engine)
    found.remove(found.tables["alembic_version"])
    return found


def fill() -> None:
    """Put one row into every table, with a parent for every foreign key."""
    with db.engine.begin() as connection:
        for table in tables().sorted_tables:
            row = {
                column.name: None if (table.name, column.name) in ONE_PLACE_ONLY else value_for(column)
                for column in table.columns
            }
            connection.execute(table.insert().values(row))


def content(without: str = "") -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, less one column."""
    with db.engine.begin() as connection:
        return {
            table.name: [
                {name: value for name, value in row.items() if name != without}
                for row in connection.execute(table.select()).mappings()
            ]
            for table in tables().sorted_tables
        }


def differences() -> list[Any]:
    """Return what a new migration would have to do to make the tables equal the models."""
    with db.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def with_extra_revision(folder: Path, then: str = "pass") -> Config:
    """Return a configuration over a copy of the migrations with one more, which rebuilds the parent tables."""
    copy = folder / "migrations"
    shutil.copytree(data_dir("migrations"), copy, ignore=shutil.ignore_patterns("__pycache__"))
    recreate = "always" if db.engine.dialect.name == "sqlite" else "never"
    script = EXTRA_REVISION.format(head=REVISIONS[-1], recreate=recreate, then=then)
    (copy / "versions" / "9999_extra.py").write_text(script, "utf-8")
    config = Config(copy / "alembic.ini")
    config.set_main_option("script_location", str(copy))
    return config


def foreign_keys_hold() -> bool:
    """Tell whether the database refuses an answer to a cycle that does not exist."""
    answer = tables().tables["answer"]
    row = {column.name: value_for(column) for column in answer.columns} | {"id": 2, "cycle_id": 999}
    try:
        with db.engine.begin() as connection:
            connection.execute(answer.insert().values(row))
    except sa.exc.IntegrityError:
        return True
    return False


def test_tables_made_by_migrations_equal_the_models(empty_app: Flask) -> None:
    migrate.upgrade()
    assert differences() == []


def test_revisions_form_one_line() -> None:
    assert ScriptDirectory(str(data_dir("migrations"))).get_heads() == [REVISIONS[-1]]


@pytest.mark.walk
@pytest.mark.parametrize("at", range(1, len(REVISIONS)))
def test_each_later_revision_keeps_every_row_up_and_down(empty_app: Flask, at: int) -> None:
    migrate.upgrade(REVISIONS[at - 1])
    fill()
    before = {name: len(rows) for name, rows in content().items()}
    migrate.upgrade(REVISIONS[at])
    after = {name: len(rows) for name, rows in content().items()}
    assert {name: after.get(name, after.get(REPLACED.get(name, ""))) for name in before} == before
    migrate.downgrade(REVISIONS[at - 1])
    assert {name: len(rows) for name, rows in content().items()} == before


def test_filled_tables_go_down_to_nothing_and_up_again(empty_app: Flask) -> None:
    migrate.upgrade()
    fill()
    migrate.downgrade("base")
    assert list(tables().tables) == []
    migrate.upgrade()
    assert differences() == []


def test_a_change_of_parent_tables_keeps_every_child_row(empty_app: Flask, tmp_path: Path) -> None:
    migrate.upgrade()
    fill()
    before = content()
    assert {name: len(rows) for name, rows in before.items() if len(rows) != 1} == {}
    config = with_extra_revision(tmp_path)
    command.upgrade(config, "head")
    assert content()["person"][0]["extra"] == "some"
    assert content(without="extra") == before
    assert foreign_keys_hold()
    command.downgrade(config, REVISIONS[-1])
    assert content() == before
    assert differences() == []


@pytest.mark.parametrize("then", ["raise LookupError", "op.execute('DELETE FROM no_such_table')"])
def test_a_migration_that_breaks_off_changes_nothing(empty_app: Flask, tmp_path: Path, then: str) -> None:
    migrate.upgrade()
    fill()
    before = content()
    with pytest.raises((LookupError, sa.exc.DBAPIError)):
        command.upgrade(with_extra_revision(tmp_path, then), "head")
    assert content() == before
    assert differences() == []
    assert foreign_keys_hold()


# On SQLite alone: PostgreSQL keeps its foreign keys on during the run.
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_dangling_rows_is_undone(empty_app: Flask, tmp_path: Path) -> None:
    migrate.upgrade()
    fill()
    before = content()
    with pytest.raises(RuntimeError, match="nothing was changed"):
        command.upgrade(with_extra_revision(tmp_path, "op.execute('DELETE FROM cycle')"), "head")
    assert content() == before
