"""The app every test talks to: a real database made by the migrations, and a clock that stands at 1 October 2026."""

from __future__ import annotations

import contextvars
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from portal import create_app
from portal.foundation.database import db
from portal.foundation.migrate import upgrade

REFERENCE = datetime(2026, 10, 1, 18, 2, tzinfo=UTC)  # 14:02 on 1 October 2026 in New York


class StandingClock:
    """A clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.moment = REFERENCE

    def __call__(self) -> datetime:
        return self.moment

    def go(self, **span: float) -> None:
        self.moment += timedelta(**span)


class OwnContextClient(FlaskClient):
    """A client whose requests have a context of their own, as in a server, though the test holds one too."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if has_app_context():
            db.session.rollback()  # what the test read before is read again after the request
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one migrated database; each test gets a copy."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(settings(folder))
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
    return folder / "nqms.sqlite3"


def settings(folder: Path) -> dict[str, object]:
    return {
        "DATA_FOLDER": folder,
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'nqms.sqlite3'}",
        "SECRET_KEY": "a key for tests, long enough to be taken seriously",
        "DEMO": False,
        "INSECURE": True,
        "TESTING": False,
        "WTF_CSRF_ENABLED": False,
        "BASE_URL": "http://localhost",
        "SMTP_HOST": "",
    }


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Keep compiled templates, so that the app of each test need not compile them again."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(
    tmp_path: Path, migrated: Path, compiled: FileSystemBytecodeCache, clock: StandingClock
) -> Iterator[Callable[..., Flask]]:
    """Build an app over a fresh copy of the database; overrides win."""
    apps = []

    def build(**overrides: object) -> Flask:
        folder = tmp_path / f"data-{len(apps)}"
        folder.mkdir()
        shutil.copy(migrated, folder / "nqms.sqlite3")
        shutil.copytree(migrated.parent / "static", folder / "static")  # compressed once, not for every test
        app = create_app(settings(folder) | {"CLOCK": clock} | overrides)
        app.test_client_class = OwnContextClient
        app.jinja_env.bytecode_cache = compiled
        apps.append(app)
        return app

    yield build
    for app in apps:
        if app.config["RULES_FOLDER"]:  # a folder of this test alone, so its processes serve nobody else
            app.extensions["evaluator"].close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """Give the app, with its context pushed so that a test may use services and the session."""
    built = make_app()
    with built.app_context():
        yield built


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def count_queries(app: Flask) -> Callable[[Callable[[], object]], int]:
    """Count the statements one call sends to the database."""

    def count(call: Callable[[], object]) -> int:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            call()
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    return count
