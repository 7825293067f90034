"""Apps kept for the next test: building one takes a fifth of a second, and it knows nothing but its settings.

A kept app gets, for every test anew, its settings, a folder with a fresh database of its own, the clock, and an evaluator.
Its engine stays and connects to whatever database the settings name now, so that every statement is compiled once a worker.
"""

from __future__ import annotations

import contextvars
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from sqlalchemy import event

from portal import create_app
from portal.foundation.clock import init_clock
from portal.foundation.database import db
from portal.foundation.judging import init_judging
from portal.foundation.pace import EXTENSION as PACE
from portal.foundation.storage import EXTENSION as STORAGE
from portal.foundation.storage import init_storage

# Settings that the portal reads when it needs them. With any other one a test gets an app that is built for it alone.
LATE = frozenset({
    "BASE_URL", "EVIDENCE_FILE_BYTES", "EVIDENCE_QUOTA_BYTES", "MAIL_FROM", "RULES_FOLDER", "RULES_MEGABYTES", "RULES_SECONDS", "SECRET_KEY", "SMTP_HOST", "SMTP_PASSWORD",
    "SMTP_PORT", "SMTP_STARTTLS", "SMTP_USER", "WTF_CSRF_ENABLED",
})  # fmt: skip
DATABASE = "nqms.sqlite3"


def settings(folder: Path) -> dict[str, object]:
    return {
        "DATA_FOLDER": folder,
        "EVIDENCE_FOLDER": folder / "evidence",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / DATABASE}",
        "SECRET_KEY": "a key for tests, long enough to be taken seriously",
        "DEMO": False,
        "INSECURE": True,
        "TESTING": False,
        "WTF_CSRF_ENABLED": False,
        "BASE_URL": "http://localhost",
        "SMTP_HOST": "",
    }


def let_go() -> None:
    """Close every connection of the app, so that its database's file is whole and may be replaced."""
    db.session.remove()
    db.engine.dispose()


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is now, though somebody has it open."""
    with closing(sqlite3.connect(source)) as now, closing(sqlite3.connect(target)) as later:
        now.backup(later)


def remove_database(folder: Path) -> None:
    """Remove the database in a data folder, and its journal."""
    for left in folder.glob(f"{DATABASE}*"):
        left.unlink()


class OwnContextClient(FlaskClient):
    """A client whose requests have a context of their own, as in a server, though the test holds one too."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if has_app_context():
            db.session.rollback()  # what the test read before is read again after the request
        return contextvars.Context().run(super().open, *args, **kwargs)


@dataclass
class Kept:
    """Hold an app, its settings when it was built, and what it was made of then."""

    app: Flask
    born: dict[str, Any]
    made_of: dict[str, object]


def parts(app: Flask) -> dict[str, object]:
    """Return what an app is made of, apart from its settings; a test that changes any of it keeps the app to itself."""
    hooks = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs", "template_context_processors")
    return {
        "routes": sorted((rule.endpoint, rule.rule) for rule in app.url_map.iter_rules()),
        "views": dict(app.view_functions),
        "hooks": [[(at, one) for at, run in getattr(app, hook).items() for one in run] for hook in hooks],
        "errors": {
            (at, code, kind): by
            for at, of in app.error_handler_spec.items()
            for code, kinds in of.items()
            for kind, by in kinds.items()
        },
        "filters": dict(app.jinja_env.filters),
        "globals": dict(app.jinja_env.globals),
        "extensions": {at: one for at, one in app.extensions.items() if at not in ("evaluator", "nqms-clock", STORAGE)},
        "called": (app.wsgi_app, app.session_interface, app.test_client_class, app.jinja_env.bytecode_cache),
    }


class Apps:
    """Give out apps over a fresh copy of a filled database, and take them back."""

    def __init__(self, home: Path, filled: Path, compiled: BytecodeCache, **always: object) -> None:
        self.home, self.filled, self.compiled, self.always = home, filled, compiled, always
        self.free: list[Kept] = []
        self.built = 0

    def take(self, folder: Path, clock: object, overrides: Mapping[str, object]) -> Kept:
        """Return an app whose data are in `folder` and nowhere else."""
        folder.mkdir()
        shutil.copy(self.filled, folder / DATABASE)
        if (self.filled.parent / "evidence").is_dir():
            shutil.copytree(self.filled.parent / "evidence", folder / "evidence")
        if not LATE.issuperset(overrides):
            shutil.copytree(self.filled.parent / "static", folder / "static")  # compressed once, not for every app
            return self._build(settings(folder) | self.always | {"CLOCK": clock} | overrides)
        kept = self.free.pop() if self.free else self._kept()
        config = kept.app.config
        config.clear()
        config.update(kept.born | settings(folder) | self.always | {"CLOCK": clock} | overrides)
        init_clock(kept.app, config["CLOCK"])
        init_judging(kept.app)
        init_storage(kept.app)
        return kept

    def _build(self, config: Mapping[str, Any]) -> Kept:
        app = create_app(config)
        app.test_client_class = OwnContextClient
        app.jinja_env.bytecode_cache = self.compiled
        return Kept(app, dict(app.config), parts(app))

    def _kept(self) -> Kept:
        """Build an app to keep, in a folder where nobody will look for data."""
        self.built += 1
        folder = self.home / f"kept-{self.built}"
        folder.mkdir()
        shutil.copytree(self.filled.parent / "static", folder / "static")
        kept = self._build(settings(folder) | self.always | {"CLOCK": lambda: None})
        with kept.app.app_context():
            engine = db.engine

        @event.listens_for(engine, "do_connect")
        def _where_the_settings_say(_dialect: object, _record: object, args: list[str], _names: object) -> None:
            args[0] = kept.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")

        @event.listens_for(engine, "connect")
        def _without_waiting_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")  # a test's database need not outlive a power cut

        return kept

    def give_back(self, kept: Kept) -> None:
        """Close what the test opened; keep the app for the next test when it is still what it was."""
        app = kept.app
        if app.config["RULES_FOLDER"]:  # a folder of this test alone, so its processes serve nobody else
            app.extensions["evaluator"].close()
        app.extensions.pop(PACE, None)  # how often public pages were asked for
        with app.app_context():
            let_go()
        home = Path(kept.born["DATA_FOLDER"])
        if home.parent != self.home:
            return
        # Whoever writes there kept the folder from when the app was built; current_app.config has the test's.
        assert [path.name for path in home.iterdir()] == ["static"], f"data of a test in {home}"
        if parts(app) == kept.made_of:
            self.free.append(kept)
