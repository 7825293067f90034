"""After a mini-review the Statement is signed again where the rules want it, and nothing counted from the first moves."""

from __future__ import annotations

import io
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.cycles.models import CycleState
from portal.cycles.queries import rulebook_of
from portal.cycles.services import advance
from portal.desk.duties import duties_of
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.papers.statement import statement_snapshot
from portal.plans.covering import covered_now
from portal.plans.documents import plan_snapshot
from portal.plans.models import Statement
from portal.plans.queries import signed_statement
from tests.assessments.amendments import words
from tests.conftest import StandingClock
from tests.evidence.papers import pdf
from tests.factories import browser
from tests.statements.statements import SIGNED, Asked

from .test_paper import READ, record, stored_files

FIRST, HELD, AGAIN = date(2026, 10, 1), date(2027, 10, 1), date(2027, 10, 4)
LOG = {"month": "12", "done_on": HELD.isoformat(), "how": "visit", "notes": "Held.", "save_id": "s-12"}


def held(asked: Asked, clock: StandingClock, again: bool = True) -> FlaskClient:
    """Sign, recognize, and log the mini-review a year later, by rules that want a second signature or do not."""
    cycle = asked.cast.cycle
    assert asked.leader.post(asked.link, data=SIGNED).status_code == 200
    with unit_of_work():
        advance(cycle, CycleState.RECOGNIZED, FIRST)
        record = rulebook_of(cycle).record()
        cycle.rulebook = record | {"policy": record["policy"] | {"sign_again_at_mini_review": again}}
    clock.go(days=365)
    staff = browser(asked.cast.app, asked.cast.reviewer)
    assert staff.post(f"/cycles/{cycle.id}/check-ins", data=LOG).status_code == 303
    clock.go(days=3)
    return browser(asked.cast.app, asked.cast.reviewer)


def send(staff: FlaskClient, asked: Asked) -> int:
    leader = {"leader_name": "Lee Dorn", "leader_email": "lee.dorn@example.org", "seen": "none"}
    return staff.post(f"/cycles/{asked.cast.cycle.id}/statement/send", data=leader).status_code


def to_sign(asked: Asked) -> list[tuple[str, date | None]]:
    duties = duties_of(asked.cast.cycle.program.partnership)
    return [(one.title, one.due) for one in duties if one.kind == "statement"]


def test_statement_is_signed_again_and_the_recognition_stays(asked: Asked, clock: StandingClock) -> None:
    cycle, first = asked.cast.cycle, asked.link
    staff = held(asked, clock)
    assert to_sign(asked) == [("Statement of Accuracy signed again", date(2027, 10, 15))]
    page = f"/cycles/{cycle.id}/statement"
    assert [part for part in ("signed by Lee Dorn", "To be signed again.", "Nobody is asked to sign again yet.") if
            part.lower() not in staff.get(page).text.lower()] == []  # fmt: skip
    assert "has to be signed again" in staff.get(f"/cycles/{cycle.id}/follow-up").text
    assert "is signed again now" in staff.get(f"/cycles/{cycle.id}/mini-review").text
    theirs = browser(asked.cast.app, asked.cast.administrator).get(f"/cycles/{cycle.id}/follow-up").text
    assert "to sign the Statement of Accuracy again" in theirs
    assert send(staff, asked) == 303
    assert asked.leader.post(first, data=SIGNED).status_code == 200  # the page of before, sent once more
    assert signed_statement(cycle).day_signed == FIRST
    for _ in range(2):
        assert "It is signed." in asked.leader.post(asked.link, data=SIGNED).text
    db.session.expire_all()
    assert (cycle.state, cycle.statement_signed_on, signed_statement(cycle).day_signed) == (
        CycleState.RECOGNIZED, FIRST, AGAIN,
    )  # fmt: skip
    assert len(db.session.scalars(select(Statement).where(Statement.signed_at.is_not(None))).all()) == 2
    mails = db.session.scalars(select(Message).where(Message.key.like("signed:%")).order_by(Message.id)).all()
    assert ["again" in mail.subject for mail in mails] == [False, True]
    assert statement_snapshot(cycle)["signed_on"] == "October 4, 2027"
    assert (to_sign(asked), send(staff, asked)) == ([], 422)
    assert "To be signed again." not in staff.get(page).text


