"""What a signature covers stays bound to its copy: while answers are open nobody signs, and a later change shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.assessments import amending
from portal.cycles.models import CycleState
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused
from portal.foundation.outbox import Message
from portal.plans import services
from portal.plans.documents import plan_snapshot
from portal.plans.drafts import draft_of
from portal.plans.forms import ActionDraft, PlanDraft, PriorityDraft
from portal.plans.models import Plan
from portal.plans.queries import kept_proposals, plan_of, proposals_for
from portal.recognition.services import NotAwarded, confirm
from tests.assessments.amendments import URL, Cast, make_cast

CODE = "B.2.3"


def written(app: Flask) -> Cast:
    """Return a visited program with a plan that can be issued."""
    made = make_cast(app, ("B.5.4", "B.5.12", "B.6.3"))
    with unit_of_work():
        made.cycle.state, made.cycle.contacted_on = CycleState.VISITED, date(2026, 10, 1)
        made.cycle.visited_on = date(2026, 10, 1)
    priorities = tuple(
        PriorityDraft(f"Aim {code}", "Because.", code, (ActionDraft("Do it.", "Coordinator", "2027-03"),))
        for code in ("B.5.4", "B.5.12", "B.6.3")
    )
    services.save_plan(made.cycle.id, PlanDraft("12", "", {}, {}, priorities), "0", "plan-save-1", made.reviewer.id)
    return made


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(written)


def issue(cast: Cast) -> Plan:
    return services.issue_plan(cast.cycle.id, cast.reviewer.id, URL)


def token() -> str:
    mail = db.session.scalars(select(Message.text).where(Message.key.like("statement:%")).order_by(Message.id.desc()))
    return mail.first().rpartition("/statement/")[2].strip()


def sign() -> None:
    services.sign(token(), "Lee Dorn", "Executive director", True, URL)


def issued(app: Flask) -> Cast:
    made = written(app)
    issue(made)
    return made


def test_plan_waits_while_answers_are_open_and_says_what_for(cast: Cast) -> None:
    round_ = cast.open(CODE)
    with pytest.raises(Refused) as refusal:
        issue(cast)
    assert refusal.value.problems[-1].sentence.startswith("Practices are open for changes: B.2.3.")
    form = {
        "version": "1",
        "save_id": "plan-save-2",
        "months": "12",
        "overview": "Typed at length.",
        "then": "issue",
        "open_seen": "yes",
    }
    reply = cast.client(cast.reviewer).post(cast.at("plan"), data=form)
    assert [reply.status_code, "Typed at length." in reply.text, "Open for changes: B.2.3" in reply.text] == [
        422,
        True,
        True,
    ]
    amending.close(cast.cycle.id, round_.id, "We talked.", cast.reviewer.id, URL)


def test_plan_issued_first_leaves_the_program_free_to_amend_and_its_link_shows_the_new_text(
    staged: Callable[..., Cast],
) -> None:
    cast = staged(issued)
    link = f"/statement/{token()}"
    client = cast.app.test_client()
    assert client.get(link).status_code == 200
    round_ = cast.open(CODE)
    cast.type(CODE, notes="What the leader noticed.")
    page = client.get(link)
    assert [page.status_code, "Please come back later" in page.text] == [410, True]
    with pytest.raises(services.SignLater):
        sign()
    cast.send(round_)
    page = client.get(link)
    assert [page.status_code, "What the leader noticed." in page.text, f"</strong> {CODE}." in page.text] == [
        200,
        True,
        True,
    ]
    with pytest.raises(services.TextChanged) as refusal:
        sign()  # over what was sent
    assert "has changed since" in refusal.value.sentence
    mail = db.session.scalars(select(Message.text).where(Message.key.like("amended-staff:%"))).one()
    assert "Its link shows the changed answers from now on" in mail
    staff = cast.client(cast.reviewer)
    looked = {"code": CODE, "number": "2"}  # also now that the review itself is locked
    assert staff.post(cast.at("review/changes"), data=looked).status_code == 303
    assert "You have looked at everything" in staff.get(cast.at("review/changes")).text
    assert "What was sent differs from today" in staff.get(cast.at("statement")).text
    staff.post(cast.at("statement/send"), data={"leader_name": "Lee Dorn", "leader_email": "lee.dorn@example.org"})
    assert "What was sent differs from today" not in staff.get(cast.at("statement")).text
    assert plan_snapshot(cast.cycle)["submitted_on"] == "October 1, 2026, with changes of October 1, 2026"
    sign()
    db.session.refresh(cast.cycle)
    assert (cast.cycle.state, plan_snapshot(cast.cycle)["statement"]["changed"]) == (CycleState.SIGNED, 0)


def test_link_works_again_when_nothing_was_sent(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    round_ = cast.open(CODE)
    cast.type(CODE, notes="Perhaps.")
    amending.leave(cast.cycle.id, round_.id, cast.administrator.id, URL)
    sign()
    db.session.refresh(cast.cycle)
    assert cast.cycle.state is CycleState.SIGNED


def test_signed_version_that_differs_is_said_wherever_it_counts(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    sign()
    staff, program = cast.client(cast.reviewer), cast.client(cast.administrator)
    sentence = "version differs from today's in 2 places"
    pages = (f"/programs/{cast.program.id}", cast.at("recognition"), cast.at("plan/print"))
    assert [sentence in staff.get(where).text.replace("&#39;", "'") for where in pages] == [False] * 3
    cast.amend(CODE, "B.2.5", notes="After the signature.")
    assert [sentence in staff.get(where).text.replace("&#39;", "'") for where in pages] == [True] * 3
    assert sentence in program.get(pages[0]).text.replace("&#39;", "'")
    assert plan_snapshot(cast.cycle)["statement"]["changed"] == 2


def test_recognition_waits_for_open_answers_and_for_a_request(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    sign()
    round_ = cast.open(CODE)
    with pytest.raises(OutOfOrder):
        confirm(cast.cycle.id, cast.reviewer.id, URL)
    cast.type(CODE, notes="Better.")
    cast.send(round_)
    asked = cast.ask("B.2.5")
    with pytest.raises(NotAwarded) as refusal:
        confirm(cast.cycle.id, cast.reviewer.id, URL)
    assert "Answer its request first" in refusal.value.sentence
    amending.decline(cast.cycle.id, asked.id, "No need.", cast.reviewer.id, URL)
    with pytest.raises(Refused):
        confirm(cast.cycle.id, cast.reviewer.id, URL)  # the signed version differs, and nobody says that they know
    confirm(cast.cycle.id, cast.reviewer.id, URL, CODE)
    assert db.session.scalars(select(AuditEntry.deed).where(AuditEntry.deed == "recognition confirmed")).all() != []


def test_rules_propose_anew_once_answers_changed_and_an_issued_plan_keeps_its_proposals(cast: Cast) -> None:
    def proposed() -> set[str]:
        return {code for one in proposals_for(cast.cycle).proposed for code in one.practices}

    assert "B.2.4" not in proposed()
    cast.amend("B.2.4", status="not_in_practice", rating="")
    assert "B.2.4" in proposed()
    assert "B.2.4" in cast.client(cast.reviewer).get(cast.at("plan")).text
    assert kept_proposals(plan_of(cast.cycle)).copy == 1
    draft = draft_of(plan_of(cast.cycle))
    services.save_plan(cast.cycle.id, draft, "1", "plan-save-2", cast.reviewer.id)
    assert kept_proposals(plan_of(cast.cycle)).copy == 2
    issue(cast)
    cast.amend("B.2.5", status="not_in_practice", rating="")
    assert [code in proposed() for code in ("B.2.4", "B.2.5")] == [True, False]


def test_staff_read_that_nobody_can_sign_while_practices_are_open(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    staff, page = cast.client(cast.reviewer), cast.at("statement")
    assert "Waits for " in staff.get(page).text
    round_ = cast.open(CODE)
    shown = staff.get(page).text
    assert ["Waits for " in shown, "Nobody can sign right now." in shown, "Open for changes: B.2.3." in shown] == [
        False, True, True,
    ]  # fmt: skip
    amending.close(cast.cycle.id, round_.id, "We talked.", cast.reviewer.id, URL)
    assert "Waits for " in staff.get(page).text
