"""Keeps the data of a cast as it was built, so that the next test with that cast begins there.

A submitted assessment takes a quarter of a second to build and is the same rows each time; its file is copied in no time.
What a test gets is its own: a copy of the database and of every file, the rows read anew, browsers with cookies of their own.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.foundation.database import Base, db
from tests.apps import DATABASE, LATE, copy_database, let_go, remove_database

if TYPE_CHECKING:
    from tests.conftest import StandingClock

T = TypeVar("T")
PLAIN = (str, bytes, int, float, bool, type(None))


@dataclass
class Stage:
    """What one cast left: its files, the time, and the cast itself with marks in place of rows and browsers."""

    folder: Path
    clock_at: Any
    cast: Any


@dataclass(frozen=True)
class Row:
    """Stands for a row."""

    kind: type[Base]
    key: tuple[Any, ...]


@dataclass(frozen=True)
class Signed:
    """Stands for a browser with the cookies it had."""

    cookies: tuple[tuple[str, str], ...]


@dataclass
class Stages:
    """Build each cast once for a worker, and give every test a copy."""

    home: Path
    kept: dict[object, Stage] = field(default_factory=dict)

    def cast(self, app: Flask, clock: StandingClock, build: Callable[..., T], *details: object) -> T:
        """Return `build(app, *details)`, from the copy kept of it if there is one; the database must be fresh."""
        key = (build, details, clock.moment, _said(app))
        if key not in self.kept:
            built = build(app, *details)
            self.kept[key] = self._keep(app, clock, built)
            return built
        stage = self.kept[key]
        let_go()
        remove_database(Path(app.config["DATA_FOLDER"]))
        shutil.copytree(stage.folder, app.config["DATA_FOLDER"], dirs_exist_ok=True)
        clock.moment = stage.clock_at
        return _unmarked(stage.cast, app)

    def _keep(self, app: Flask, clock: StandingClock, built: object) -> Stage:
        db.session.rollback()  # whatever is not in the database is not kept either
        data, folder = Path(app.config["DATA_FOLDER"]), self.home / f"stage-{len(self.kept)}"
        shutil.copytree(data, folder, ignore=shutil.ignore_patterns(f"{DATABASE}*", "static"))
        copy_database(data / DATABASE, folder / DATABASE)
        return Stage(folder, clock.moment, _marked(built, app))


def _said(app: Flask) -> object:
    """Return what an app was told apart from the portal's defaults, with the text of every plugin in its folder."""
    rules = app.config["RULES_FOLDER"]
    plugins = sorted((path.name, path.read_bytes()) for path in Path(rules).iterdir()) if rules else None
    told = sorted((name, str(app.config[name])) for name in LATE - {"RULES_FOLDER"})
    return str(plugins), str(told), app.config["DEMO"]


def _marked(value: Any, app: Flask) -> Any:
    """Return a value with marks in place of what belongs to one database."""
    if isinstance(value, PLAIN) or value is app or callable(value):
        return value
    if isinstance(value, Base):
        kind, key, _ = sa.inspect(value).identity_key
        return Row(kind, tuple(key))
    if isinstance(value, FlaskClient):
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = value.get_cookie(name)
        return Signed(((name, cookie.value),) if cookie else ())
    return _each(value, lambda one: _marked(one, app))


def _unmarked(value: Any, app: Flask) -> Any:
    """Return a value with rows and browsers of this app in place of the marks."""
    if isinstance(value, Flask):
        return app
    if isinstance(value, Row):
        return db.session.get_one(value.kind, value.key)
    if isinstance(value, Signed):
        client = app.test_client()
        for name, content in value.cookies:
            client.set_cookie(name, content)
        return client
    if isinstance(value, PLAIN) or callable(value):
        return value
    return _each(value, lambda one: _unmarked(one, app))


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a copy of a list, a table or an object, each part changed."""
    if isinstance(value, dict):
        return {key: change(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return type(value)(change(one) for one in value)
    if type(value).__module__.startswith("tests."):
        made = copy.copy(value)
        for name, one in vars(value).items():
            object.__setattr__(made, name, change(one))
        return made
    return copy.deepcopy(value)  # dates and the like
