"""An app on each kind of database: a SQLite file, and a database on the PostgreSQL server given for tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from tests.apps import Apps
from tests.conftest import StandingClock, giving
from tests.migrations.standing import HEAD, Files, Served, Standing

VARIABLE = "NQMS_TEST_POSTGRESQL"


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory, migrated: Path, apps: Apps) -> Files:
    return Files(tmp_path_factory.mktemp("revisions"), migrated, apps)


@pytest.fixture(scope="session")
def postgresql(
    tmp_path_factory: pytest.TempPathFactory, migrated: Path, compiled: FileSystemBytecodeCache
) -> Iterator[Served]:
    """Give databases on the server; all of them are dropped afterwards."""
    given = os.environ.get(VARIABLE)
    if not given:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{VARIABLE} is not set: with CI=true the PostgreSQL half must not be skipped.")
        pytest.skip(f"{VARIABLE} names no PostgreSQL server")
    databases = Served(given, tmp_path_factory.mktemp("served"), migrated, compiled)
    yield databases
    databases.drop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=(pytest.mark.postgresql, pytest.mark.walk))])
def kind(request: pytest.FixtureRequest) -> str:
    """Name each kind of database; PostgreSQL is for `make walk`."""
    return str(request.param)


@pytest.fixture
def standing(kind: str, request: pytest.FixtureRequest, tmp_path: Path, clock: StandingClock) -> Iterator[Standing]:
    """Give an app, its context pushed, and `standing.at(revision)`, which gives it a database without rows."""
    databases: Files | Served = request.getfixturevalue(kind)
    with contextmanager(giving)(databases.apps, tmp_path, clock) as make_app:
        app = make_app()
        with app.app_context():
            yield Standing(app, databases)
        app.extensions.pop("migrate", None)  # else the app would be another one than it was, and not be kept


@pytest.fixture
def app(standing: Standing) -> Flask:
    """Give the app over a migrated database of this kind, its context pushed."""
    standing.at(HEAD)
    return standing.app
