"""Databases that stand at a revision: each is migrated there once for a worker and copied for every test.

On SQLite a copy is a file. PostgreSQL copies inside the server; whatever was made there is dropped in the end.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from jinja2 import BytecodeCache

from portal.foundation import migrate
from portal.foundation.paths import data_dir
from tests.apps import DATABASE, Apps, Kept, copy_database, let_go, remove_database, settings

REVISIONS = [script.revision for script in ScriptDirectory(str(data_dir("migrations"))).walk_revisions()][::-1]
HEAD = REVISIONS[-1]


def revision_before(revision: str) -> str:
    """Return the revision that comes before this one."""
    return REVISIONS[REVISIONS.index(revision) - 1]


class Files:
    """Keep SQLite databases."""

    def __init__(self, home: Path, migrated: Path, apps: Apps) -> None:
        self.home, self.apps, self.kept = home, apps, {HEAD: migrated}

    def put(self, app: Flask, revision: str | None) -> None:
        """Replace the app's database by a copy of what is kept, or by nothing."""
        folder = Path(app.config["DATA_FOLDER"])
        remove_database(folder)
        if revision:
            shutil.copy(self.kept[revision], folder / DATABASE)

    def keep(self, app: Flask, revision: str) -> None:
        """Keep a copy of the app's database."""
        kept = self.home / f"{revision}.sqlite3"
        copy_database(Path(app.config["DATA_FOLDER"]) / DATABASE, kept)
        self.kept[revision] = kept


class ServedApps(Apps):
    """Give out apps whose database is always the same one of a server."""

    def _kept(self) -> Kept:
        self.built += 1
        folder = self.home / f"kept-{self.built}"
        shutil.copytree(self.filled.parent / "static", folder / "static")
        return self._build(settings(folder) | self.always | {"CLOCK": lambda: None})


class Served:
    """Keep PostgreSQL databases."""

    def __init__(self, server: str, home: Path, migrated: Path, compiled: BytecodeCache) -> None:
        self.name = f"nqms_test_{secrets.token_hex(6)}"
        address = sa.make_url(server).set(database=self.name).render_as_string(hide_password=False)
        self.apps = ServedApps(home, migrated, compiled, SQLALCHEMY_DATABASE_URI=address)
        self.server = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        self.kept: dict[str, str] = {}

    def put(self, _app: Flask, revision: str | None) -> None:
        """Replace the apps' database by a copy of what is kept, or by nothing."""
        self._do(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        self._do(f"CREATE DATABASE {self.name}" + (f" TEMPLATE {self.kept[revision]}" if revision else ""))

    def keep(self, _app: Flask, revision: str) -> None:
        """Keep a copy of the apps' database."""
        self._do(f"CREATE DATABASE {self.name}_{revision} TEMPLATE {self.name}")
        self.kept[revision] = f"{self.name}_{revision}"

    def drop(self) -> None:
        """Drop all there is."""
        for name in (self.name, *self.kept.values()):
            self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.server.dispose()

    def _do(self, statement: str) -> None:
        with self.server.connect() as connection:
            connection.execute(sa.text(statement))


class Standing:
    """Hold an app whose database is put to revisions."""

    def __init__(self, app: Flask, databases: Files | Served) -> None:
        self.app, self.databases = app, databases

    def at(self, revision: str) -> None:
        """Give the app a database that was migrated up to this revision and has no rows."""
        let_go()
        if revision in self.databases.kept:
            self.databases.put(self.app, revision)
            return
        lower = [one for one in REVISIONS[: REVISIONS.index(revision)] if one in self.databases.kept]
        self.databases.put(self.app, lower[-1] if lower else None)
        migrate.upgrade(revision)
        let_go()
        self.databases.keep(self.app, revision)
