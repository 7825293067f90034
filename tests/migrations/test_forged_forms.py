"""What no page of ours sends, on each kind of database: a sentence or a page, never a fault of ours."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.assessments import amending
from portal.assessments.models import Amendment, AmendmentState
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.database import Base, db
from portal.partnerships.models import Partnership
from portal.programs.models import Program
from portal.requests.forms import NEEDS
from portal.requests.models import Advice, AdviceMessage, ChangeNotice, NeedsVersion, Registration
from portal.reviews import meeting
from portal.visits.models import Visit
from tests.factories import make_cycle, make_partnership, make_person, make_program, sign_in, submitted_cycle
from tests.requests.test_registrations import FORM

pytestmark = pytest.mark.walk

ODD_IDS = ("nul\0in-it", "x" * 300, "", "\u202e")


class Place:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self.partnership: Partnership = make_partnership("riverbend")
        self.program: Program = make_program(self.partnership)
        self.owner: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program)
        self.colleague: Person = make_person(Role.CONTRIBUTOR, self.program)
        self.staff: Person = make_person(Role.REVIEWER, self.partnership)

    def client(self, person: Person) -> FlaskClient:
        made = self.app.test_client()
        sign_in(made, person)
        return made


@pytest.fixture
def place(app: Flask) -> Place:
    return Place(app)


def count(model: type[Base]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_forms_with_ids_that_no_page_made_are_stored_all_the_same(place: Place) -> None:
    cycle: Cycle = make_cycle(place.program)
    owner, at, who = place.client(place.owner), f"/programs/{place.program.id}", f"/cycles/{cycle.id}/who"
    colleague = str(place.colleague.id)
    for number, odd in enumerate(ODD_IDS):
        asked = {"topic": "Mentors", "practices": "", "text": f"How {number}?", "save_id": odd}
        assert owner.post(f"{at}/advice", data=asked).status_code == 303
        assert owner.post("/advice/1/reply", data={"text": f"More {number}.", "save_id": odd}).status_code == 303
        told = {"event": "leadership", "happens_on": "2026-11-02", "text": f"News {number}.", "save_id": odd}
        assert owner.post(f"{at}/changes/new", data=told).status_code == 303
        needs = dict.fromkeys(NEEDS, f"Text {number}.") | {"version": str(number), "save_id": odd}
        assert owner.post(f"{at}/gates/needs", data=needs).status_code == 303
        given = {"s-1-had": colleague if number % 2 else "", "s-1": [] if number % 2 else colleague, "save_id": odd}
        assert owner.post(who, data=given).status_code == 303
        entered = FORM | {"name": f"Program {number}", "save_id": odd}
        assert place.app.test_client().post("/partnerships/riverbend/register", data=entered).status_code == 303
    assert [count(one) for one in (Advice, ChangeNotice, NeedsVersion, Registration)] == [4, 4, 4, 4]
    assert count(AdviceMessage) == 8


def test_question_with_the_id_of_a_message_is_asked_all_the_same(place: Place) -> None:
    owner, at = place.client(place.owner), f"/programs/{place.program.id}/advice"
    assert owner.post(at, data={"topic": "Mentors", "text": "How?", "save_id": "first-save-id"}).status_code == 303
    assert owner.post("/advice/1/reply", data={"text": "More.", "save_id": "second-save-id"}).status_code == 303
    assert owner.post(at, data={"topic": "Money", "text": "Where?", "save_id": "second-save-id"}).status_code == 303
    assert (count(Advice), count(AdviceMessage)) == (2, 3)


def test_history_of_a_code_that_no_database_can_be_asked_for_is_not_found(place: Place) -> None:
    at = f"/cycles/{make_cycle(place.program).id}/answers"
    assert place.client(place.owner).get(f"{at}/%00/history").status_code == 404
    assert place.client(place.owner).get(f"{at}/B.2.3/history").status_code == 200


def test_more_ticks_than_a_database_takes_are_no_fault_of_ours(place: Place) -> None:
    at = f"/cycles/{make_cycle(place.program).id}/answers/B.2.3/evidence/attach"
    body = "&".join(f"piece={number}" for number in range(1, 70_001))
    kind = "application/x-www-form-urlencoded"
    assert place.client(place.owner).post(at, data=body, content_type=kind).status_code == 303


def test_round_is_closed_though_somebody_sent_an_answer_under_a_guessed_id(place: Place) -> None:
    cycle = submitted_cycle(place.program, place.owner)
    where, url = f"/cycles/{cycle.id}", "http://localhost"
    round_ = amending.reopen(cycle.id, None, ["B.2.3"], "Look.", date(2026, 10, 9), place.staff.id, url)
    number = round_.id
    typed = {"B.2.3-status": "not_in_practice", "version": "1", "save_id": f"put-back-{number}"}
    assert place.client(place.colleague).post(f"{where}/answers/B.2.3", data=typed).status_code == 200
    ended = {"amendment": str(number), "close_reason": "No need any more."}
    assert place.client(place.staff).post(f"{where}/changes/close", data=ended).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Amendment, number).state is AmendmentState.CLOSED


VISIT_FIELDS = ("time", "starts_at", "reason", "cancel_reason", "minutes", "place", "program", "partnership", "materials", "pick",
                "asked", "seen", "save_id", "held_on", "took_part", "visit_place")  # fmt: skip


def test_forms_of_a_visit_answer_odd_values_in_words(place: Place) -> None:
    cycle = submitted_cycle(place.program, place.owner)
    staff, owner, at = place.client(place.staff), place.client(place.owner), f"/cycles/{cycle.id}/visit"
    meeting.record_contact(cycle.id, date(2026, 10, 1), "call", place.staff.id)
    valid = {"starts_at": "2026-11-05T10:00", "minutes": "120", "held_on": "2026-10-01"}
    seen = set()
    for odd in (*ODD_IDS, "x" * 30_000, "9999-12-31T23:59", "0001-01-01T00:00:00+14:00", "-1"):
        for more in ({}, valid):
            for what in ("propose", "date", "details", "pick", "ask", "cancel"):
                form = dict.fromkeys(VISIT_FIELDS, odd) | more
                if more:
                    db.session.rollback()
                    form["seen"] = str(db.session.scalar(select(Visit.version)) or 0)
                    db.session.rollback()
                client = owner if what in ("pick", "ask") else staff
                seen.add(client.post(f"{at}/{what}", data=form).status_code)
            seen.add(
                staff.post(f"{at}/notes/free", data={"free-note": odd, "version": odd, "save_id": odd}).status_code
            )
        unknown = place.app.test_client().get(f"/calendar/{quote(odd[:200] or '-')}.ics")
        assert (odd[:9], unknown.status_code) == (odd[:9], 404)
    odd_held = dict.fromkeys(VISIT_FIELDS, "nul\0in-it")
    assert staff.post(f"/cycles/{cycle.id}/review/visit", data=odd_held | {"held_on": "2026-10-01"}).status_code == 422
    assert seen <= {303, 400, 409, 422}
    assert 303 in seen
