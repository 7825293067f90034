"""The help page: every question of the process, in plain words, with the values of the partnership that is asked."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.partnerships.models import Partnership
from tests.factories import make_partnership, make_person, make_program, sign_in
from tests.rules.reading_grade import longest_sentence, reading_grade


def answers(page: str) -> dict[str, str]:
    """Return each question with its answer as text."""
    main = page.partition("<main")[2].partition("</main>")[0]
    found = {}
    for part in main.split("<h3>")[1:]:
        question, _, answer = part.partition("</h3>")
        answer = re.sub(r":?</(p|li)>", " . ", answer.partition("<h2")[0])
        text = html.unescape(re.sub(r"<[^>]+>", "", answer))
        found[html.unescape(question)] = re.sub(r"([.,:;?!])\s+\.", r"\1", " ".join(text.split()))
    return found


@pytest.fixture
def minnesota(app: Flask) -> Partnership:
    made = make_partnership("minnesota", ("minnesota",))
    with unit_of_work():
        made.contact_name, made.contact_email, made.contact_phone = "Dana Whit", "dana@example.org", "555-0110"
    return made


def test_help_answers_with_the_values_of_the_partnership(client, minnesota: Partnership) -> None:
    said = answers(client.get("/partnerships/minnesota/help").text)
    assert "It has 3 to 5 priorities for the next 12 months." in said["What is the Improvement & Innovation Plan?"]
    assert "Memorandum of understanding" in said["What comes before the first question?"]
    assert "It takes 2 signatures." in said["What comes before the first question?"]
    assert [name in said["How are we recognized?"] for name in ("Dedicated Partner", "Expert Partner", "3 years")] == [
        True, True, True,
    ]  # fmt: skip
    assert said["Whom do we call?"].startswith("Dana Whit, Minnesota Mentoringdana@example.org555-0110")
    assert "Staff call or write 3, 6 and 9 months after the plan." in said["What comes after that?"]


def test_help_of_a_signed_in_person_has_the_values_of_the_own_partnership(app, client, minnesota) -> None:
    assert "These are the usual answers." in client.get("/help").text
    sign_in(client, make_person(Role.CONTRIBUTOR, make_program(minnesota)))
    page = client.get("/help").text
    lead = "The answers here are for programs of Minnesota Mentoring."
    assert [lead in page, "for the next 12 months" in page] == [True, True]


def test_help_is_linked_from_every_page_in_the_same_place(client, minnesota) -> None:
    for where in ("/", "/sign-in", "/partnerships/minnesota/register", "/no/such/page"):
        footer = client.get(where).text.partition("<footer")[2]
        assert (where, 'href="/help"' in footer) == (where, True)


def test_who_sees_the_answers_is_one_step_from_every_page_and_names_all_readers(client, minnesota) -> None:
    assert 'href="/help#who-sees"' in client.get("/").text.partition("<footer")[2]
    said = client.get("/help").text.partition('<h3 id="who-sees">')[2].partition("<h3")[0]
    assert ["You and your colleagues." in said, "a few people at MENTOR" in said] == [True, True]


@pytest.mark.parametrize("where", ["/help", "/partnerships/minnesota/help", "/partnerships/northlake/help"])
def test_every_answer_can_be_read_in_grade_eight(client, minnesota, where: str) -> None:
    make_partnership("northlake", ("northlake",))
    said = answers(client.get(where).text)
    assert len(said) > 28
    said.pop("Whom do we call?")  # a name, an address and a number
    names = re.compile(r"Elements of Effective Practice for Mentoring|Minnesota Mentoring|Northlake Mentoring|\bEEPM\b"
                       r"|Improvement & Innovation Plan|Memorandum of understanding")  # fmt: skip
    hard = {
        question: (round(reading_grade(text), 1), longest_sentence(text))
        for question, text in ((one, names.sub("this", text)) for one, text in said.items())
        if reading_grade(text) > 8 or longest_sentence(text) > 30
    }
    assert hard == {}


def test_help_of_an_unknown_partnership_is_not_found(client) -> None:
    assert [client.get(f"/partnerships/{key}/help").status_code for key in ("nobody", "%00")] == [404, 404]
