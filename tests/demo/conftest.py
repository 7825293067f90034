"""A filled demo, made once; each test gets its own copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.cycles.queries import cycles_of
from portal.foundation.database import db
from portal.programs.models import Program
from tests.apps import Apps
from tests.conftest import StandingClock, giving


@pytest.fixture(scope="session")
def demo_apps(tmp_path_factory: pytest.TempPathFactory, filled: Path, compiled: FileSystemBytecodeCache) -> Apps:
    """Keep this worker's demos from one test to the next."""
    return Apps(tmp_path_factory.mktemp("demos"), filled, compiled, DEMO=True)


@pytest.fixture
def demo_app(tmp_path: Path, demo_apps: Apps, clock: StandingClock) -> Iterator[Callable[..., Flask]]:
    """Give an app over a fresh copy of the filled demo; overrides win."""
    yield from giving(demo_apps, tmp_path, clock)


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
