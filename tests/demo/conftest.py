"""A filled demo, made once; each test gets its own copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal import create_app
from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.cycles.queries import cycles_of
from portal.demo.people import ACCOUNTS
from portal.demo.seed import seed
from portal.foundation.database import db
from portal.programs.models import Program
from tests.conftest import StandingClock, settings
from tests.crawling import Walked, crawl


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(migrated, folder / "nqms.sqlite3")
    app = create_app(settings(folder) | {"CLOCK": StandingClock(), "DEMO": True})
    with app.app_context():
        seed()
        db.session.remove()
        db.engine.dispose()
    return folder / "nqms.sqlite3"


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Iterator[Walked]:
    """Walk a demo of its own by clicking, as everybody in it; once for all tests that look at pages."""
    folder = tmp_path_factory.mktemp("walked")
    shutil.copy(filled, folder / "nqms.sqlite3")
    shutil.copytree(filled.parent / "evidence", folder / "evidence")
    app = create_app(settings(folder) | {"CLOCK": StandingClock(), "DEMO": True})
    yield Walked(app, crawl(app, [account.name for account in ACCOUNTS]))
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def demo_app(tmp_path: Path, filled: Path, clock: StandingClock) -> Iterator[Callable[..., Flask]]:
    """Build an app over the filled demo; overrides win."""
    apps: list[Flask] = []

    def build(**overrides: object) -> Flask:
        folder = tmp_path / f"demo-{len(apps)}"
        folder.mkdir()
        shutil.copy(filled, folder / "nqms.sqlite3")
        shutil.copytree(filled.parent / "evidence", folder / "evidence")
        built = create_app(settings(folder) | {"CLOCK": clock, "DEMO": True} | overrides)
        apps.append(built)
        return built

    yield build
    for one in apps:
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def demo(demo_app: Callable[..., Flask]) -> Iterator[Flask]:
    """Push the context of a demo on 1 October 2026."""
    built = demo_app()
    with built.app_context():
        yield built


def program_named(start: str) -> Program:
    return db.session.scalars(select(Program).where(Program.name.startswith(start))).one()


def newest_cycle(start: str) -> Cycle:
    return cycles_of(program_named(start).id)[0]


def person_named(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()
