"""A program's facts: changed by the program or by staff, with a history, and nobody's change wins unseen."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.programs.models import FactsVersion, Program
from tests.factories import browser, make_partnership, make_person, make_program


@pytest.fixture
def program(app: Flask) -> Program:
    return make_program(make_partnership("northlake", ("northlake",)), "Harbor Light", host="Harbor", place="Granton")


@pytest.fixture
def owner(app: Flask, program: Program) -> FlaskClient:
    return browser(app, make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Tom Ade"))


@pytest.fixture
def manager(app: Flask, program: Program) -> FlaskClient:
    return browser(app, make_person(Role.PARTNERSHIP_ADMINISTRATOR, program.partnership, name="Dana Whit"))


def form_of(page: str) -> dict[str, object]:
    """Return the fields of the page's form as a browser would send them."""
    found: dict[str, object] = {}
    for name, value in re.findall(r'<input type="(?!radio|checkbox)\w+"[^>]*? name="([^"]+)" value="([^"]*)"', page):
        found[name] = html.unescape(value)
    for name, value in re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>\n([^<]*)</textarea>', page):
        found[name] = html.unescape(value)
    for name, value in re.findall(r'type="(?:radio|checkbox)" name="([^"]+)" value="([^"]*)" checked', page):
        found.setdefault(name, [])
        found[name].append(value)  # type: ignore[attr-defined]
    return found


def reread(program: Program) -> Program:
    db.session.rollback()
    return db.session.get_one(Program, program.id, populate_existing=True)


def test_program_changes_its_own_facts_and_the_change_can_be_seen(program: Program, owner, manager) -> None:
    where = f"/programs/{program.id}/facts"
    form = form_of(owner.get(where).text) | {"phone": "555-0101", "mentor_description": "Be <i>kind</i>."}
    assert [owner.post(where, data=form).status_code for _ in range(2)] == [303, 303]
    assert (reread(program).phone, program.version) == ("555-0101", 1)
    assert (program.in_service_area, program.registered) == (True, True)
    row = db.session.scalars(select(FactsVersion)).one()
    assert row.changes == {"phone": ["", "555-0101"], "mentor_description": ["", "Be <i>kind</i>."]}
    page = manager.get(f"{where}/history").text
    assert ["Tom Ade" in page, "Be &lt;i&gt;kind&lt;/i&gt;." in page, "before: empty" in page] == [True, True, True]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "program facts changed")).one()
    assert entry.detail == {"fields": ["mentor_description", "phone"], "version": 1}


@pytest.mark.parametrize(("youngest", "said"), [(8, "8 to 14 years"), (0, "up to 14 years")])
def test_ages_on_the_page_name_a_youngest_one_only_where_it_was_given(program, owner, youngest: int, said: str) -> None:
    with unit_of_work():
        db.session.get_one(Program, program.id).youth_min_age = youngest
    assert f"<dt>Young people</dt><dd>{said}, " in owner.get(f"/programs/{program.id}").text


def test_program_cannot_say_what_only_staff_may(program: Program, owner) -> None:
    where = f"/programs/{program.id}/facts"
    form = form_of(owner.get(where).text) | {"full_cycle_done": "yes", "gate-mou": "2026-08-01", "phone": "555"}
    assert owner.post(where, data=form).status_code == 303
    assert (reread(program).full_cycle_done, program.gates_passed, program.phone) == (False, {}, "555")


def test_changes_to_different_facts_at_once_both_stay(program: Program, owner, manager) -> None:
    mine = form_of(owner.get(f"/programs/{program.id}/facts").text)
    theirs = form_of(manager.get(f"/programs/{program.id}/edit").text)
    assert manager.post(f"/programs/{program.id}/edit", data=theirs | {"host": "Harbor Inc"}).status_code == 303
    assert owner.post(f"/programs/{program.id}/facts", data=mine | {"place": "Wexford"}).status_code == 303
    assert (reread(program).host, program.place, program.version) == ("Harbor Inc", "Wexford", 2)


def test_change_to_the_same_fact_shows_both_texts_and_stores_none_until_chosen(program, owner, manager) -> None:
    where = f"/programs/{program.id}/facts"
    mine = form_of(owner.get(where).text)
    theirs = form_of(manager.get(f"/programs/{program.id}/edit").text)
    manager.post(f"/programs/{program.id}/edit", data=theirs | {"host": "<Theirs>", "place": "Wexford"})
    clash = owner.post(where, data=mine | {"host": "Mine & ours", "phone": "555"})
    assert (clash.status_code, reread(program).host, program.phone) == (409, "<Theirs>", "")
    assert "Stored meanwhile: &lt;Theirs&gt;" in clash.text
    assert "Dana Whit also changed this: the host organization." in clash.text
    again = form_of(clash.text)
    assert (again["host"], again["place"], again["phone"]) == ("Mine & ours", "Wexford", "555")
    assert owner.post(where, data=again).status_code == 303
    assert (reread(program).host, program.place, program.phone) == ("Mine & ours", "Wexford", "555")
    assert db.session.scalars(select(FactsVersion).order_by(FactsVersion.id)).all()[-1].changes["host"] == [
        "<Theirs>", "Mine & ours",
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["", "x", "²", "-1", "9" * 30])
def test_form_that_names_no_version_of_ours_counts_as_the_oldest(program: Program, owner, version: str) -> None:
    where = f"/programs/{program.id}/facts"
    form = form_of(owner.get(where).text)
    owner.post(where, data=form | {"host": "Newer"})
    assert owner.post(where, data=form | {"version": version, "host": "Older"}).status_code == 409
    assert reread(program).host == "Newer"


def test_facts_that_cannot_be_stored_come_back_as_typed(program: Program, owner) -> None:
    make_program(program.partnership, "Taken")
    where = f"/programs/{program.id}/facts"
    form = form_of(owner.get(where).text)
    for wrong, field in (({"name": "Taken"}, "name"), ({"founded": "x"}, "founded"), ({"mentors": "-1"}, "mentors")):
        reply = owner.post(where, data=form | {"commitment": "A <year>"} | wrong)
        assert (reply.status_code, f'href="#{field}"' in reply.text, "A &lt;year&gt;" in reply.text) == (
            422,
            True,
            True,
        )
    assert (reread(program).name, program.version) == ("Harbor Light", 0)


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.READER])
def test_others_of_the_program_read_the_history_and_change_nothing(app: Flask, program: Program, role: Role) -> None:
    other = browser(app, make_person(role, program))
    where = f"/programs/{program.id}/facts"
    assert [other.get(f"{where}/history").status_code, other.get(where).status_code] == [200, 403]
