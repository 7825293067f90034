"""Getting through: the start page, where a person stopped, who was last where, gaps, and checking section by section."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.assessments import guide, services
from portal.assessments.queries import progress_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from rules.answers import Answer, Status
from tests.factories import answer_all, make_person, raw_answer, sign_in

from .cast import Answering


@pytest.fixture
def client(signed_in: FlaskClient) -> FlaskClient:
    return signed_in


@pytest.fixture
def answering(staged: Callable[..., Answering]) -> Answering:
    return staged(Answering, "riverbend")


def save(cycle: Cycle, person: Person, code: str, **parts: Any) -> None:
    services.record_answer(cycle.id, code, raw_answer(**parts), "0", f"save-{code.replace('.', '-')}-1", person.id)


def test_start_page_says_what_it_takes_by_the_partnerships_own_values(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    weeks = rulebook_of(cycle).policy.self_assessment_weeks
    with unit_of_work():
        cycle.program.partnership.contact_name = "Dana Whitlock"
        cycle.program.partnership.contact_phone = "555-0110"
    page = client.get(f"/cycles/{cycle.id}/start").text
    assert f"Most programs take {weeks[0]} to {weeks[1]} weeks" in page
    assert "Nothing but time." in page
    assert "Ask Dana Whitlock by phone, 555-0110" in page
    assert f'<a class="button" href="/cycles/{cycle.id}">Start</a>' in page


def test_start_page_is_where_a_program_that_has_answered_nothing_begins(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    assert (
        f'href="/cycles/{cycle.id}/start">Start the self-assessment' in client.get(f"/programs/{cycle.program_id}").text
    )
    save(cycle, person, "B.2.3")
    assert f'href="/cycles/{cycle.id}">Go on' in client.get(f"/programs/{cycle.program_id}").text
    assert "Go on where you stopped: B.2.3" in client.get(f"/cycles/{cycle.id}/start").text


def test_list_of_sections_leads_to_the_start_page_until_it_was_seen_or_somebody_answered(
    app: Flask, client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    at = f"/cycles/{cycle.id}"
    assert [(reply.status_code, reply.location) for reply in (client.get(at), client.get(at))] == [
        (302, f"{at}/start")
    ] * 2
    client.get(f"{at}/start")
    assert client.get(at).status_code == 200
    other, reader = app.test_client(), make_person(Role.READER, cycle.program)
    sign_in(other, reader)
    assert other.get(at).location == f"{at}/start"
    save(cycle, person, "B.2.3")
    assert other.get(at).status_code == 200


def test_every_hint_of_evidence_is_named_once_in_its_section(cycle: Cycle) -> None:
    catalogue = rulebook_of(cycle).catalogue
    named = {(section.key, thing) for section, things in guide.at_hand(catalogue) for thing in things}
    assert named == {(one.section, thing) for one in catalogue.practices for thing in one.evidence}
    assert sum(len(things) for _, things in guide.at_hand(catalogue)) == len(named)


def test_hours_follow_the_number_of_practices(cycle: Cycle) -> None:
    catalogue = rulebook_of(cycle).catalogue
    assert guide.hours_for(catalogue) == (
        round(len(catalogue.practices) * 4 / 60),
        round(len(catalogue.practices) * 7 / 60),
    )


def test_where_left_is_this_persons_own_last_save(cycle: Cycle, person: Person) -> None:
    other = make_person(Role.CONTRIBUTOR, cycle.program)
    assert guide.where_left(cycle, person.id) is None
    save(cycle, person, "B.2.5")
    save(cycle, other, "B.2.6")
    left = guide.where_left(cycle, person.id)
    assert left is not None
    assert left.code == "B.2.5"


def test_task_list_says_who_did_what_last_and_where_one_stopped(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    other = make_person(Role.CONTRIBUTOR, cycle.program, name="Ben Okoro")
    save(cycle, person, "B.2.5")
    save(cycle, other, "B.2.6")
    save(cycle, person, "B.3.1")
    page = client.get(f"/cycles/{cycle.id}").text
    assert f'href="/cycles/{cycle.id}/sections/s-3#B.3.1">Go on where you stopped: B.3.1' in page
    assert "last by Ben Okoro, 14:02" in page
    assert "last by you, 14:02" in page


def test_pages_ask_the_database_as_often_with_all_answers_as_with_none(
    client: FlaskClient, cycle: Cycle, person: Person, count_queries: Callable[..., int]
) -> None:
    paths = ("", "/gaps", "/start", "/sections/s-2/check", "/answers")

    def visit() -> dict[str, int]:
        return {path: count_queries(lambda path=path: client.get(f"/cycles/{cycle.id}{path}")) for path in paths}

    client.get(f"/cycles/{cycle.id}/start")
    visit()
    few = visit()
    answer_all(cycle, person)
    assert visit() == few
    assert max(few.values()) <= 14


def test_gaps_are_a_page_for_readers_too(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    sign_in(client, make_person(Role.READER, cycle.program))
    page = client.get(f"/cycles/{cycle.id}/gaps").text
    first = rulebook_of(cycle).catalogue.practices[0]
    assert f'href="/cycles/{cycle.id}/sections/{first.section}#{first.code}">Go to the first one' in page
    assert page.count('href="#gaps-') == len(rulebook_of(cycle).catalogue.sections)
    answer_all(cycle, person)
    assert "Nothing: all" in client.get(f"/cycles/{cycle.id}/gaps").text


def test_progress_names_the_first_practice_that_is_open(cycle: Cycle) -> None:
    catalogue = rulebook_of(cycle).catalogue
    first, second = catalogue.section("s-2").practices[:2]
    answers = {first.code: Answer(first.code, Status.NOT_IN_PRACTICE)}
    assert progress_of(catalogue, answers).of("s-2").first_open == second.code


def test_section_page_and_saved_answer_lead_to_the_next_open_practice(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    codes = [one.code for one in rulebook_of(cycle).catalogue.section("s-2").practices]
    assert f'<a href="#{codes[0]}">Next open: {codes[0]}</a>' in client.get(f"/cycles/{cycle.id}/sections/s-2").text
    data = {f"{codes[0]}-version": "0", f"{codes[0]}-save_id": "save-0001", f"{codes[0]}-status": "not_in_practice"}
    reply = client.post(f"/cycles/{cycle.id}/answers/{codes[0]}", data=data, headers={"HX-Request": "true"})
    assert f'<a href="#{codes[1]}">Next open: {codes[1]}</a>' in reply.text


def test_section_is_checked_answer_by_answer(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    save(cycle, person, "B.2.3", notes="Two of us ask.")
    save(cycle, person, "B.2.4", rating="")
    page = client.get(f"/cycles/{cycle.id}/sections/s-2/check").text
    assert "Two of us ask." in page
    assert page.count("Notes: Not provided") == 19
    assert "Choose a rating from 1 to 5." in page
    assert (
        f'href="/cycles/{cycle.id}/sections/s-2?back=check#B.2.4">Change<span class="vh"> the answer to B.2.4,' in page
    )


@pytest.mark.parametrize("whole", [True, False])
def test_check_page_leads_to_the_answers_of_each_section(client: FlaskClient, cycle: Cycle, whole: bool) -> None:
    boss = make_person(Role.PROGRAM_ADMINISTRATOR, cycle.program)
    sign_in(client, boss)
    if whole:
        answer_all(cycle, boss)
    page = client.get(f"/cycles/{cycle.id}/check").text
    assert page.count('/check">') == len(rulebook_of(cycle).catalogue.sections)
    assert ("still need something" in page) is not whole
    assert ("You can submit here once every practice is answered." in page) is not whole


def test_change_leads_back_to_the_answers(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    page = client.get(f"/cycles/{cycle.id}/sections/s-2?back=check").text
    assert "Save and go back to your answers" in page
    codes = [one.code for one in rulebook_of(cycle).catalogue.section("s-2").practices]
    form = {f"{code}-version": "0" for code in codes} | {
        f"{code}-save_id": f"save-{code.replace('.', '-')}" for code in codes
    }
    bad = client.post(f"/cycles/{cycle.id}/sections/s-2", data=form | {"then": "check", "B.2.3-status": "perhaps"})
    assert bad.status_code == 422
    assert "Save and go back to your answers" in bad.text
    reply = client.post(f"/cycles/{cycle.id}/sections/s-2", data=form | {"then": "check", "B.2.3-notes": "kept"})
    assert (reply.status_code, reply.location) == (303, f"/cycles/{cycle.id}/sections/s-2/check")
    assert "kept" in client.get(reply.location).text


def test_reader_and_submitted_section_offer_no_change(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    assert "Change<" in client.get(f"/cycles/{cycle.id}/sections/s-2/check").text
    sign_in(client, make_person(Role.READER, cycle.program))
    assert "Change<" not in client.get(f"/cycles/{cycle.id}/sections/s-2/check").text


def test_safety_mark_is_explained_only_where_it_is_used(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    told = "marks what keeps young people safe"
    sections = rulebook_of(cycle).catalogue.sections
    marked = {
        one.key: any(p.is_critical or any(i.safety_critical for i in p.sub_items) for p in one.practices)
        for one in sections
    }
    assert set(marked.values()) == {True, False}
    assert {key: told in client.get(f"/cycles/{cycle.id}/sections/{key}").text for key in marked} == marked
    assert db.session.get(Cycle, cycle.id) is not None
