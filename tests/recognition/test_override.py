"""Deciding otherwise than the rules, and moving up once they decide more: both sides kept, nothing skipped, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from portal.assessments import amending
from portal.assessments.queries import stored_answers
from portal.cycles.models import CycleState
from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError
from portal.recognition.history import events_of_program, newest_event
from portal.recognition.models import Award, AwardEvent
from portal.recognition.queries import award_of
from portal.recognition.services import Override, confirm, override
from rules.answers import Answer, Status
from tests.dropins import RAISES, drop_in
from tests.factories import make_person

from .conftest import TODAY, Signed

URL = "http://localhost"


def post(cast: Signed, what: str = "override", person: object = None, **typed: str) -> tuple[int, str]:
    reply = cast.browser(person or cast.manager).post(f"{cast.at}/recognition/{what}", data=typed)  # type: ignore[arg-type]
    return reply.status_code, " ".join(reply.text.split())


def test_administrator_awards_less_or_more_than_the_rules_with_a_reason_that_everybody_sees(signed: Callable) -> None:
    cast = signed(not_in_practice=("B.1.2",))
    assert "Decide otherwise than the rules" in cast.page(cast.manager, f"{cast.at}/recognition")
    assert "Decide otherwise than the rules" not in cast.page(cast.reviewer, f"{cast.at}/recognition")
    assert post(cast, person=cast.reviewer, tier="expert", reason="No.")[0] == 403
    status, page = post(cast, tier="", reason=" ")
    assert [status, "Choose a tier." in page, "Say why, so that others" in page] == [422, True, True]
    status, page = post(cast, tier="dedicated", reason="My <b>reason</b>.")
    assert [status, "The rules decide this tier themselves" in page, "My &lt;b&gt;reason&lt;/b&gt;." in page] == [
        422,
        True,
        True,
    ]
    assert award_of(cast.cycle) is None
    assert post(cast, tier="expert", reason="Their own way of B.1.2 is as good.")[0] == 303
    award = award_of(cast.cycle)
    assert (award.tier_name, award.override_reason) == ("Expert Partner", "Their own way of B.1.2 is as good.")
    for person, where in ((cast.reviewer, f"{cast.at}/recognition"), (cast.admin, f"/programs/{cast.program.id}/recognition"),
                          (cast.admin, f"/programs/{cast.program.id}"), (cast.admin, f"{cast.at}/scorecard")):  # fmt: skip
        shown = cast.page(person, where)
        assert (where, "against the rules" in shown, "Their own way of B.1.2 is as good." in shown) == (
            where,
            True,
            True,
        )
    row = events_of_program(cast.program.id)[0]
    assert (row.event.overridden, row.event.by_id, row.tier_by_rules) == (True, cast.manager.id, "Dedicated Partner")
    deed = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "recognition overridden")).one()
    assert (deed.person_id, deed.detail["tier"], deed.detail["against_the_rules"]) == (cast.manager.id, "expert", True)


def test_nothing_is_awarded_while_the_statement_is_unsigned(signed: Callable) -> None:
    cast = signed()
    with unit_of_work():
        cast.cycle.state, cast.cycle.statement_signed_on = CycleState.PLAN_ISSUED, None
    assert "Decide otherwise than the rules" not in cast.page(cast.manager, f"{cast.at}/recognition")
    status, page = post(cast, tier="expert", reason="We know them.")
    assert [status, "after the Statement of Accuracy is signed" in page] == [422, True]
    assert (award_of(cast.cycle), db.session.scalar(select(func.count(AwardEvent.id)))) == (None, 0)


def test_override_of_what_nobody_could_decide_names_the_failed_rule(folder: Path, signed: Callable) -> None:
    drop_in(folder, "local", RAISES)
    cast = signed(("local",))
    assert "the list of counties is empty" in cast.page(cast.manager, f"{cast.at}/recognition")
    status, page = post(cast, tier="dedicated", reason="It cannot be mended this week.")
    assert [
        status,
        "Tick that you know which rule could not judge." in page,
        "the list of counties is empty" in page,
    ] == [422, True, True]
    assert post(cast, tier="dedicated", reason="It cannot be mended this week.", knows="yes")[0] == 303
    assert "the list of counties is empty" in cast.page(cast.admin, f"/programs/{cast.program.id}/recognition")


def test_two_administrators_at_once_award_once_and_the_second_is_told(signed: Callable) -> None:
    cast = signed()
    second = make_person(Role.PARTNERSHIP_ADMINISTRATOR, cast.partnership, name="Second Administrator")
    cycle, first_id, second_id = cast.cycle.id, cast.manager.id, second.id
    db.session.rollback()

    def press(one: int) -> str:
        with cast.app.app_context():
            try:
                if one:
                    return override(cycle, Override("dedicated", "Not yet."), second_id, URL).tier_key
                return confirm(cycle, first_id, URL).tier_key
            except DomainError as refusal:
                return refusal.sentence

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(press, (0, 1)), key=len)
    assert (said[0] in ("expert", "dedicated"), "This step was already taken: " in said[1]) == (True, True)
    assert [db.session.scalar(select(func.count(of.id))) for of in (Award, AwardEvent)] == [1, 1]
    award = award_of(cast.cycle)
    assert f"{award.confirmed_by.name} confirmed {award.tier_name} on October 1, 2026" in said[1]
    again = confirm(cycle, award.confirmed_by_id, URL)  # the same person pressed twice
    assert again.id == award.id


def test_amended_answers_let_a_program_move_up_and_keep_the_first_decision(signed: Callable) -> None:
    cast = signed(not_in_practice=("B.1.2",))
    award = confirm(cast.cycle.id, cast.reviewer.id, URL)
    first = award.decision
    status, page = post(cast, "move-up", cast.reviewer, seen=str(newest_event(award)))
    assert [status, "The rules decide no higher tier now." in page] == [422, True]
    round_ = amending.reopen(
        cast.cycle.id, None, ["B.1.2"], "You have it now.", date(2026, 10, 20), cast.reviewer.id, URL
    )
    with unit_of_work():
        stored_answers(cast.cycle.id)["B.1.2"].content = Answer("B.1.2", Status.IN_PRACTICE, 4).as_dict()
    status, page = post(cast, "move-up", cast.reviewer, seen=str(newest_event(award)))
    assert (status, "It can move up" in page) == (422, False)  # what is not sent counts for nothing
    amending.send(cast.cycle.id, round_.id, cast.admin.id, URL)
    assert "move up to Expert Partner" in cast.page(cast.reviewer, f"{cast.at}/recognition")
    assert award_of(cast.cycle).tier_name == "Dedicated Partner"
    seen = newest_event(award_of(cast.cycle))
    assert post(cast, "move-up", cast.reviewer, seen=str(seen - 1))[0] == 422  # somebody changed it meanwhile
    assert post(cast, "move-up", cast.reviewer, seen=str(seen))[0] == 303
    db.session.expire_all()
    award = award_of(cast.cycle)
    assert (award.tier_name, award.awarded_on, award.expires_on) == ("Expert Partner", TODAY, date(2029, 10, 1))
    rows = [one.event for one in events_of_program(cast.program.id)]
    assert [(one.kind.value, one.tier_name) for one in rows] == [
        ("moved up", "Expert Partner"),
        ("awarded", "Dedicated Partner"),
    ]
    assert (rows[1].decision, rows[0].decision == award.decision != first) == (first, True)
