"""The draft of a list: every button, every setting as typed, and nothing in force before it is adopted."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.foundation.access import Role
from portal.foundation.database import db
from portal.partnerships.queries import adopted
from portal.rulebooks.models import PluginReport, RulesDraft, RulesPreview
from tests.factories import make_partnership, make_person, sign_in

from .conftest import Lake, work
from .plugins import HANGS, MARK, STRICT, write
from .test_rules_page import path, text_of

LAUNCH = "\n@hookimpl\ndef nqms_policy():\n    return {'contact_weeks': 'soon'}\n"


def press(desk: FlaskClient, lake: Lake, deed: str, **typed: str) -> object:
    number = adopted(lake.partnership)
    rests_on = str(number.number) if number else "0"
    return desk.post(f"{path(lake)}/change", data={"do": deed, "rests_on": rests_on, **typed})


def draft(lake: Lake) -> list[tuple[str, dict[str, object]]]:
    db.session.rollback()
    row = db.session.scalar(select(RulesDraft).where(RulesDraft.person_id == lake.admin.id))
    return [(one["name"], one["settings"]) for one in row.choices] if row else []


def names(lake: Lake) -> list[str]:
    return [name for name, _ in draft(lake)]


def test_buttons_add_move_and_remove(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "marker", MARK)
    for deed, expected in (
        ("add:north_carolina", ["north_carolina"]),
        ("add:marker", ["north_carolina", "marker"]),
        ("add:marker", ["north_carolina", "marker"]),
        ("add:no_such", ["north_carolina", "marker"]),
        ("add:national", ["north_carolina", "marker"]),
        ("up:marker", ["marker", "north_carolina"]),
        ("up:marker", ["marker", "north_carolina"]),
        ("down:marker", ["north_carolina", "marker"]),
        ("down:marker", ["north_carolina", "marker"]),
        ("remove:north_carolina", ["marker"]),
        ("rubbish", ["marker"]),
    ):
        assert press(desk, lake, deed).status_code == 303  # type: ignore[attr-defined]
        assert (deed, names(lake)) == (deed, expected)
    page = text_of(desk.get(f"{path(lake)}/change"))
    assert "Added: Marker." in page
    assert adopted(lake.partnership).number == 1  # type: ignore[union-attr]
    press(desk, lake, "discard")
    assert names(lake) == []


def test_settings_that_do_not_fit_are_kept_and_said_beside_the_field(
    lake: Lake, desk: FlaskClient, folder: Path
) -> None:
    write(folder, "strict", STRICT)
    press(desk, lake, "add:strict")
    typed = {"strict-practice": "B.2.1", "strict-least": "ten <b>", "strict-firm": "yes", "strict-word": "hard"}
    reply = press(desk, lake, "save", **typed)
    assert reply.status_code == 422  # type: ignore[attr-defined]
    page = reply.text  # type: ignore[attr-defined]
    assert 'value="ten &lt;b&gt;" inputmode="numeric" aria-invalid="true"' in page
    assert "“Least rating” is a whole number from 1 to 5." in page
    assert 'value="B.2.1"' in page
    assert 'name="strict-firm" value="yes" checked' in page
    assert "<option selected>hard</option>" in page
    assert dict(draft(lake))["strict"] == {"practice": "B.2.1", "least": "ten <b>", "firm": "yes", "word": "hard"}
    assert press(desk, lake, "preview").status_code == 422  # type: ignore[attr-defined]
    assert db.session.scalars(select(RulesPreview)).all() == []
    assert press(desk, lake, "save", **{**typed, "strict-least": "5"}).status_code == 303  # type: ignore[attr-defined]


def test_moving_a_plugin_keeps_what_was_typed_into_another(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "strict", STRICT)
    write(folder, "marker", MARK)
    press(desk, lake, "add:strict")
    press(desk, lake, "add:marker")
    press(desk, lake, "up:marker", **{"strict-least": "4"})
    assert [(name, dict(kept).get("least")) for name, kept in draft(lake)] == [("marker", None), ("strict", "4")]


def test_setting_that_names_no_practice_of_these_rules_is_refused(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "strict", STRICT)
    press(desk, lake, "add:strict")
    reply = press(desk, lake, "preview", **{"strict-practice": "B.9.99"})
    assert reply.status_code == 422  # type: ignore[attr-defined]
    assert "there is no practice B.9.99 in these rules." in text_of(reply)
    assert 'value="B.9.99"' in reply.text  # type: ignore[attr-defined]


def test_list_that_cannot_be_described_is_refused_by_name(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "rubbish", LAUNCH)
    press(desk, lake, "add:rubbish")
    reply = press(desk, lake, "preview")
    assert reply.status_code == 422  # type: ignore[attr-defined]
    assert "The plugin “rubbish” does not describe its rules" in text_of(reply)
    assert names(lake) == ["rubbish"]


def test_plugin_that_left_the_machine_stays_on_the_draft_and_is_named(
    lake: Lake, desk: FlaskClient, folder: Path
) -> None:
    file = write(folder, "marker", MARK)
    press(desk, lake, "add:marker")
    file.unlink()
    reply = press(desk, lake, "preview")
    assert reply.status_code == 422  # type: ignore[attr-defined]
    assert "The plugin “marker” cannot be used. It is no longer on this machine." in text_of(reply)
    assert press(desk, lake, "remove:marker").status_code == 303  # type: ignore[attr-defined]


def test_each_administrator_has_a_draft_of_their_own(app: Flask, lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "add:north_carolina")
    other = app.test_client()
    sign_in(other, make_person(Role.PARTNERSHIP_ADMINISTRATOR, lake.partnership))
    assert "Your list is empty" in text_of(other.get(f"{path(lake)}/change"))
    press(other, lake, "add:northlake")
    assert names(lake) == ["north_carolina"]


def test_preview_of_a_list_that_was_replaced_meanwhile_is_told_once(lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "add:north_carolina")
    reply = desk.post(f"{path(lake)}/change", data={"do": "preview", "rests_on": "0"})
    assert reply.status_code == 409
    assert "Somebody adopted list 1 since you looked. Nothing was overwritten" in text_of(reply)
    assert 'name="rests_on" value="1"' in reply.text
    assert names(lake) == ["north_carolina"]


def test_added_plugin_is_checked_by_the_worker(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "marker", MARK)
    write(folder, "rubbish", LAUNCH)
    press(desk, lake, "add:marker")
    press(desk, lake, "add:rubbish")
    assert "Being checked" in text_of(desk.get(f"{path(lake)}/change"))
    work()
    about = text_of(desk.get(f"{path(lake)}/plugins/marker"))
    assert "It passed checked 14:02 Its results name B.2.5. Loads and describes its rules: yes." in about
    assert "Says the same each time: yes." in about
    assert "Hooks: nqms_findings." in about
    assert "Loads and describes its rules: no. The plugin “rubbish” does not describe its rules" in text_of(
        desk.get(f"{path(lake)}/plugins/rubbish")
    )
    change = text_of(desk.get(f"{path(lake)}/change"))
    assert change.count("Check not passed") == 1
    assert "Loads and describes its rules: no. The plugin “rubbish” does not describe its rules" in change
    write(folder, "marker", LAUNCH, version="1.1.0")
    assert "It was not checked yet." in text_of(desk.get(f"{path(lake)}/plugins/marker"))
    desk.post(f"{path(lake)}/plugins/marker")
    work()
    assert len(db.session.scalars(select(PluginReport).where(PluginReport.name == "marker")).all()) == 2
    assert desk.get(f"{path(lake)}/plugins/no_such").status_code == 404


def test_plugin_changed_before_its_check_is_not_judged_by_another_file(
    lake: Lake, desk: FlaskClient, folder: Path
) -> None:
    write(folder, "marker", MARK)
    press(desk, lake, "add:marker")
    write(folder, "marker", HANGS)
    work()
    report = db.session.scalars(select(PluginReport)).one()
    assert (report.passed, report.report["lines"]) == (
        False, ["It was changed or removed before it could be checked."],
    )  # fmt: skip


def test_draft_of_one_partnership_is_hidden_from_another(app: Flask, lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "add:north_carolina")
    there = make_partnership()
    other = app.test_client()
    sign_in(other, make_person(Role.PARTNERSHIP_ADMINISTRATOR, there))
    assert other.get(f"{path(lake)}/change").status_code == 404
    assert "Your list is empty" in text_of(other.get(f"/partnerships/{there.id}/rules/change"))


def test_queries_of_the_draft_page_do_not_grow_with_the_list(
    lake: Lake, desk: FlaskClient, folder: Path, count_queries: object
) -> None:
    press(desk, lake, "add:north_carolina")
    few = count_queries(lambda: desk.get(f"{path(lake)}/change"))  # type: ignore[operator]
    for number in range(6):
        write(folder, f"marker{number}", MARK)
        press(desk, lake, f"add:marker{number}")
    assert len(re.findall(r'name="do" value="remove:', desk.get(f"{path(lake)}/change").text)) == 7
    assert count_queries(lambda: desk.get(f"{path(lake)}/change")) == few == 7  # type: ignore[operator]
