"""What a program said and nobody acted on: on the desk until somebody does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Flask
from sqlalchemy import select

from portal.desk.duties import KINDS as WORDS
from portal.desk.duties import Duty, duties_of
from portal.foundation.database import db, unit_of_work
from portal.foundation.languages import glossary
from portal.plans.models import PlanComment
from portal.plans.services.sharing import mark_done
from portal.reviews import questions
from portal.visits.models import VisitState
from tests.conftest import StandingClock
from tests.plans.test_sharing import Cast as Draft
from tests.plans.test_sharing import shared
from tests.visits.cast import Cast

URL = "http://localhost"
KINDS = ("dates", "answered", "comments")


def said(cast: Cast | Draft) -> list[Duty]:
    db.session.rollback()
    return [one for one in duties_of(cast.program.partnership) if one.kind in KINDS]


def test_wish_for_other_dates_waits_on_the_desk_until_a_date_is_set(
    staged: Callable[..., Cast], clock: StandingClock
) -> None:
    cast = staged(Cast)
    cast.planned()
    cast.post(cast.theirs, "ask", asked="A Friday, please")  # of a planned date as well
    clock.go(days=2)
    (waits,) = said(cast)
    assert (waits.title, waits.due, waits.when_words, waits.link, waits.owner_name) == (
        "The program asks for other dates", None, "waits for 2 days", cast.at, "Rosa Reyes",
    )  # fmt: skip
    cast.post(cast.ours, "date", starts_at="2026-11-05T10:00", reason="As asked")
    assert said(cast) == []
    visit = cast.visit()
    assert visit is not None
    assert visit.state is VisitState.PLANNED


def test_answers_of_the_program_wait_on_the_desk_until_the_question_is_closed(staged: Callable[..., Cast]) -> None:
    cast = staged(Cast)
    with unit_of_work():
        asked = questions.ask(cast.cycle, "B.2.3", "Which form?", "q1", cast.reviewer.id, URL).id
    assert said(cast) == []
    questions.answer(asked, "The blue one.", "a1", cast.admin.id, False, URL)
    (waits,) = said(cast)
    assert (waits.kind, waits.title, waits.link) == (
        "answered", "The program answered your questions", f"/cycles/{cast.cycle.id}/questions",
    )  # fmt: skip
    questions.close(asked, cast.reviewer.id)
    assert said(cast) == []


def test_comments_on_a_shared_draft_wait_on_the_desk_until_staff_act_on_them(
    staged: Callable[..., Draft], clock: StandingClock
) -> None:
    draft = staged(shared)
    draft.say(draft.staff, "Look at the months", save_id="said-0")
    assert said(draft) == []
    draft.say(draft.admins, "Why May?", save_id="said-1")
    clock.go(days=4)
    (waits,) = said(draft)
    assert (waits.kind, waits.since, waits.when_words, waits.link) == (
        "comments", date(2026, 10, 1), "waits for 4 days", f"{draft.at}/plan/drafts/1",
    )  # fmt: skip
    theirs = db.session.scalars(select(PlanComment).where(PlanComment.from_staff.is_(False))).one()
    mark_done(draft.cycle.id, theirs.id, True, draft.reviewer.id)
    assert said(draft) == []


def test_new_kinds_are_said_in_spanish(app: Flask) -> None:
    assert [WORDS[kind] for kind in KINDS if WORDS[kind] not in glossary("es")] == []
