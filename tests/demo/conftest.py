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
from portal.foundation.database import db
from portal.programs.models import Program
from tests.conftest import StandingClock, settings


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
