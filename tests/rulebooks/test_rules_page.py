"""The page of rules in force: what each plugin sets, where it came from, and what else is on this machine."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.foundation.judging import evaluator
from portal.partnerships.services import adopt
from rules.rulebook import PluginChoice
from tests.factories import make_person, sign_in

from .conftest import Lake
from .plugins import MARK, STRICT, write


def text_of(reply: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.text)).strip()  # type: ignore[attr-defined]


def take(lake: Lake, *choices: PluginChoice, note: str = "") -> None:
    rules = evaluator().describe(choices)
    with unit_of_work():
        adopt(lake.partnership, rules, lake.admin.id, note)


def path(lake: Lake) -> str:
    return f"/partnerships/{lake.partnership.id}/rules"


def test_national_rules_alone_are_said_so(lake: Lake, desk: FlaskClient) -> None:
    page = text_of(desk.get(path(lake)))
    assert "Only the national rules are in force." in page
    assert "Every value is the national default." in page


def test_page_tells_what_each_plugin_sets(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "strict", STRICT)
    take(lake, PluginChoice("strict", {"least": 4}), note="Asked for by the board.")
    page = text_of(desk.get(path(lake)))
    for words in (
        "2. Strict strict, version 1.0.0",
        "Settings: Least rating: 4",
        "It sets: name of the review: house call; review after submitting: 2 to 3 weeks.",
        "It judges: conditions of tiers.",
        "Dropped: E.1.1. Not asked here.",
        "Welcome to the lake.",
        "Its source does not state: First contact after submitting. The national value stays.",
        "Lake Partner self-assessment submitted; lake references",
        "A flag for the door.",
        "Review after submitting 2 to 3 weeks national: 4 to 6 weeks Strict",
        "First contact after submitting 2 weeks national default; the source of Strict does not state it",
        "List 2 in force Strict. Asked for by the board.",
        "List 1 the national rules alone",
    ):
        assert words in page


def test_old_list_is_shown_as_it_was_adopted(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    gone = write(folder, "strict", STRICT)
    take(lake, PluginChoice("strict"))
    take(lake)
    gone.unlink()
    page = text_of(desk.get(f"{path(lake)}/lists/2"))
    assert "by Ada Lake" in page
    assert "house call" in page
    assert "It is no longer on this machine." in page
    assert desk.get(f"{path(lake)}/lists/9").status_code == 404


def test_plugin_that_changed_or_left_is_named(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    file = write(folder, "strict", STRICT)
    take(lake, PluginChoice("strict"))
    assert "is on this machine; version" not in text_of(desk.get(path(lake)))
    write(folder, "strict", STRICT, version="1.1.0")
    page = text_of(desk.get(path(lake)))
    assert "Version 1.1.0 is on this machine; version 1.0.0 was adopted." in page
    write(folder, "strict", STRICT + "\n# another word\n")
    assert "Its file was changed since it was adopted." in text_of(desk.get(path(lake)))
    file.unlink()
    assert "It is no longer on this machine." in text_of(desk.get(path(lake)))


def test_plugins_at_hand_and_plugins_that_cannot_be_used_are_listed(
    lake: Lake, desk: FlaskClient, folder: Path
) -> None:
    write(folder, "marker", MARK, title="A marker")
    (folder / "broken.py").write_text('VERSION = "1.0.0"\ndef (:\n', "utf-8")
    page = text_of(desk.get(path(lake)))
    assert "A marker marker, version 1.0.0" in page
    assert "Source: Made up for a test." in page
    assert "broken broken.py:2: This is not valid Python" in page


def test_reviewer_reads_and_has_no_way_to_change(app: Flask, lake: Lake) -> None:
    client = app.test_client()
    sign_in(client, make_person(Role.REVIEWER, lake.partnership))
    page = client.get(path(lake))
    assert (page.status_code, "Change the rules" in page.text) == (200, False)
    assert client.get(path(lake) + "/change").status_code == 403


def test_queries_stay_the_same_however_long_the_history(
    lake: Lake, desk: FlaskClient, folder: Path, count_queries: object
) -> None:
    write(folder, "strict", STRICT)
    take(lake, PluginChoice("strict"))
    desk.get(path(lake))
    few = count_queries(lambda: desk.get(path(lake)))  # type: ignore[operator]
    for _ in range(5):
        take(lake, PluginChoice("strict"))
    assert count_queries(lambda: desk.get(path(lake))) == few == 7  # type: ignore[operator]
