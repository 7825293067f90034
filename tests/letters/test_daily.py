"""The mail of the day: one for each person, of everything that can wait, with what staff have to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Membership, Person
from portal.assessments.amending import ask
from portal.foundation import mail, outbox
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.letters import daily
from portal.letters.daily import Todo
from portal.partnerships.models import Partnership
from tests.conftest import StandingClock
from tests.factories import make_partnership, make_person, make_program, submitted_cycle
from tests.letters.conftest import Postbox


def put(person: Person, partnership: Partnership, *numbers: int) -> None:
    """Let letters wait for somebody, all in one transaction."""
    with unit_of_work():
        for number in numbers:
            fields = {"by": "Bo", "program": f"Program {number}", "link": f"http://localhost/advice/{number}"}
            outbox.write("help-asked", f"help-asked:{number}:{person.id}", person, fields, partnership.id)


def with_a_reviewer(_app: Flask) -> tuple[Partnership, Person]:
    partnership = make_partnership()
    return partnership, make_person(Role.REVIEWER, partnership, "Rosa Rey")


@pytest.fixture
def staff(staged: Callable[..., tuple[Partnership, Person]]) -> tuple[Partnership, Person]:
    return staged(with_a_reviewer)


@pytest.fixture
def duties(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Give an app to which a test may add duties; the next test gets it without them."""
    monkeypatch.setitem(app.extensions, daily.DUTIES, app.extensions[daily.DUTIES])
    return app


def carried() -> list[tuple[str, int | None]]:
    """Return the mails of the day: subject and whose page lists them."""
    db.session.rollback()
    found = db.session.scalars(select(Message).where(Message.key.like("daily:%")).order_by(Message.id))
    return [(one.subject, one.partnership_id) for one in found]


def test_submitting_sends_a_receipt_at_once_and_leaves_the_rest_for_the_morning(
    app: Flask, staff: tuple[Partnership, Person], mailing: Postbox, clock: StandingClock
) -> None:
    program = make_program(staff[0], "Harbor Light")
    owner = make_person(Role.PROGRAM_ADMINISTRATOR, program)
    cycle = submitted_cycle(program, owner)
    ask(cycle.id, ["B.2.3"], "CANARY reason", owner.id, "http://localhost")
    daily.run()
    mail.deliver_due()
    assert [(one["To"], one["Subject"]) for one in mailing.mails] == [
        (f"{owner.name} <{owner.email}>", "We have your self-assessment: Harbor Light")
    ]
    clock.go(hours=17)
    daily.run()
    mail.deliver_due()
    got = mailing.mails[-1]
    assert (len(mailing.mails), got["Subject"]) == (2, "Your NQMS mail of October 2, 2026: 2 things")
    text = got.get_body(("plain",)).get_content().replace("\r", "")
    assert text.startswith(
        "Hello Rosa Rey,\n\nHere is what came together since your last mail of the day.\n\nReady for review: Harbor Light"
    )
    assert text.count("Hello") == 1
    assert (
        "Asks to change answers: Harbor Light\n------------------------------------\nHarbor Light asks to change"
        in text
    )
    assert "CANARY" not in "".join(one.as_string() for one in mailing.mails)
    assert "<h2>Asks to change answers: Harbor Light</h2>" in got.get_body(("html",)).get_content()


def test_there_is_one_mail_a_day_and_a_single_letter_is_sent_as_it_is(
    staff: tuple[Partnership, Person], clock: StandingClock
) -> None:
    partnership, person = staff
    put(person, partnership, 1)
    clock.go(hours=17)
    assert (daily.gather(), carried()) == (1, [("Program 1 asks for help", partnership.id)])
    put(person, partnership, 2)
    with unit_of_work() as session:  # as where two partnerships have different mornings
        session.scalars(select(Message).where(Message.gather_at.is_not(None))).one().gather_at = clock.moment
    assert (daily.gather(), len(carried())) == (0, 1)
    clock.go(days=1)
    put(person, partnership, 3)
    assert (daily.gather(), carried()[1:]) == (1, [("Your NQMS mail of October 3, 2026: 2 things", partnership.id)])


def test_mail_of_two_partnerships_is_on_neither_page(staff: tuple[Partnership, Person], clock: StandingClock) -> None:
    partnership, person = staff
    other = make_partnership()
    with unit_of_work() as session:
        session.add(Membership(person_id=person.id, role=Role.REVIEWER, partnership_id=other.id))
    put(person, partnership, 1)
    put(person, other, 2)
    clock.go(hours=17)
    assert (daily.gather(), carried()) == (1, [("Your NQMS mail of October 2, 2026: 2 things", None)])


def test_staff_read_what_waits_and_a_program_does_not(duties: Flask, clock: StandingClock) -> None:
    partnership = make_partnership()
    person = make_person(Role.REVIEWER, partnership)
    owner = make_person(Role.PROGRAM_ADMINISTRATOR, make_program(partnership))
    with unit_of_work():
        person.language = "es"
    daily.add_duties(
        duties, lambda place, who: [Todo(f"Harbor {place == partnership.id}", "onsite review", date(2026, 10, 9))]
    )
    for one in (person, owner):
        put(one, partnership, 1)
    clock.go(hours=17)
    assert daily.gather() == 2
    texts = {one.to_email: one.text for one in db.session.scalars(select(Message).where(Message.key.like("daily:%")))}
    assert (
        "Lo demás que espera\n-------------------\n- Harbor True: visita de revisión, a más tardar el 9 de octubre de 2026"
        in texts[person.email]
    )
    assert "Harbor True" not in texts[owner.email]


def test_very_many_letters_are_listed_by_subject_and_none_is_lost(
    staff: tuple[Partnership, Person], clock: StandingClock
) -> None:
    partnership, person = staff
    put(person, partnership, *range(110))
    clock.go(hours=17)
    assert (daily.gather(), carried()) == (1, [("Your NQMS mail of October 2, 2026: 110 things", partnership.id)])
    text = db.session.scalars(select(Message.text).where(Message.kind == "digest")).one()
    assert ["- Program 59 asks" in text, "- Program 60 asks" in text, "+ 50" in text] == [True, False, True]
    left = db.session.scalars(select(Message).where(Message.gathered_into_id.is_(None), Message.kind != "digest"))
    assert left.all() == []


def test_mail_of_the_day_that_breaks_off_keeps_nobody_elses_waiting(duties: Flask, clock: StandingClock) -> None:
    broken, fine = make_partnership("broken"), make_partnership("fine")
    broken_id = broken.id

    def source(place: int, _who: int) -> list[Todo]:
        if place == broken_id:
            raise ValueError("a rule of one partnership")
        return []

    daily.add_duties(duties, source)
    people = [make_person(Role.REVIEWER, one) for one in (broken, fine)]
    for person, partnership in zip(people, (broken, fine), strict=True):
        put(person, partnership, 1)
    address = people[1].email
    clock.go(hours=17)
    assert daily.gather() == 1
    assert list(db.session.scalars(select(Message.to_email).where(Message.key.like("daily:%")))) == [address]
