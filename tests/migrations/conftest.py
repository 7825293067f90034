"""An empty database of each kind: a SQLite file, and a fresh database on the PostgreSQL server given for tests."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.foundation.database import db

VARIABLE = "NQMS_TEST_POSTGRESQL"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database; PostgreSQL's is dropped afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    given = os.environ.get(VARIABLE)
    if not given:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{VARIABLE} is not set: with CI=true the PostgreSQL half must not be skipped.")
        pytest.skip(f"{VARIABLE} names no PostgreSQL server")
    server = sa.create_engine(given, isolation_level="AUTOCOMMIT")
    name = f"nqms_test_{secrets.token_hex(6)}"
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield sa.make_url(given).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@pytest.fixture
def empty_app(address: str, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """Build the app over the empty database, its context pushed."""
    app = make_app(SQLALCHEMY_DATABASE_URI=address)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
