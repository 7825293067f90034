"""Makes the same small cast for every test: people, partnerships, programs, cycles, answers."""

from __future__ import annotations

import itertools
from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Membership, Person
from portal.accounts.services import start_session
from portal.assessments import services as assessments
from portal.cycles.models import Cycle, CycleState
from portal.foundation import clock
from portal.foundation.access import PROGRAM_ROLES, Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.judging import evaluator
from portal.partnerships.models import Partnership
from portal.partnerships.queries import current_rulebook
from portal.partnerships.services import adopt
from portal.programs.models import Program
from portal.recognition.history import begin
from portal.recognition.models import Award, Standing
from portal.requests.models import Registration, RegistrationState
from portal.requests.services import advice, notices
from rules.answers import Answer, Status
from rules.results import Decision, TierResult
from rules.rulebook import PluginChoice

_numbers = itertools.count(1)


def make_partnership(key: str | None = None, plugins: tuple[str, ...] = ()) -> Partnership:
    key = key or f"partnership-{next(_numbers)}"
    rulebook = evaluator().describe([PluginChoice(name) for name in plugins])
    with unit_of_work() as session:
        made = Partnership(key=key, name=f"{key.title()} Mentoring", created_at=clock.now())
        session.add(made)
        session.flush()
        adopt(made, rulebook, None)
    return made


def make_program(partnership: Partnership, name: str | None = None, **facts: object) -> Program:
    values: dict[str, object] = {
        "name": name or f"Program {next(_numbers)}", "founded": date(2015, 5, 1), "model": "one-to-one",
        "settings": ["community"], "youth_min_age": 8, "youth_max_age": 14, "in_service_area": True, "registered": True,
        "capacity_confirmed": True, "pairs_volunteers": True, "key_leader_name": "Lee Dorn",
        "key_leader_title": "Executive director", "key_leader_email": "lee.dorn@example.org",
    }  # fmt: skip
    with unit_of_work() as session:
        made = Program(partnership_id=partnership.id, created_at=clock.now(), **(values | facts))
        session.add(made)
    return made


def make_registration(partnership: Partnership, name: str = "Open Door Mentors") -> Registration:
    """Return a registration whose address is confirmed and which staff have not answered."""
    number = next(_numbers)
    content = {
        "name": name, "place": "Granton", "description": "Pairs meet weekly.", "contact_name": "Ana Núñez",
        "contact_email": f"ana{number}@example.org", "founded": "2019-05-01", "model": "one-to-one", "settings": [],
        "youth_min_age": 8, "youth_max_age": 14,
    }  # fmt: skip
    with unit_of_work() as session:
        made = Registration(
            partnership_id=partnership.id, save_id=f"made-{number}", token_hash=f"made-{number}", content=content,
            state=RegistrationState.WAITING, created_at=clock.now(), confirmed_at=clock.now(),
        )  # fmt: skip
        session.add(made)
    return made


def ask_and_report(program: Program, by: Person, topic: str = "Finding mentors") -> None:
    """Let the program ask for help, and report a change of leadership."""
    rulebook, save_id, asked_by = current_rulebook(program.partnership), f"save-{next(_numbers)}", by.id
    question = {"topic": topic, "practices": "B.1.1", "text": "Where do others find men?"}
    advice.ask(program.id, question, rulebook.catalogue, save_id, by, "http://localhost")
    change = {"event": "leadership", "happens_on": "2026-11-02", "text": "Our director leaves."}
    notices.report(program.id, rulebook.policy, change, save_id, asked_by, "http://localhost")


def make_person(
    role: Role | None = None, place: Partnership | Program | None = None, name: str | None = None
) -> Person:
    number = next(_numbers)
    with unit_of_work() as session:
        made = Person(name=name or f"Person {number}", email=f"person{number}@example.org", created_at=clock.now())
        session.add(made)
        session.flush()
        if role is not None and place is not None:
            key = "program_id" if role in PROGRAM_ROLES else "partnership_id"
            session.add(Membership(person_id=made.id, role=role, **{key: place.id}))
    db.session.refresh(made)
    return made


def make_cycle(program: Program, access_on: date = date(2026, 8, 1), number: int = 1) -> Cycle:
    with unit_of_work() as session:
        made = Cycle(
            program_id=program.id, number=number, rulebook=current_rulebook(program.partnership).record(),
            created_at=clock.now(), access_on=access_on,
        )  # fmt: skip
        session.add(made)
    return made


def raw_answer(status: str = "in_practice", rating: str = "4", **more: object) -> dict[str, object]:
    return {
        "status": status,
        "rating": rating,
        "na_reason": "",
        "notes": "",
        "sub_items": [],
        "own_minimum": "",
        **more,
    }


def answer_all(cycle: Cycle, by: Person, not_in_practice: tuple[str, ...] = (), rating: int = 4) -> None:
    """Answer every practice: in practice, except the codes named."""
    from portal.assessments.models import StoredAnswer
    from portal.cycles.queries import rulebook_of

    with unit_of_work() as session:
        for practice in rulebook_of(cycle).catalogue.practices:
            answer = (
                Answer(practice.code, Status.NOT_IN_PRACTICE)
                if practice.code in not_in_practice
                else Answer(practice.code, Status.IN_PRACTICE, rating,
                            sub_items=tuple(item.letter for item in practice.sub_items),
                            notes="As we were asked." if practice.needs_notes else "")
            )  # fmt: skip
            session.add(
                StoredAnswer(
                    cycle_id=cycle.id,
                    practice_code=practice.code,
                    version=1,
                    save_id=f"made-{practice.code}",
                    saved_at=clock.now(),
                    saved_by_id=by.id,
                    content=answer.as_dict(),
                )
            )


def submitted_cycle(program: Program, by: Person, not_in_practice: tuple[str, ...] = ()) -> Cycle:
    """Return a cycle answered and submitted through the service."""
    cycle = make_cycle(program)
    answer_all(cycle, by, not_in_practice)
    assessments.submit(cycle.id, by.id, base_url="http://localhost")
    db.session.refresh(cycle)
    return cycle


def browser(app: Flask, person: Person) -> FlaskClient:
    """Give a client of its own to a person who is signed in."""
    client = app.test_client()
    sign_in(client, person)
    return client


def sign_in(client: FlaskClient, person: Person) -> None:
    """Give the client the cookie of a real session row."""
    token = start_session(person.id, "test browser").get_id()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True


def make_award(program: Program, on: date, until: date, tier_key: str = "") -> Award:
    """Return a recognition as it was confirmed on that day, by the rules in force now, with no assessment behind it."""
    rulebook, moment = current_rulebook(program.partnership), clock.now()
    tier = next(one for one in rulebook.tiers if tier_key in ("", one.key))
    result = TierResult(tier.key, tier.name, tier.rank, (), True)
    with unit_of_work() as session:
        cycle = make_cycle(program, on)
        cycle.state, cycle.submitted_on, cycle.awarded_on = CycleState.RECOGNIZED, on, on
        made = Award(
            cycle_id=cycle.id, cycle=cycle, tier_key=tier.key, tier_name=tier.name, awarded_on=on, expires_on=until,
            confirmed_at=moment, rulebook=rulebook.record(), standing=Standing.HELD, appeal_open=False,
            decision=Decision("awarded", result, (result,), f"All conditions of {tier.name} are met.").to_json(),
        )  # fmt: skip
        session.add(made)
        session.flush()
        begin(made, None)
    return made
