"""Brings the database to the newest table layout with the packaged migrations."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from flask import Flask, current_app
from flask_migrate import Migrate

from .database import Base, db
from .paths import data_dir

_migrate = Migrate()


def init_migrate(app: Flask) -> None:
    """Point the migration tool at the packaged folder."""
    _migrate.init_app(app, db, directory=str(data_dir("migrations")), metadata=Base.metadata)


def _config() -> Config:
    config: Config = current_app.extensions["migrate"].migrate.get_config(str(data_dir("migrations")))
    return config


def upgrade(revision: str = "head") -> None:
    """Apply migrations up to the revision."""
    command.upgrade(_config(), revision)


def downgrade(revision: str) -> None:
    """Take migrations back to the revision."""
    command.downgrade(_config(), revision)
