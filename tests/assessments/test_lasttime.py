"""A second cycle: what was said last time can be confirmed, is never counted by itself, and loses nothing typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.assessments import queries, services
from portal.assessments.lasttime import last_time
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.foundation.judging import evaluator
from tests.factories import (
    browser,
    make_cycle,
    make_partnership,
    make_person,
    make_program,
    raw_answer,
    sign_in,
    submitted_cycle,
)

CODE = "B.2.3"


class Second:
    """A program in its second cycle, and its administrator with a browser; B.2.4 was not in practice last time."""

    def __init__(self, app: Flask) -> None:
        program = make_program(make_partnership())
        self.person = make_person(Role.PROGRAM_ADMINISTRATOR, program)
        submitted_cycle(program, self.person, not_in_practice=("B.2.4",))
        self.cycle = make_cycle(program, number=2)
        self.client = browser(app, self.person)


@pytest.fixture
def second(staged: Callable[..., Second]) -> Second:
    return staged(Second)


@pytest.fixture
def person(second: Second) -> Person:
    return second.person


@pytest.fixture
def cycle(second: Second) -> Cycle:
    return second.cycle


@pytest.fixture
def client(second: Second) -> FlaskClient:
    return second.client


def form(cycle: Cycle, **more: str) -> dict[str, str]:
    codes = [one.code for one in rulebook_of(cycle).catalogue.section("s-2").practices]
    ids = {f"{code}-save_id": f"save-{code.replace('.', '-')}" for code in codes}
    return {f"{code}-version": "0" for code in codes} | ids | more


def confirm(client: FlaskClient, cycle: Cycle, code: str = CODE, **more: str) -> tuple[int, str | None]:
    reply = client.post(f"/cycles/{cycle.id}/sections/s-2", data=form(cycle, still_true=code, **more))
    return reply.status_code, reply.location


def test_last_answer_is_shown_and_not_counted(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    page = client.get(f"/cycles/{cycle.id}/sections/s-2").text
    assert page.count("In 2026 you said: <b>in practice</b>, rating 4") == 19
    assert page.count("In 2026 you said: <b>not in practice</b>") == 1
    assert page.count('name="still_true"') == 20
    assert "0 of 20 here" in page


def test_first_cycle_shows_nothing_of_the_kind(client: FlaskClient, person: Person) -> None:
    fresh = make_cycle(make_program(make_partnership()))
    sign_in(client, make_person(Role.CONTRIBUTOR, fresh.program))
    page = client.get(f"/cycles/{fresh.id}/sections/s-2").text
    assert "you said" not in page
    assert "still_true" not in page


def test_still_true_stores_an_ordinary_answer(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    there = f"/cycles/{cycle.id}/sections/s-2#{CODE}"
    assert confirm(client, cycle) == (303, there)
    assert confirm(client, cycle) == (303, there)  # sent twice
    row = queries.stored_answers(cycle.id)[CODE]
    assert (row.version, row.content["status"], row.content["rating"]) == (1, "in_practice", 4)
    assert [(one.version, one.refused) for one in queries.versions_of(cycle.id, CODE)] == [(1, False)]
    assert list(queries.stored_answers(cycle.id)) == [CODE]
    page = client.get(f"/cycles/{cycle.id}/sections/s-2").text
    assert page.count("you said") == 19


def test_still_true_keeps_what_was_typed_on_the_same_page(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    typed = {f"{CODE}-notes": "Now with three people.", "B.2.5-notes": "typed elsewhere"}
    assert confirm(client, cycle, **typed)[0] == 303
    found = queries.stored_answers(cycle.id)
    assert (found[CODE].content["rating"], found[CODE].content["notes"]) == (4, "Now with three people.")
    assert found["B.2.5"].content["notes"] == "typed elsewhere"


def test_still_true_over_a_colleagues_answer_is_a_conflict(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    other = make_person(Role.CONTRIBUTOR, cycle.program)
    services.record_answer(cycle.id, CODE, raw_answer("not_in_practice", ""), "0", "other-save-1", other.id)
    assert confirm(client, cycle)[0] == 409
    assert queries.stored_answers(cycle.id)[CODE].content["status"] == "not_in_practice"
    assert len(queries.versions_of(cycle.id, CODE)) == 2


def test_refused_form_comes_back_with_its_texts_and_last_times_answers(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    data = form(cycle, still_true=CODE, **{"B.2.5-status": "perhaps", "B.2.6-notes": "typed elsewhere"})
    reply = client.post(f"/cycles/{cycle.id}/sections/s-2", data=data)
    assert reply.status_code == 422
    assert "typed elsewhere" in reply.text
    assert "you said" in reply.text


@pytest.mark.parametrize("code", ["nowhere", "B.9.9", "B.3.1"])
def test_practice_of_another_section_cannot_be_confirmed(
    client: FlaskClient, cycle: Cycle, person: Person, code: str
) -> None:
    assert confirm(client, cycle, code) == (303, f"/cycles/{cycle.id}")
    assert queries.stored_answers(cycle.id) == {}


def test_other_edition_is_a_hint_to_read_and_never_stored(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    record = evaluator().describe([], "eepm5").record()
    with unit_of_work():
        cycle.rulebook = record
    catalogue = rulebook_of(cycle).catalogue
    hints = last_time(cycle, catalogue.practices)
    assert hints
    assert {one.still for one in hints.values()} == {None}
    section = catalogue.practice(next(iter(hints))).section
    page = client.get(f"/cycles/{cycle.id}/sections/{section}").text
    assert "In 2026 you said of " in page
    assert "Please answer it anew." in page
    assert "still_true" not in page


def test_section_of_a_second_cycle_pins_its_queries(
    client: FlaskClient, cycle: Cycle, person: Person, count_queries: Callable[..., int]
) -> None:
    client.get(f"/cycles/{cycle.id}/sections/s-2")
    assert count_queries(lambda: client.get(f"/cycles/{cycle.id}/sections/s-2")) <= 17
