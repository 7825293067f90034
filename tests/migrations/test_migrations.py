"""Migrations up and down over tables with rows in them, on SQLite and on a real PostgreSQL.

Every table gets a row, every foreign key of it a parent: what a careless table copy deletes first are the children.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask

from portal.foundation import migrate
from portal.foundation.database import db
from portal.foundation.paths import data_dir
from tests.migrations.standing import HEAD, REVISIONS, Standing, revision_before
from tests.migrations.tables import content, counts, differences, fill, tables, value_for

REPLACED = {"partnership_plugin": "rules_list"}  # tables whose rows a later revision keeps in another one

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


def with_extra_revision(folder: Path, then: str = "pass") -> Config:
    """Return a configuration over the migrations and one more, which rebuilds the parent tables."""
    recreate = "always" if db.engine.dialect.name == "sqlite" else "never"
    script = EXTRA_REVISION.format(head=HEAD, recreate=recreate, then=then)
    extra = folder / "versions"
    extra.mkdir()
    (extra / "9999_extra.py").write_text(script, "utf-8")
    migrate.upgrade()  # nothing to do; from now on the app knows the tool
    migrations = data_dir("migrations")
    config = Config(migrations / "alembic.ini")
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join((str(migrations / "versions"), str(extra))))
    return config


def foreign_keys_hold() -> bool:
    """Tell whether the database refuses an answer to a cycle that does not exist."""
    answer = tables()["answer"]
    row = {column.name: value_for(column) for column in answer.columns} | {"id": 2, "cycle_id": 999}
    try:
        with db.engine.begin() as connection:
            connection.execute(answer.insert().values(row))
    except sa.exc.IntegrityError:
        return True
    return False


def test_tables_made_by_migrations_equal_the_models(app: Flask) -> None:
    assert differences() == []


def test_revisions_form_one_line() -> None:
    assert ScriptDirectory(str(data_dir("migrations"))).get_heads() == [HEAD]


@pytest.mark.walk
@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_each_later_revision_keeps_every_row_up_and_down(standing: Standing, revision: str) -> None:
    standing.at(revision_before(revision))
    fill()
    first = counts()
    migrate.upgrade(revision)
    after = counts()
    assert {name: after.get(name, after.get(REPLACED.get(name, ""))) for name in first} == first
    migrate.downgrade(revision_before(revision))
    assert counts() == first


def test_filled_tables_go_down_to_nothing_and_up_again(app: Flask) -> None:
    fill()
    migrate.downgrade("base")
    assert tables() == {}
    migrate.upgrade()
    assert differences() == []


@pytest.mark.walk
def test_a_change_of_parent_tables_keeps_every_child_row(app: Flask, tmp_path: Path) -> None:
    fill()
    first = content()
    assert {name: len(rows) for name, rows in first.items() if len(rows) != 1} == {}
    config = with_extra_revision(tmp_path)
    command.upgrade(config, "head")
    assert content()["person"][0]["extra"] == "some"
    assert content(without="extra") == first
    assert foreign_keys_hold()
    command.downgrade(config, HEAD)
    assert content() == first
    assert differences() == []


@pytest.mark.walk
@pytest.mark.parametrize(
    ("then", "said"),
    [("raise LookupError('halfway')", "halfway"), ("op.execute('DELETE FROM no_such_table')", "no_such_table")],
)
def test_a_migration_that_breaks_off_changes_nothing(app: Flask, tmp_path: Path, then: str, said: str) -> None:
    fill()
    first = content()
    with pytest.raises((LookupError, sa.exc.DBAPIError), match=said):
        command.upgrade(with_extra_revision(tmp_path, then), "head")
    assert content() == first
    assert differences() == []
    assert foreign_keys_hold()


# On SQLite alone: PostgreSQL keeps its foreign keys on during the run.
@pytest.mark.walk
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_migration_that_leaves_dangling_rows_is_undone(app: Flask, tmp_path: Path) -> None:
    fill()
    first = content()
    with pytest.raises(RuntimeError, match="nothing was changed"):
        command.upgrade(with_extra_revision(tmp_path, "op.execute('DELETE FROM cycle')"), "head")
    assert content() == first
