"""The whole path on each kind of database, every form sent twice at the same moment: one effect, no page of ours breaks."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Membership, Person
from portal.assessments.models import Amendment, AnswerVersion, Judgement, Submission
from portal.cycles.models import AccessRequest, Cycle
from portal.cycles.queries import rulebook_of
from portal.evidence.models import Evidence, EvidenceUse
from portal.followup.models import CheckIn
from portal.foundation.access import Role
from portal.foundation.database import Base, db
from portal.foundation.documents import Document
from portal.foundation.outbox import Message
from portal.foundation.storage import storage
from portal.plans.models import Statement
from portal.programs.models import FactsVersion, Program
from portal.recognition.models import Award
from portal.requests.forms import NEEDS
from portal.requests.models import Advice, AdviceMessage, ChangeNotice, GateSignature, NeedsVersion, Registration
from portal.reviews.models import ReviewLook
from portal.reviews.reviewers import Reviewer
from portal.teamwork.models import Comment, Flag, SectionGiven, SectionSeen
from portal.visits.models import CalendarFeed, VisitEvent, VisitNoteVersion
from tests.evidence.papers import pdf
from tests.factories import answer_all, make_partnership, make_person, make_program, sign_in

Twice = Callable[..., list[int]]


@pytest.fixture
def twice(app: Flask) -> Twice:
    """Send the same form twice at once from one person's browser, and return both answers."""

    def send(client: FlaskClient, where: str, **data: str | bytes) -> list[int]:
        answers, start = [], threading.Barrier(2)
        cookie = client.get_cookie("nqms")

        def press() -> None:
            browser = app.test_client()
            if cookie is not None:
                browser.set_cookie("nqms", cookie.value)
            start.wait()
            form = {name: (io.BytesIO(it), "a.pdf") if isinstance(it, bytes) else it for name, it in data.items()}
            answers.append(browser.post(where, data=form).status_code)

        presses = [threading.Thread(target=press) for _ in range(2)]
        db.session.rollback()
        for one in presses:
            one.start()
        for one in presses:
            one.join()
        return sorted(answers)

    return send


