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

from portal.accounts.models import Membership
from portal.assessments.models import Amendment, AnswerVersion, Judgement, Submission
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.evidence.models import Evidence, EvidenceUse
from portal.followup.models import CheckIn
from portal.foundation.access import Role
from portal.foundation.database import Base, db
from portal.foundation.documents import Document
from portal.foundation.migrate import upgrade
from portal.foundation.outbox import Message
from portal.foundation.storage import storage
from portal.plans.models import Statement
from portal.recognition.models import Award
from portal.reviews.models import ReviewLook
from portal.teamwork.models import Comment, Flag, SectionGiven, SectionSeen
from tests.evidence.papers import pdf
from tests.factories import answer_all, make_partnership, make_person, make_program, sign_in

Twice = Callable[..., list[int]]


@pytest.fixture
def twice(empty_app: Flask) -> Twice:
    """Send the same form twice at once from one person's browser, and return both answers."""

    def send(client: FlaskClient, where: str, **data: str | bytes) -> list[int]:
        answers, start = [], threading.Barrier(2)
        cookie = client.get_cookie("nqms")

        def press() -> None:
            browser = empty_app.test_client()
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


def test_every_form_sent_twice_at_once_has_one_effect(empty_app: Flask, twice: Twice) -> None:
    upgrade()
    partnership = make_partnership("here")
    program = make_program(partnership)
    people = [
        make_person(Role.PROGRAM_ADMINISTRATOR, program),
        make_person(Role.REVIEWER, partnership),
        make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership),
    ]
    owner, staff, manager = (empty_app.test_client() for _ in people)
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
    assert twice(staff, f"{at}/review/visit", held_on="2026-10-01", visit_place="At the program") == [303, 303]

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

    plan = {"version": "0", "save_id": "one-plan-id", "months": "12", "then": "issue"}
    for n in (1, 2, 3):
        plan |= {f"p{n}-title": f"Aim {n}", f"p{n}-codes": "B.2.4", f"p{n}-a1-text": "Ask"}
        plan |= {f"p{n}-a1-owner": "Ana", f"p{n}-a1-due": "2027-03"}
    assert twice(staff, f"{at}/plan", **plan) == [303, 303]
    assert count(Statement) == 1
    assert twice(staff, f"{at}/plan/issue") == [303, 303]

    page = staff.get(f"{at}/plan").text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    leader = {"leader_name": "Lee Dorn", "leader_email": "lee.dorn@example.org", "seen": seen[1]}
    assert twice(staff, f"{at}/statement/send", **leader) == [303, 303]
    assert (count(Statement), count(Message, Message.key.like("statement:%"))) == (2, 2)

    text = db.session.scalars(select(Message.text).order_by(Message.id.desc()).limit(1)).one()
    link = next(line for line in text.splitlines() if line.startswith("http")).removeprefix("http://localhost")
    assert twice(empty_app.test_client(), link, name="Lee Dorn", title="Director", confirm="yes") == [200, 200]
    assert twice(staff, f"{at}/recognition/confirm") == [303, 303]
    assert count(Award) == 1
    assert twice(staff, f"{at}/documents/plan/letter") == [303, 303]
    assert count(Document) == 1
    done = {"month": "3", "done_on": "2026-10-01", "how": "phone", "notes": "Going well."}
    assert twice(staff, f"{at}/check-ins", **done) == [303, 303]
    assert count(CheckIn) == 1
