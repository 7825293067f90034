"""The app every test talks to: a real database made by the migrations, and a clock that stands at 1 October 2026."""

from __future__ import annotations

import gc
import pickle
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as examples
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from portal import create_app
from portal.demo.people import ACCOUNTS
from portal.demo.seed import seed
from portal.foundation.database import db
from portal.foundation.migrate import upgrade
from tests.apps import DATABASE, Apps, Kept, let_go, settings
from tests.crawling import VISITOR, Found, Walked, crawl
from tests.sharing import common_folder, made_once, worker_count, worker_number
from tests.stages import Stages

# A busy machine is no mistake of what is tested.
examples.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("portal")
gc.disable()  # until all is loaded, see pytest_collection_finish

REFERENCE = datetime(2026, 10, 1, 18, 2, tzinfo=UTC)  # 14:02 on 1 October 2026 in New York


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over the portal and the tests themselves, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


class StandingClock:
    """A clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.moment = REFERENCE

    def __call__(self) -> datetime:
        return self.moment

    def go(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one migrated database for all workers; each test gets a copy."""

    def make(folder: Path) -> None:
        app = create_app(settings(folder))
        with app.app_context():
            upgrade()
        close(app)

    return made_once(tmp_path_factory, "migrated", make) / DATABASE


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Keep compiled templates for all workers, so that the app of each test need not compile them again."""
    folder = common_folder(tmp_path_factory) / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory, migrated: Path, compiled: FileSystemBytecodeCache) -> Apps:
    """Keep this worker's apps from one test to the next."""
    return Apps(tmp_path_factory.mktemp("apps"), migrated, compiled)


def close(app: Flask) -> None:
    """Let go of the app's database, so that its file is whole."""
    with app.app_context():
        let_go()


@pytest.fixture
def make_app(tmp_path: Path, apps: Apps, clock: StandingClock) -> Iterator[Callable[..., Flask]]:
    """Give an app over a fresh copy of the database; overrides win."""
    yield from giving(apps, tmp_path, clock)


def giving(apps: Apps, folder: Path, clock: StandingClock) -> Iterator[Callable[..., Flask]]:
    """Give a function that returns apps, and take them back when the test is over."""
    taken: list[Kept] = []

    def take(**overrides: object) -> Flask:
        taken.append(apps.take(folder / f"data-{len(taken)}", clock, overrides))
        return taken[-1].app

    yield take
    for kept in taken:
        apps.give_back(kept)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """Give the app, with its context pushed so that a test may use services and the session."""
    built = make_app()
    with built.app_context():
        yield built


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """Keep what casts built, for the next test that begins with the same cast."""
    return Stages(tmp_path_factory.mktemp("stages"))


@pytest.fixture
def staged(app: Flask, clock: StandingClock, stages: Stages) -> Callable[..., Any]:
    """Give `staged(build, *details)`: what `build(app, *details)` returns, built once for a worker."""
    return partial(stages.cast, app, clock)


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


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """Make one filled demo for all workers."""

    def make(folder: Path) -> None:
        shutil.copy(migrated, folder / DATABASE)
        app = create_app(settings(folder) | {"CLOCK": StandingClock(), "DEMO": True})
        with app.app_context():
            seed()
        close(app)

    return made_once(tmp_path_factory, "filled", make) / DATABASE


@pytest.fixture(scope="session")
def walked(
    tmp_path_factory: pytest.TempPathFactory, filled: Path, compiled: FileSystemBytecodeCache
) -> Iterator[Walked]:
    """Walk a demo by clicking, as everybody in it; gives what was met, and a demo to look at.

    What one person meets is walked once for all workers. Each begins with somebody else, so that they share the way.
    """
    folder = tmp_path_factory.mktemp("walked")
    shutil.copytree(filled.parent, folder, dirs_exist_ok=True)
    app = create_app(settings(folder) | {"CLOCK": StandingClock(), "DEMO": True})
    app.jinja_env.bytecode_cache = compiled
    names = [VISITOR, *(account.name for account in ACCOUNTS)]
    met: dict[str, list[Found]] = {}
    first = worker_number() * len(names) // worker_count()
    for name in names[first:] + names[:first]:

        def walk(folder: Path, name: str = name) -> None:
            (folder / "pages").write_bytes(pickle.dumps(crawl(app, name)))

        kept = made_once(tmp_path_factory, f"walked-{names.index(name)}", walk) / "pages"
        met[name] = pickle.loads(kept.read_bytes())  # noqa: S301 (written above)
    yield Walked(app, [page for name in names for page in met[name]])
    close(app)
