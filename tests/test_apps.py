"""The tests' own apps: kept from one test to the next, and nothing of the one reaches the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.foundation import clock
from portal.foundation.database import db
from portal.foundation.judging import evaluator
from tests.apps import Apps
from tests.conftest import StandingClock
from tests.factories import make_person, sign_in


@pytest.fixture
def own(tmp_path: Path, apps: Apps) -> Apps:
    """Give a shelf of this test alone."""
    (tmp_path / "home").mkdir()
    return Apps(tmp_path / "home", apps.filled, apps.compiled)


def use(app: Flask) -> int:
    """Do what a test does, and return how many people there are."""
    with app.app_context():
        person, client = make_person(), app.test_client()
        sign_in(client, person)
        assert [client.get(path).status_code for path in ("/account", "/no/such/page")] == [200, 404]
        return db.session.scalar(select(func.count(Person.id))) or 0


def test_app_is_kept_and_its_data_are_not(own: Apps, tmp_path: Path) -> None:
    seen = []
    for name in ("first", "second", "third"):
        kept = own.take(tmp_path / name, StandingClock(), {})
        seen.append((id(kept.app), use(kept.app), kept.app.config["DATA_FOLDER"].name))
        own.give_back(kept)
    assert seen == [(seen[0][0], 1, name) for name in ("first", "second", "third")]
    assert own.built == 1


def test_settings_clock_and_evaluator_are_those_of_the_test(own: Apps, tmp_path: Path) -> None:
    late = StandingClock()
    late.go(days=3)
    first = own.take(tmp_path / "first", late, {"BASE_URL": "https://a.example", "RULES_FOLDER": str(tmp_path)})
    first.app.config["WTF_CSRF_ENABLED"] = True
    with first.app.app_context():
        before = (evaluator().folder, clock.now(), first.app.config["BASE_URL"])
    own.give_back(first)
    again = own.take(tmp_path / "again", StandingClock(), {})
    assert again is first
    with again.app.app_context():
        after = (evaluator().folder, clock.now(), again.app.config["BASE_URL"])
    assert before == (tmp_path, late(), "https://a.example")
    assert after == (None, StandingClock()(), "http://localhost")
    assert again.app.config["WTF_CSRF_ENABLED"] is False


def test_two_apps_of_one_test_have_each_their_own_data(own: Apps, tmp_path: Path) -> None:
    first, second = (own.take(tmp_path / name, StandingClock(), {}) for name in ("first", "second"))
    assert (use(first.app), use(first.app), use(second.app)) == (1, 2, 1)


def test_app_that_a_test_changed_is_not_kept(own: Apps, tmp_path: Path) -> None:
    kept = own.take(tmp_path / "first", StandingClock(), {})
    kept.app.jinja_env.globals["new"] = len
    own.give_back(kept)
    assert own.take(tmp_path / "second", StandingClock(), {}) is not kept


def test_app_with_a_setting_that_is_read_when_it_is_built_is_built_for_its_test(own: Apps, tmp_path: Path) -> None:
    kept = own.take(tmp_path / "first", StandingClock(), {"DEMO": True})
    assert "demo_people" in kept.app.jinja_env.globals
    own.give_back(kept)
    assert "demo_people" not in own.take(tmp_path / "second", StandingClock(), {}).app.jinja_env.globals


def test_data_written_where_the_app_was_built_are_noticed(own: Apps, tmp_path: Path) -> None:
    kept = own.take(tmp_path / "first", StandingClock(), {})
    (Path(kept.born["DATA_FOLDER"]) / "evidence").mkdir()
    with pytest.raises(AssertionError, match="data of a test in"):
        own.give_back(kept)