def test_paper_signed_again_changes_no_day_of_the_first(asked: Asked, clock: StandingClock) -> None:
    cycle = asked.cast.cycle
    staff = held(asked, clock)
    assert staff.post(f"/cycles/{cycle.id}/statement/paper", data={"paper_name": "Lee Dorn"}).status_code == 303
    page = f"/cycles/{cycle.id}/statement"
    assert ["Waits for Lee Dorn." in staff.get(page).text, "Prepared on paper at 14:02." in staff.get(page).text] == [
        True
    ] * 2
    early = record(asked, signed_on=HELD.isoformat())  # the paper did not exist on the day of the mini-review
    assert (early.status_code, "This paper was made on October 4, 2027." in early.text) == (422, True)
    assert record(asked, signed_on=AGAIN.isoformat()).status_code == 303
    db.session.expire_all()
    assert (cycle.state, cycle.statement_signed_on, signed_statement(cycle).day_signed, to_sign(asked)) == (
        CycleState.RECOGNIZED, FIRST, AGAIN, [],
    )  # fmt: skip


@pytest.mark.parametrize("state", [CycleState.SIGNED, CycleState.RECOGNIZED])
def test_statement_is_signed_once_where_the_rules_do_not_say_otherwise(
    asked: Asked, clock: StandingClock, state: CycleState
) -> None:
    staff = held(asked, clock, again=False)
    with unit_of_work():
        asked.cast.cycle.state = state
    assert (to_sign(asked), send(staff, asked)) == ([], 422)
    assert "To be signed again." not in staff.get(f"/cycles/{asked.cast.cycle.id}/statement").text


def test_first_signature_stays_what_it_is_whatever_is_sent_to_it(asked: Asked, clock: StandingClock) -> None:
    number = asked.waiting.id
    held(asked, clock)
    with unit_of_work():  # nothing it covers has changed since
        first = db.session.get_one(Statement, number)
        first.content_hash = covered_now(asked.cast.cycle).hash
    before = (first.signer_title, first.how, first.signed_on, first.signed_at)
    staff, where = browser(asked.cast.app, asked.cast.reviewer), asked.cast.at(f"statements/{number}/signed-paper")
    sent = READ | {"title": "Chair", "signed_on": AGAIN.isoformat(), "file": (io.BytesIO(pdf()), "scan.pdf")}
    late = staff.post(where, data=sent)
    assert (late.status_code, "This Statement is signed already, and stays as it is." in late.text) == (422, True)
    db.session.expire_all()
    assert (first.signer_title, first.how, first.signed_on, first.signed_at) == before
    assert (to_sign(asked) != [], stored_files()) == (True, 0)


def test_first_signature_is_shown_until_there_is_a_second(asked: Asked, clock: StandingClock) -> None:
    cycle = asked.cast.cycle
    staff = held(asked, clock)
    kim = {"leader_name": "Kim Oday", "leader_email": "kim@example.org", "seen": "none"}
    assert staff.post(f"/cycles/{cycle.id}/statement/send", data=kim).status_code == 303
    program = f"/programs/{cycle.program_id}"
    shown = [statement_snapshot(cycle), plan_snapshot(cycle)["statement"]]
    assert [(one["signed"], one["signer"]) for one in shown] == [(True, "Lee Dorn")] * 2
    assert "Signed by Lee Dorn on October 1, 2026" in words(staff.get(program).text)
    assert "It is signed." in asked.leader.post(asked.link, data=SIGNED | {"name": "Kim Oday"}).text
    db.session.expire_all()
    shown = [statement_snapshot(cycle), plan_snapshot(cycle)["statement"]]
    assert [(one["signer"], one.get("signed_on") or one["on"]) for one in shown] == [
        ("Kim Oday", "October 4, 2027")
    ] * 2
    assert "Signed by Kim Oday on October 4, 2027" in words(staff.get(program).text)


@pytest.mark.parametrize("renewed", [False, True])
def test_link_that_nobody_needs_any_more_says_so_and_can_be_taken_back(
    asked: Asked, clock: StandingClock, renewed: bool
) -> None:
    cycle = asked.cast.cycle
    staff = held(asked, clock)
    assert send(staff, asked) == 303
    with unit_of_work():  # a renewal begins, or the mini-review was logged by mistake
        if renewed:
            advance(cycle, CycleState.CLOSED, AGAIN)
        else:
            cycle.mini_review_done_on = None
    for reply in (asked.leader.get(asked.link), asked.leader.post(asked.link, data=SIGNED)):
        assert (reply.status_code, "does not have to be signed any more" in reply.text) == (410, True)
    page = staff.get(f"/cycles/{cycle.id}/statement").text
    assert ("cannot be signed any more" in page, "Take back what waits" in page) == (True, True)
    assert staff.post(f"/cycles/{cycle.id}/statements/{asked.waiting.id}/withdraw").status_code == 303
    assert "Take back what waits" not in staff.get(f"/cycles/{cycle.id}/statement").text
