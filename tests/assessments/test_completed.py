"""A section is completed when all its answers are and somebody said so; an answer that loses something takes it back."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.assessments import services
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation.database import unit_of_work
from tests.factories import answer_all, raw_answer


@pytest.fixture
def client(signed_in: FlaskClient) -> FlaskClient:
    return signed_in


def state_of(client: FlaskClient, cycle: Cycle, key: str = "s-2") -> str:
    client.get(f"/cycles/{cycle.id}/start")
    page = client.get(f"/cycles/{cycle.id}").text
    row = re.search(rf'<li><span class="what"><a href="/cycles/\d+/sections/{key}">.*?</li>', page, re.S)[0]
    return re.search(r"<span(?: class=\"tag[^\"]*\")?>([^<]+)</span></li>", row)[1]


def say(client: FlaskClient, cycle: Cycle, word: str) -> str:
    return client.post(
        f"/cycles/{cycle.id}/sections/s-2/completed", data={"completed": word}, headers={"HX-Request": "true"}
    ).text


def test_answered_section_waits_for_somebody_to_confirm(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    assert state_of(client, cycle) == "Not started"
    answer_all(cycle, person)
    assert state_of(client, cycle) == "All answered, please confirm"
    assert "You marked this section as completed, 14:02." in say(client, cycle, "yes")
    assert state_of(client, cycle) == "Completed"
    assert "You left this section for later" in say(client, cycle, "later")
    assert state_of(client, cycle) == "All answered, please confirm"


def test_yes_is_not_stored_while_answers_are_open(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    services.record_answer(cycle.id, "B.2.3", raw_answer(), "0", "save-id-1", person.id)
    assert "Not marked as completed: 19 answers here still need something." in say(client, cycle, "yes")
    answer_all_but(cycle, person, "B.2.3")
    assert state_of(client, cycle) == "All answered, please confirm"


def answer_all_but(cycle: Cycle, person: Person, code: str) -> None:
    with unit_of_work() as session:
        session.delete(services.stored_answers(cycle.id)[code])
    answer_all(cycle, person)


def test_answer_that_loses_something_takes_completed_back_for_good(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    answer_all(cycle, person)
    say(client, cycle, "yes")
    services.record_answer(cycle.id, "B.2.5", raw_answer(notes="More words."), "1", "save-id-1", person.id)
    assert state_of(client, cycle) == "Completed"
    services.record_answer(cycle.id, "B.2.5", raw_answer(rating=""), "2", "save-id-2", person.id)
    assert state_of(client, cycle) == "In progress"
    services.record_answer(cycle.id, "B.2.5", raw_answer(), "3", "save-id-3", person.id)
    assert state_of(client, cycle) == "All answered, please confirm"
    assert "You changed an answer after it was completed" in client.get(f"/cycles/{cycle.id}/sections/s-2").text


def test_word_is_sent_with_the_sections_own_save(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    answer_all(cycle, person)
    at, practices = f"/cycles/{cycle.id}/sections/s-2", rulebook_of(cycle).catalogue.section("s-2").practices
    form: dict[str, object] = {"completed": "yes"}
    for one in practices:
        form |= {
            f"{one.code}-version": "1",
            f"{one.code}-save_id": "save-" + one.code.replace(".", "-"),
            f"{one.code}-status": "in_practice",
        }
        form |= {f"{one.code}-rating": "5", f"{one.code}-sub_items": [item.letter for item in one.sub_items]}
    assert client.post(at, data=form).status_code == 303
    assert state_of(client, cycle) == "Completed"
    open_again = {"B.2.5-save_id": "save-again-1", "B.2.5-rating": ""}
    client.post(at, data=form | {f"{p.code}-version": "2" for p in practices} | open_again)
    assert "It is not marked as completed: 1 answer here still needs something." in client.get(at).text
    assert state_of(client, cycle) == "In progress"


def test_nobody_says_completed_after_submitting(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    answer_all(cycle, person)
    with unit_of_work():
        cycle.state = CycleState.SUBMITTED
    assert client.post(f"/cycles/{cycle.id}/sections/s-2/completed", data={"completed": "yes"}).status_code == 409
