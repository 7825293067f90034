"""The summary for funders: made by the program, of what it chose, and never lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import delete, select

from portal.cycles.models import CycleState
from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.papers.models import FunderSummary
from portal.plans.models import Plan, Priority
from portal.plans.services import freeze_plan
from tests.papers.cast import SHORT, Cast

WHERE, PAGE = "funder-summary", "papers/funder"
CHOICE = {"version": "0", "about": "We pair 40 young people.\nSince 2010.", "aims": "2"}


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(delivered)


def delivered(app: Flask) -> Cast:
    """Return the cast with its plan issued."""
    made = Cast(app, SHORT)
    made.delivered()
    plan = Plan(
        cycle_id=made.cycle.id, version=1, save_id="one", saved_at=now(), months=12, overview="", proposals="",
        strengths={"operations": "Files are read twice."}, improvements={"operations": "NOT FOR FUNDERS"},
        priorities=[Priority(position=n, title=f"Aim number {n}", why="NOT FOR FUNDERS", practice_codes=[]) for n in (1, 2)],
    )  # fmt: skip
    with unit_of_work() as session:
        session.add(plan)
        session.flush()
        plan.issued_content, plan.issued_hash = freeze_plan(plan)
    return made


def test_page_shows_what_the_program_chose_and_nothing_else(cast: Cast) -> None:
    first = cast.admin.get(f"{cast.at}/{PAGE}").text
    assert ["first proposal" in first, "Aim number 1" in first, "Files are read twice." in first] == [True, True, False]
    assert cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE).status_code == 303
    page = cast.admin.get(f"{cast.at}/{PAGE}").text
    shown = (
        "We pair 40 young people.<br>Since 2010.",
        "Aim number 2",
        "not certification",
        "Results are confidential.",
    )
    assert [one in page for one in shown] == [True] * 4
    kept_back = ("Aim number 1", "Files are read twice.", "NOT FOR FUNDERS", "Practices in place", "rating")
    assert [one in page for one in kept_back] == [False] * 5


def test_partnership_reads_it_once_the_program_made_it_and_never_makes_it(cast: Cast) -> None:
    assert [cast.staff.get(f"{cast.at}/{path}").status_code for path in (PAGE, WHERE)] == [403, 403]
    assert cast.staff.post(f"{cast.at}/{PAGE}/a4").status_code == 403
    assert [
        one.post(f"{cast.at}/{WHERE}", data=CHOICE).status_code for one in (cast.staff, cast.reader, cast.stranger)
    ] == [403, 403, 404]
    cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE)
    assert cast.staff.get(f"{cast.at}/{PAGE}").status_code == 200


def test_refused_or_overtaken_choice_comes_back_as_typed(cast: Cast) -> None:
    long = cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE | {"about": "words " * 150})
    assert (long.status_code, "At most 800 fit" in long.text, ("words " * 149) in long.text) == (422, True, True)
    cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE)
    assert cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE).status_code == 303  # pressed twice
    late = cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE | {"about": "My other words"})
    assert (late.status_code, "Somebody else saved" in late.text, "My other words" in late.text) == (409, True, True)
    assert "My other words" not in cast.admin.get(f"{cast.at}/{PAGE}").text


def test_choice_too_long_for_one_page_is_refused_with_what_to_do(cast: Cast) -> None:
    with unit_of_work():
        plan = db.session.scalars(select(Plan)).one()
        plan.strengths = {"operations": "Files are read twice. " * 150}
        plan.issued_content, plan.issued_hash = freeze_plan(plan)
    reply = cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE | {"areas": "operations"})
    assert (reply.status_code, "too long for one page" in reply.text, "Since 2010." in reply.text) == (422, True, True)


def test_line_breaks_count_as_lines_so_that_the_page_stays_one(cast: Cast) -> None:
    about = "\n".join(str(one % 10) for one in range(390))
    reply = cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE | {"about": about})
    assert (reply.status_code, "too long for one page" in reply.text, about in reply.text) == (422, True, True)
    most = "\n".join(str(one % 10) for one in range(34))
    assert cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE | {"about": most}).status_code == 303
    where = cast.made(cast.admin, "funder")
    assert len(PdfReader(io.BytesIO(cast.admin.get(f"{where}/file").data)).pages) == 1
    with unit_of_work():
        cast.program.description = about
        db.session.execute(delete(FunderSummary))
    page = cast.admin.get(f"{cast.at}/{PAGE}").text
    assert ["Aim number 1" in page, "1<br>2<br>3" in page] == [True, False]


def test_summary_waits_for_the_plan(cast: Cast) -> None:
    with unit_of_work():
        cast.cycle.state, cast.cycle.plan_issued_on = CycleState.VISITED, None
        cast.cycle.visited_on = date(2026, 9, 20)
    assert cast.admin.get(f"{cast.at}/{WHERE}").status_code == 409


def test_changes_of_a_draft_do_not_reach_the_page(cast: Cast) -> None:
    with unit_of_work():
        db.session.scalars(select(Priority)).first().title = "NOT ISSUED"  # type: ignore[union-attr]
    page = cast.admin.get(f"{cast.at}/{PAGE}").text
    assert ["Aim number 1" in page, "NOT ISSUED" in page] == [True, False]


def test_what_was_never_offered_is_not_shown(cast: Cast) -> None:
    cast.admin.post(f"{cast.at}/{WHERE}", data=CHOICE | {"strengths": "B.2.4", "areas": "nonsense", "aims": "99"})
    page = cast.admin.get(f"{cast.at}/{PAGE}").text
    assert ["What this program does well" in page, "What it works on next" in page] == [False, False]