def count(model: type[Base], *where: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def test_every_form_sent_twice_at_once_has_one_effect(app: Flask, twice: Twice) -> None:
    partnership = make_partnership("here")
    program = make_program(partnership)
    people = [
        make_person(Role.PROGRAM_ADMINISTRATOR, program),
        make_person(Role.REVIEWER, partnership),
        make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership),
    ]
    owner, staff, manager = (app.test_client() for _ in people)
    for browser, person in zip((owner, staff, manager), people, strict=True):
        sign_in(browser, person)
    program_at = f"/programs/{program.id}"

    invited = {"addresses": "Ana Núñez ana@example.org", "role": "contributor"}
    assert twice(manager, f"{program_at}/people", **invited) == [303, 303]
    assert count(Message, Message.to_email == "ana@example.org") == 1
    assert count(Membership, Membership.program_id == program.id, Membership.role == Role.CONTRIBUTOR) == 1

    assert twice(manager, f"{program_at}/access") == [303, 303]
    assert count(Cycle) == 1
    cycle = db.session.scalars(select(Cycle)).one()
    at = f"/cycles/{cycle.id}"

    section = rulebook_of(cycle).catalogue.sections[0].key
    ana = db.session.scalars(select(Membership.person_id).where(Membership.role == Role.CONTRIBUTOR)).one()
    given = {f"{section}-had": "", section: str(ana), "save_id": "one-act"}
    assert twice(owner, f"{at}/who", **given) == [303, 303]
    assert (count(SectionGiven), count(Message, Message.key.like("section-given:%"))) == (1, 1)
    assert twice(owner, f"{at}/sections/{section}/here") == [204, 204]
    assert count(SectionSeen) == 1
    assert twice(owner, f"{at}/answers/B.2.3/flag", flag="on") == [303, 303]
    assert count(Flag) == 1
    said = {"text": "What do we say?", "tell": str(ana), "save_id": "one-save-id"}
    assert twice(owner, f"{at}/answers/B.2.3/talk", **said) == [303, 303]
    assert (count(Comment), count(Message, Message.key.like("comment:%"))) == (1, 1)

    answer = {"B.2.3-status": "in_practice", "B.2.3-rating": "4", "B.2.3-version": "0", "B.2.3-save_id": "one-save-id"}
    assert twice(owner, f"{at}/answers/B.2.3", **answer) == [200, 200]
    assert count(AnswerVersion) == 1
    handbook, beside = pdf(), f"{at}/answers/B.2.3/evidence"
    assert twice(owner, beside, file=handbook, title="Handbook") == [303, 303]
    link = {"link-address": "https://example.org/", "link-title": "Our page"}
    assert twice(owner, f"{beside}/links", **link) == [303, 303]
    assert (count(Evidence), count(EvidenceUse)) == (2, 2)
    assert len(list(storage().list())) == 1
    piece = db.session.scalars(select(Evidence.id).where(Evidence.storage_key.is_not(None))).one()
    assert twice(owner, f"{at}/answers/B.2.5/evidence/attach", piece=str(piece)) == [303, 303]
    assert count(EvidenceUse) == 3
    assert twice(owner, f"{at}/evidence/{piece}/remove") == [303, 303]
    assert count(EvidenceUse, EvidenceUse.detached_at.is_(None)) == 1
    assert twice(owner, f"{at}/evidence/{piece}/put-back") == [303, 303]
    assert count(EvidenceUse, EvidenceUse.detached_at.is_(None)) == 3
    db.session.execute(Base.metadata.tables["answer"].delete())
    db.session.commit()
    answer_all(db.session.get_one(Cycle, cycle.id), people[0])
    assert twice(owner, f"{at}/submit", sure="yes") == [303, 303]
    assert count(Submission) == 1
    assert count(EvidenceUse, EvidenceUse.sealed_at.is_not(None)) == 3
    with staff.get(f"{at}/evidence/{piece}/file") as sent:
        assert sent.data == handbook

    item = {"B.2.3-rating": "3", "B.2.3-finding": "strength", "B.2.3-version": "0", "B.2.3-save_id": "one-save-id"}
    assert twice(staff, f"{at}/review/items/B.2.3", **item) == [200, 200]
    assert twice(staff, f"{at}/review/contact", contact_on="2026-10-01", contact_how="call") == [303, 303]
    offered = {"time": "2026-11-10T10:00", "seen": "0", "save_id": "visit-id-1"}
    assert twice(staff, f"{at}/visit/propose", **offered) == [303, 303]
    picked = {"pick": "2026-11-10T15:00:00+00:00", "seen": "1", "save_id": "visit-id-2"}
    assert twice(owner, f"{at}/visit/pick", **picked) == [303, 303]
    noted = {"free-note": "Tea", "version": "0", "save_id": "note-save-1"}
    assert twice(staff, f"{at}/visit/notes/free", **noted) == [200, 200]
    assert twice(staff, "/account/calendar") == [200, 200]
    assert (count(VisitEvent), count(VisitNoteVersion), count(CalendarFeed)) == (2, 1, 1)
    assert count(Message, Message.key.like("visit-invitation:%")) == 2
    held = {"held_on": "2026-10-01", "visit_place": "At the program", "sure": "2026-10-01"}  # another day than planned
    assert twice(staff, f"{at}/review/visit", **held) == [303, 303]

    assert twice(owner, f"{at}/changes/ask", code="B.2.3", reason="Wrong form.") == [303, 303]
    round_ = {"amendment": str(db.session.scalars(select(Amendment.id)).one())}
    opened = {"code": "B.2.3", "note": "Please.", "due_on": "2026-10-09"}
    assert twice(staff, f"{at}/changes/reopen", **round_, **opened) == [303, 303]
    changed = {"B.2.3-status": "in_practice", "B.2.3-rating": "5", "B.2.3-version": "1", "B.2.3-save_id": "new-save-id"}
    assert twice(owner, f"{at}/answers/B.2.3", **changed) == [200, 200]
    assert twice(owner, f"{at}/changes/send", **round_) == [303, 303]
    assert twice(staff, f"{at}/review/changes", code="B.2.3", number="2") == [303, 303]
    assert (count(Amendment), count(Submission), count(Judgement), count(ReviewLook)) == (1, 2, 2, 1)
    assert (
        count(Message, Message.key.like("amend%")) == 7
    )  # asked and sent: 2 of staff each; opened: 2 who answer; receipt: 1

    plan = {"version": "0", "save_id": "one-plan-id", "months": "12", "then": "issue", "open_seen": "yes"}
    for n in (1, 2, 3):
        plan |= {f"p{n}-title": f"Aim {n}", f"p{n}-codes": "B.2.4", f"p{n}-a1-text": "Ask"}
        plan |= {f"p{n}-a1-owner": "Ana", f"p{n}-a1-due": "2027-03"}
    assert twice(staff, f"{at}/plan", **plan) == [303, 303]
    assert count(Statement) == 1
    assert twice(staff, f"{at}/plan/issue", open_seen="yes") == [303, 303]

    kim = make_person(Role.REVIEWER, partnership)
    team = {"seen": str(people[1].id), f"part-{people[1].id}": "decides", f"part-{kim.id}": "second_opinion"}
    assert twice(staff, f"{at}/reviewers", **team) == [303, 303]
    assert (count(Reviewer), count(Message, Message.key.like("assigned:%"))) == (1, 1)

    page = staff.get(f"{at}/statement").text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    leader = {"leader_name": "Lee Dorn", "leader_email": "lee.dorn@example.org", "seen": seen[1]}
    assert twice(staff, f"{at}/statement/send", **leader) == [303, 303]
    assert twice(staff, f"{at}/statement/paper", paper_name="Lee Dorn") == [303, 303]
    assert (count(Statement), count(Message, Message.key.like("statement:%"))) == (2, 2)

    text = db.session.scalars(select(Message.text).order_by(Message.id.desc()).limit(1)).one()
    link = next(line for line in text.splitlines() if line.startswith("http")).removeprefix("http://localhost")
    assert twice(app.test_client(), link, name="Lee Dorn", title="Director", confirm="yes") == [200, 200]
    assert twice(staff, f"{at}/recognition/confirm", read="yes") == [303, 303]
    assert count(Award) == 1
    assert twice(staff, f"{at}/documents/plan/letter") == [303, 303]
    assert twice(staff, f"{at}/papers/certificate/a4") == [303, 303]
    assert count(Document) == 2
    done = {"month": "3", "done_on": "2026-10-01", "how": "phone", "notes": "Going well.", "early": "3"}
    assert twice(staff, f"{at}/check-ins", **done) == [303, 303]
    assert count(CheckIn) == 1


