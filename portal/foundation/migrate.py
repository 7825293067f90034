"""Brings the database to the newest table layout with the packaged migrations.

Who serves pages never needs the migration tool, and loading it takes a fifth of a start: it is loaded when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

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


def upgrade(revision: str = "head") -> None:
    """Apply migrations up to the revision."""
    from alembic import command

    command.upgrade(_config(), revision)


def downgrade(revision: str) -> None:
    """Take migrations back to the revision."""
    from alembic import command

    command.downgrade(_config(), revision)
