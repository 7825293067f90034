"""A program registers itself: by anybody, confirmed by a mailed link, decided by staff, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Membership, Person
from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.partnerships.models import Partnership
from portal.programs.models import Program
from portal.requests.models import Registration, RegistrationState
from portal.requests.services.registrations import forget_unconfirmed
from tests.factories import browser, make_partnership, make_person, make_program, sign_in

WHERE = "/partnerships/riverbend/register"
FORM = {
    "save_id": "one-save-id", "name": "Open Door Mentors", "host": "Open Door", "place": "Granton, Aldane County",
    "zip_code": "19013", "description": "Pairs meet <b>weekly</b>.\r\nWe serve all.", "mentor_description": "Be a friend.",
    "contact_name": "Ana Núñez", "contact_email": "ana@example.org", "phone": "555-0101", "web": "https://example.org",
    "founded": "2019-05-01", "model": "one-to-one", "settings": ["community", "online"], "youth_min_age": "8",
    "youth_max_age": "14", "background_checks": "yes", "mentor_min_age": "21", "commitment": "One year",
    "pairs_volunteers": "yes",
}  # fmt: skip


def with_a_manager(app: Flask) -> tuple[Partnership, FlaskClient]:
    partnership = make_partnership("riverbend")
    return partnership, browser(app, make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership, name="Dana Whit"))


@pytest.fixture
def cast(staged: Callable[..., tuple[Partnership, FlaskClient]]) -> tuple[Partnership, FlaskClient]:
    return staged(with_a_manager)


@pytest.fixture
def partnership(cast: tuple[Partnership, FlaskClient]) -> Partnership:
    return cast[0]


@pytest.fixture
def manager(cast: tuple[Partnership, FlaskClient]) -> FlaskClient:
    return cast[1]


def mails(to: str) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.to_email == to).order_by(Message.id)))


def link(message: Message) -> str:
    found = re.search(r"http://localhost(/registration/\S+)", message.text)
    assert found
    return found[1]


def stored() -> Registration:
    db.session.rollback()
    return db.session.scalars(select(Registration)).one()


UNTICKED = "in_service_area,capacity_confirmed,pairs_volunteers,full_cycle_done"


def handed_in(client: FlaskClient, **changed: object) -> Registration:
    """Register and confirm; return the registration."""
    client.post(WHERE, data=FORM | changed)
    client.post(link(mails("ana@example.org")[-1]))
    return stored()


def test_registration_is_confirmed_by_link_before_staff_are_told(client, partnership, manager) -> None:
    assert "Public in the Mentoring Connector." in client.get(WHERE).text
    assert [client.post(WHERE, data=FORM).status_code for _ in range(2)] == [303, 303]
    assert (stored().state, len(mails("ana@example.org"))) == (RegistrationState.UNCONFIRMED, 1)
    at = f"/registrations/{stored().id}"
    assert manager.get(at).status_code == 404
    where = link(mails("ana@example.org")[0])
    page = client.get(where)
    assert ["Pairs meet &lt;b&gt;weekly&lt;/b&gt;.<br>We serve all." in page.text, stored().state.value] == [
        True, "unconfirmed",
    ]  # fmt: skip
    assert [client.post(where).status_code for _ in range(2)] == [200, 200]
    assert stored().state is RegistrationState.WAITING
    told = db.session.scalars(select(Message.subject).where(Message.to_name == "Dana Whit")).all()
    assert told == ["New registration: Open Door Mentors"]
    assert [client.get(where).status_code, manager.get(at).status_code] == [410, 200]
    assert f'<a href="/partnerships/{partnership.id}/open-matters">Open matters</a>' in manager.get(at).text


def test_approval_makes_the_program_once_and_invites_its_administrator(client, partnership, manager) -> None:
    found = handed_in(client)
    data = {"name": "Open Door Mentors", "in_service_area": "yes", "pairs_volunteers": "yes", "registered": "yes"}
    asked = manager.post(f"/registrations/{found.id}/approve", data=data | {"name": "Open <Door>"})
    assert (asked.status_code, stored().state) == (422, RegistrationState.WAITING)
    assert ["“no” for now, or not known yet, for “will and staff time”, “one full program cycle done”" in asked.text,
            "Open &lt;Door&gt;" in asked.text] == [True, True]  # fmt: skip
    assert re.findall(r'name="(\w+)" value="yes" checked', asked.text) == [
        "in_service_area",
        "registered",
        "pairs_volunteers",
    ]
    data["sure"] = re.findall(r'name="sure" value="([\w,]+)"', asked.text)[0]
    other = manager.post(f"/registrations/{found.id}/approve", data={**data, "registered": ""})
    assert other.status_code == 422  # it was asked about other boxes
    answers = [manager.post(f"/registrations/{found.id}/approve", data=data) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    program = db.session.scalars(select(Program)).one()
    assert (program.description, program.settings, program.founded.year, program.mentor_min_age) == (
        "Pairs meet <b>weekly</b>.\nWe serve all.", ["community", "online"], 2019, 21,
    )  # fmt: skip
    assert (program.in_service_area, program.registered, program.capacity_confirmed) == (True, True, False)
    person = db.session.scalars(select(Person).where(Person.email == "ana@example.org")).one()
    held = [(one.role, one.program_id) for one in db.session.scalars(select(Membership).where(Membership.person_id == person.id))]  # fmt: skip
    assert held == [(Role.PROGRAM_ADMINISTRATOR, program.id)]
    assert [one.subject for one in mails("ana@example.org")] == [
        "Please confirm your registration", "Your invitation to the NQMS Portal: Open Door Mentors",
    ]  # fmt: skip
    deeds = db.session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)).all()
    assert deeds[-4:] == ["registration handed in", "program added", "registration approved", "person invited"]


def test_name_of_another_program_is_told_to_staff_alone_and_can_be_changed(client, partnership, manager) -> None:
    make_program(partnership, "Open Door Mentors")
    found = handed_in(client)
    assert "has this name already" in manager.get(f"/registrations/{found.id}").text
    where = f"/registrations/{found.id}/approve"
    refused = manager.post(where, data={"name": "Open Door Mentors", "registered": "yes", "sure": UNTICKED})
    assert (refused.status_code, 'href="#name"' in refused.text) == (422, True)
    assert re.findall(r'name="(\w+)" value="yes" checked', refused.text) == ["registered"]
    assert stored().state is RegistrationState.WAITING
    assert (
        manager.post(where, data={"name": "Open Door, Granton", "registered": "yes", "sure": UNTICKED}).status_code
        == 303
    )
    assert sorted(db.session.scalars(select(Program.name))) == ["Open Door Mentors", "Open Door, Granton"]


def test_registration_is_changed_before_it_is_handed_in_without_typing_it_again(client, partnership) -> None:
    client.post(WHERE, data=FORM)
    where = link(mails("ana@example.org")[0])
    assert f'href="{where}?change=yes"' in client.get(where).text
    assert 'value="Open Door Mentors"' in client.get(f"{where}?change=yes").text
    bad = client.post(where, data=FORM | {"host": "Granton Library", "founded": "long ago"})
    assert (bad.status_code, "Granton Library" in bad.text, stored().state.value) == (422, True, "unconfirmed")
    assert client.post(where, data=FORM | {"host": "Granton Library"}).status_code == 200
    assert (stored().state, stored().content["host"]) == (RegistrationState.WAITING, "Granton Library")


def test_asking_back_opens_the_registration_again_by_a_new_link(client, partnership, manager) -> None:
    found = handed_in(client)
    at, first = f"/registrations/{found.id}", link(mails("ana@example.org")[0])
    assert manager.post(f"{at}/ask-back", data={"question": " "}).status_code == 422
    asked = [manager.post(f"{at}/ask-back", data={"question": "Who is <your> host?"}) for _ in range(2)]
    assert ([one.status_code for one in asked], len(mails("ana@example.org"))) == ([303, 303], 2)
    assert (
        "Registrations that wait for the contact (1)"
        in manager.get(f"/partnerships/{partnership.id}/open-matters").text
    )
    second = link(mails("ana@example.org")[1])
    assert [client.get(first).status_code, client.get(second).status_code] == [410, 200]
    assert "Who is &lt;your&gt; host?" in client.get(second).text
    bad = client.post(second, data=FORM | {"host": "Granton Library", "founded": "long ago"})
    assert (bad.status_code, "Granton Library" in bad.text, "long ago" in bad.text) == (422, True, True)
    assert client.post(second, data=FORM | {"host": "Granton Library"}).status_code == 200
    assert (stored().state, stored().content["host"]) == (RegistrationState.WAITING, "Granton Library")
    assert client.get(second).status_code == 410


def test_declined_registration_mails_the_reason_and_makes_no_program(client, partnership, manager) -> None:
    found = handed_in(client)
    at = f"/registrations/{found.id}"
    assert [manager.post(f"{at}/decline", data={"reason": "You are outside our area."}).status_code for _ in "ab"] == [303, 303]  # fmt: skip
    assert "outside our area" in mails("ana@example.org")[-1].text
    page = manager.get(f"/partnerships/{partnership.id}/open-matters").text
    assert re.findall(r'<span class="tag ">(.*?)</span>', page) == ["declined, October 1, 2026"]
    assert len(mails("ana@example.org")) == 2
    assert manager.post(f"{at}/approve", data={"name": "Open Door"}).status_code == 409
    assert db.session.scalars(select(Program)).all() == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": ""}, "name"), ({"contact_email": "ana at home"}, "contact_email"), ({"founded": "2019"}, "founded"),
     ({"model": "x"}, "model"), ({"youth_max_age": ""}, "youth_max_age"), ({"youth_max_age": "7"}, "youth_max_age"),
     ({"description": "x" * 5001}, "description"), ({"background_checks": ""}, "background_checks"),
     ({"web": "javascript:go()"}, "web"), ({"phone": "5\x00"}, "phone")],
)  # fmt: skip
def test_long_form_survives_what_cannot_be_stored(client, partnership, wrong, field) -> None:
    reply = client.post(WHERE, data=FORM | {"commitment": "A <year> & more"} | wrong)
    assert (reply.status_code, f'href="#{field}"' in reply.text) == (422, True)
    assert ["A &lt;year&gt; &amp; more" in reply.text, 'value="one-save-id"' in reply.text] == [True, True]
    assert re.findall(r'name="settings" value="(\w+)" checked', reply.text) == ["community", "online"]
    assert db.session.scalars(select(Registration)).all() == []


def test_known_and_unknown_addresses_get_the_same_answer(client, partnership) -> None:
    known = make_person(Role.REVIEWER, partnership)
    answers = [
        client.post(WHERE, data=FORM | {"save_id": who, "contact_email": who})
        for who in (known.email, "new@example.org")
    ]
    assert [(one.status_code, one.location) for one in answers] == [(303, f"{WHERE}/sent")] * 2


def test_first_mail_carries_nothing_that_a_stranger_typed(client, partnership) -> None:
    client.post(WHERE, data=FORM | {"contact_name": "You won! See evil.example.org", "name": "Click evil.example.org"})
    mail = mails("ana@example.org")[0]
    assert "evil" not in f"{mail.to_name} {mail.subject} {mail.text}"
    assert "evil.example.org" in client.get(link(mail)).text


def test_many_registrations_from_one_place_have_to_wait_and_keep_their_text(client, partnership, clock) -> None:
    for number in range(20):
        data = FORM | {"save_id": f"save-{number}", "contact_email": f"one{number}@example.org"}
        assert client.post(WHERE, data=data).status_code == 303
    late = client.post(WHERE, data=FORM | {"save_id": "late", "contact_email": "late@example.org"})
    assert (late.status_code, "in an hour" in late.text, "Open Door Mentors" in late.text) == (422, True, True)
    clock.go(hours=2)
    assert client.post(WHERE, data=FORM | {"save_id": "late", "contact_email": "late@example.org"}).status_code == 303


def test_same_page_sent_again_with_another_text_is_another_registration(client, partnership) -> None:
    client.post(WHERE, data=FORM)
    client.post(WHERE, data=FORM | {"name": "Second thoughts"})
    assert [one.name for one in db.session.scalars(select(Registration).order_by(Registration.id))] == [
        "Open Door Mentors", "Second thoughts",
    ]  # fmt: skip


def test_what_is_never_confirmed_is_deleted(client, partnership, clock) -> None:
    client.post(WHERE, data=FORM)
    where = link(mails("ana@example.org")[0])
    clock.go(days=15)
    assert client.get(where).status_code == 410
    client.post(WHERE, data=FORM | {"save_id": "other", "name": "Another"})
    forget_unconfirmed()
    assert stored().name == "Another"
    handed_in(client, save_id="other", name="Another")
    clock.go(days=99)
    forget_unconfirmed()
    assert stored().state is RegistrationState.WAITING  # what was handed in stays


def test_reviewer_reads_a_registration_and_decides_nothing(app, client, partnership) -> None:
    found = handed_in(client)
    reviewer = app.test_client()
    sign_in(reviewer, make_person(Role.REVIEWER, partnership))
    page = reviewer.get(f"/registrations/{found.id}")
    assert (page.status_code, "<button>Approve" in page.text, "Open Door Mentors" in page.text) == (200, False, True)
    assert "Only a partnership administrator can answer this." in page.text
    assert [reviewer.post(f"/registrations/{found.id}/{what}").status_code for what in ("approve", "ask-back", "decline")] == [403] * 3  # fmt: skip


def test_address_that_was_confirmed_stays_when_staff_ask_back(client, partnership, manager) -> None:
    found = handed_in(client)
    assert manager.post(f"/registrations/{found.id}/ask-back", data={"question": "Who?"}).status_code == 303
    second = link(mails("ana@example.org")[1])
    other = client.post(second, data=FORM | {"contact_email": "victim@example.org", "host": "Another host"})
    assert (other.status_code, 'href="#contact_email"' in other.text, "Another host" in other.text) == (422, True, True)
    assert (stored().state, stored().contact[1]) == (RegistrationState.ASKED_BACK, "ana@example.org")
    assert client.post(second, data=FORM | {"contact_email": "Ana@example.org"}).status_code == 200
    assert mails("victim@example.org") == []


def test_other_texts_after_handing_in_are_refused_and_shown_not_dropped(client, partnership, manager) -> None:
    found = handed_in(client)
    assert manager.post(f"/registrations/{found.id}/ask-back", data={"question": "Who?"}).status_code == 303
    second = link(mails("ana@example.org")[1])
    assert [client.post(second, data=FORM | {"host": "One host"}).status_code for _ in range(2)] == [200, 200]
    late = client.post(second, data=FORM | {"host": "Two hosts"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert (late.status_code, "was not stored" in late.text, "Two hosts" in late.text) == (409, True, True)
    assert stored().content["host"] == "One host"
