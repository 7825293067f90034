"""Bringing the database up to date, also when nothing is to be done."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from flask import Flask

from portal.foundation import migrate
from portal.foundation.paths import data_dir

START = """
import sys
from portal import create_app
from portal.foundation.migrate import upgrade

with create_app().app_context():
    upgrade()
print("alembic" in sys.modules)
"""


def test_newest_revision_is_called_like_the_last_file(app: Flask) -> None:
    last = sorted((data_dir("migrations") / "versions").glob("0*.py"))[-1]
    assert f'revision = "{migrate.newest()}"' in last.read_text("utf-8")


def test_migration_tool_is_not_loaded_for_a_database_that_is_up_to_date(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / migrated.name)
    environment = {"NQMS_DEMO": "yes", "NQMS_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
