"""Brings the database to the newest table layout with the packaged migrations.

Who serves pages never needs the migration tool, and loading it takes a fifth of a start: it is loaded when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import inspect, text

from .database import Base, db
from .paths import data_dir

if TYPE_CHECKING:
    from alembic.config import Config


def _config() -> Config:
    """Point the migration tool at the packaged folder."""
    from flask_migrate import Migrate

    folder, known = str(data_dir("migrations")), current_app.extensions.get("migrate")
    if known is None:
        Migrate(current_app, db, directory=folder, metadata=Base.metadata)
        known = current_app.extensions["migrate"]
    config: Config = known.migrate.get_config(folder)
    return config


def newest() -> str:
    """Return the newest revision; each is called like its file, and they are numbered."""
    return max(path.stem for path in (data_dir("migrations") / "versions").glob("[0-9]*.py"))


def _is_newest() -> bool:
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return list(connection.scalars(text("SELECT version_num FROM alembic_version"))) == [newest()]


def upgrade(revision: str = "head") -> None:
    """Apply migrations up to the revision; does not load the migration tool when there are none to apply."""
    if revision == "head" and _is_newest():
        return
    from alembic import command

    command.upgrade(_config(), revision)


def downgrade(revision: str) -> None:
    """Take migrations back to the revision."""
    from alembic import command

    command.downgrade(_config(), revision)