def newest_link(to: str) -> str:
    db.session.rollback()
    texts = select(Message.text).where(Message.to_email == to).order_by(Message.id.desc()).limit(1)
    return re.search(r"http://localhost(/\S+)", db.session.scalars(texts).one())[1]  # type: ignore[index]


def test_every_form_of_the_program_side_sent_twice_at_once_has_one_effect(app: Flask, twice: Twice) -> None:
    partnership = make_partnership("minnesota", ("minnesota",))
    manager, anyone = app.test_client(), app.test_client()
    sign_in(manager, make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership))
    form = {
        "save_id": "one-save-id", "name": "Open Door", "place": "Granton", "description": "Pairs meet.", "founded": "2019-05-01",
        "mentor_description": "Be a friend.", "contact_name": "Ana Núñez", "contact_email": "ana@example.org",
        "model": "one-to-one", "youth_max_age": "14", "background_checks": "yes",
    }  # fmt: skip
    assert twice(anyone, "/partnerships/minnesota/register", **form) == [303, 303]
    assert (count(Registration), count(Message)) == (1, 1)
    assert twice(anyone, newest_link("ana@example.org")) == [200, 200]
    registration = db.session.scalars(select(Registration)).one()
    ticks = dict.fromkeys(("in_service_area", "registered", "capacity_confirmed", "pairs_volunteers"), "yes")
    assert twice(
        manager, f"/registrations/{registration.id}/approve", name="Open Door", sure="full_cycle_done", **ticks
    ) == [303, 303]
    assert (count(Program), count(Membership, Membership.program_id.is_not(None))) == (1, 1)
    program = db.session.scalars(select(Program)).one()
    owner, at = app.test_client(), f"/programs/{program.id}"
    sign_in(owner, db.session.scalars(select(Person).where(Person.email == "ana@example.org")).one())

    assert twice(owner, f"{at}/facts", **(form | {"version": "0", "phone": "555-0101"})) == [303, 303]
    assert count(FactsVersion) == 1
    asked = {"start_on": "2026-11-02", "helpers": "All of us"}
    assert twice(owner, f"{at}/ask-access", **asked) == [303, 303]
    assert count(AccessRequest) == 1
    needs = dict.fromkeys(NEEDS, "So it is.") | {"version": "0", "save_id": "one-needs-id"}
    assert twice(owner, f"{at}/gates/needs/send", **needs) == [303, 303]
    signers = {f"s{n}-{part}": f"{part}{n}@example.org" for n in (1, 2) for part in ("name", "title", "email")}
    assert twice(owner, f"{at}/gates/mou/signers", **signers) == [303, 303]
    assert (count(NeedsVersion), count(GateSignature)) == (1, 2)
    for n in (1, 2):
        link = newest_link(f"email{n}@example.org")
        assert twice(anyone, link, name="Lee Dorn", title="Director", confirm="yes") == [200, 200]
    assert set(db.session.scalars(select(Program.gates_passed)).one()) == {"needs_assessment", "mou"}
    assert (count(FactsVersion), count(Message, Message.key.like("agreement-done:%"))) == (3, 2)

    question = {"save_id": "one-question", "topic": "Finding mentors", "text": "How?"}
    assert twice(owner, f"{at}/advice", **question) == [303, 303]
    talk = db.session.scalars(select(Advice)).one()
    assert twice(manager, f"/advice/{talk.id}/reply", text="Like this.", save_id="one-answer") == [303, 303]
    news = {"save_id": "one-news", "event": "model", "happens_on": "2026-11-02", "text": "Groups now."}
    assert twice(owner, f"{at}/changes/new", **news) == [303, 303]
    assert (count(Advice), count(AdviceMessage), count(ChangeNotice)) == (1, 2, 1)
    notice = db.session.scalars(select(ChangeNotice)).one()
    assert twice(manager, f"/changes/{notice.id}/read") == [303, 303]
    assert count(Message, Message.key.like("change-read:%")) == 1
    assert twice(manager, f"{at}/access") == [303, 303]
    assert (count(Cycle), count(Message, Message.key.like("access:%"))) == (1, 1)
