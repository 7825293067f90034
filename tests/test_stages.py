"""A cast built once: what each test gets is a copy of its own, as if it had been built for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.foundation.database import db, unit_of_work
from tests.apps import Apps
from tests.conftest import REFERENCE, StandingClock
from tests.factories import browser, make_person
from tests.stages import Stages


@dataclass
class Two:
    """Two people, one of them with a browser, and a file."""

    app: Flask
    people: list[Person]
    client: FlaskClient
    paper: Path
    built_at: datetime


BUILT: list[str] = []


def two(app: Flask, name: str = "Ana") -> Two:
    BUILT.append(name)
    people = [make_person(name=name), make_person(name="Ben")]
    paper = Path("paper.txt")
    (Path(app.config["DATA_FOLDER"]) / paper).write_text("kept", "utf-8")
    return Two(app, people, browser(app, people[0]), paper, REFERENCE)


@pytest.fixture
def ask(apps: Apps, tmp_path: Path) -> Callable[..., list[object]]:
    """Begin a test of its own with the cast, spoil its data, and return what it was given."""
    stages, taken = Stages(tmp_path), iter(range(99))
    BUILT.clear()

    def begin(*details: object, days: int = 0, **told: object) -> list[object]:
        clock = StandingClock()
        clock.go(days=days)
        kept = apps.take(tmp_path / f"data-{next(taken)}", clock, told)
        with kept.app.app_context():
            cast = stages.cast(kept.app, clock, two, *details)
            page = cast.client.get("/account").text
            paper = current_app.config["DATA_FOLDER"] / cast.paper
            given = [
                cast.people[0].name, cast.people[0].name in page, paper.read_text("utf-8"),
                db.session.scalar(select(func.count(Person.id))), cast.app is kept.app, cast.built_at == REFERENCE,
            ]  # fmt: skip
            with unit_of_work():
                cast.people[0].name = "Spoiled"
            make_person()
            paper.write_text("spoiled", "utf-8")
        apps.give_back(kept)
        return given

    return begin


def test_cast_is_built_once_and_each_test_has_a_copy_of_its_own(ask: Callable[..., list[object]]) -> None:
    assert [ask(), ask(), ask()] == [["Ana", True, "kept", 2, True, True]] * 3
    assert BUILT == ["Ana"]


def test_cast_is_built_anew_for_other_details_another_day_or_other_settings(
    ask: Callable[..., list[object]], tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    ask()
    assert ask("Eva")[0] == "Eva"
    ask(days=1)
    ask(EVIDENCE_FILE_BYTES=5)
    ask(RULES_FOLDER=str(rules))
    (rules / "one.py").write_text("VERSION = '1'", "utf-8")
    ask(RULES_FOLDER=str(rules))
    ask(RULES_FOLDER=str(rules))
    assert BUILT == ["Ana", "Eva", "Ana", "Ana", "Ana", "Ana"]
