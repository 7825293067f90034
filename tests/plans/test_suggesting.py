"""What the editor fills in by itself, and what its buttons and its saves while typing do to a draft."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.cycles.queries import rulebook_of
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from portal.plans.drafts import first_draft
from portal.plans.forms import read_month
from portal.plans.models import PlanVersion
from portal.plans.queries import plan_of
from portal.plans.suggesting import suggested_actions
from portal.reviews.services import record_review_item
from rules.answers import Answer, Status
from tests.factories import browser
from tests.plans.test_plan import Cast, a_plan, visited

HTMX = {"HX-Request": "true"}


def noted(app: Flask) -> Cast:
    """Return a visited program: B.2.4 is a safety gap, the reviewer noted B.3.1 with words for the program."""
    made = visited(app)
    raw = {"rating": "3", "finding": "improve", "finding_text": "Training is short.", "private_note": "Ask twice.", "na_accepted": ""}  # fmt: skip
    record_review_item(made.cycle.id, "B.3.1", raw, "0", "note-for-plan", made.reviewer.id)
    return made


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(noted)


def test_first_draft_holds_safety_gaps_then_what_was_noted_each_with_actions_in_time(cast: Cast) -> None:
    draft = first_draft(cast.cycle)
    assert [one.codes for one in draft.priorities] == ["B.2.4", "B.3.1", "B.1.4"]
    assert draft.priorities[1].why == "Training is short."
    assert [[a.due for a in one.actions] for one in draft.priorities] == [["February 2027", "June 2027"]] * 3
    assert draft.months == "12"
    assert first_draft(cast.cycle) == draft  # a page can name its priorities before anything is stored


def test_actions_come_from_the_practice_and_from_what_the_answer_lacks(cast: Cast) -> None:
    catalogue = rulebook_of(cast.cycle).catalogue
    practice = catalogue.practice("B.2.4")
    assert suggested_actions(practice, Answer("B.2.4", Status.NOT_IN_PRACTICE)) == (
        f"Agree on how you will do this, and write it down: {practice.statement}",
        "Put it to use, and keep: record check policy, sample log of results.",
    )
    parted = next(one for one in catalogue.practices if len(one.sub_items) > 1)
    all_but_one = tuple(item.letter for item in parted.sub_items[1:])
    first, second = suggested_actions(parted, Answer(parted.code, Status.IN_PRACTICE, 3, sub_items=all_but_one))
    assert first.startswith("Look at how you do this now, and improve it: ")
    assert second == f"Add what is missing: {parted.sub_items[0].text.rstrip('.')}."


def test_typed_text_is_stored_as_it_comes_and_a_row_stays_the_same_row(cast: Cast, app: Flask) -> None:
    staff, at = browser(app, cast.reviewer), f"/cycles/{cast.cycle.id}"

    def save(version: int, save_id: str, after: str = "", **fields: str):
        data = {"plan-version": str(version), "save_id": save_id, "after": after, "me": str(cast.reviewer.id)}
        return staff.post(
            f"{at}/results/plan", data=data | {f"plan-{name}": text for name, text in fields.items()}, headers=HTMX
        )

    reply = save(
        0,
        "typing-01",
        **{"p1-key": "abc123", "p1-title": "Aim", "p1-a1-text": "Call", "p1-a1-resource": "A guide"},
    )
    assert (reply.status_code, reply.headers["Answer-Version"]) == (200, "1")
    first = plan_of(cast.cycle).priorities[0]
    ids = (first.id, first.key, first.actions[0].id)
    assert ids[1] == "abc123"
    # the reply never came; the page still knows version 0, and no key of its action
    reply = save(
        0,
        "typing-02",
        "typing-01",
        **{"p1-key": "abc123", "p1-title": "Aim!", "p1-a1-text": "Call them", "p1-a1-resource": "A guide"},
    )
    assert (reply.status_code, reply.headers["Answer-Version"]) == (200, "2")
    db.session.expire_all()
    again = plan_of(cast.cycle).priorities[0]
    assert (again.id, again.key, again.actions[0].id) == ids
    assert (again.title, again.actions[0].text, again.actions[0].resource) == ("Aim!", "Call them", "A guide")
    same = save(
        1,
        "typing-03",
        **{"p1-key": "abc123", "p1-title": "Aim!", "p1-a1-text": "Call them", "p1-a1-resource": "A guide"},
    )
    assert (same.status_code, same.headers["Answer-Version"]) == (200, "2")  # it is what is stored already
    assert save(1, "typing-04", overview="Other").status_code == 409
    told = save(
        1,
        "typing-06",
        **{"p1-key": "abc123", "p1-title": "Aim?", "p1-a1-text": "Call them", "p1-a1-resource": "A guide"},
    ).text
    assert re.findall(r'data-label="(Theirs|Yours)">([^<]+)', told) == [("Theirs", "Aim!"), ("Yours", "Aim?")]
    assert save(2, "typing-05", months="many").status_code == 422
    kept = db.session.execute(select(PlanVersion.save_id, PlanVersion.refused).order_by(PlanVersion.id)).all()
    assert [tuple(row) for row in kept] == [
        ("typing-01", False),
        ("typing-02", False),
        ("typing-04", True),
        ("typing-06", True),
    ]


def test_text_typed_while_the_plan_was_issued_is_refused_logged_and_kept(cast: Cast, app: Flask) -> None:
    cast.save(a_plan())
    cast.issue()
    data = {"plan-version": "1", "save_id": "typing-late", "plan-overview": "One more thought"}
    reply = browser(app, cast.reviewer).post(f"/cycles/{cast.cycle.id}/results/plan", data=data, headers=HTMX)
    assert (reply.status_code, "Answer-Version" in reply.headers) == (409, False)
    assert "Your text is kept in its history." in reply.text
    kept = db.session.scalars(select(PlanVersion).where(PlanVersion.save_id == "typing-late")).one()
    assert (kept.refused, kept.content["overview"]) == (True, "One more thought")
    page = browser(app, cast.reviewer).get(f"/cycles/{cast.cycle.id}/plan/history?text={kept.id}").text
    assert [text in page for text in ("One more thought", "set aside", "Safety first.")] == [True, True, False]
    assert "plan text after issue kept aside" in db.session.scalars(select(AuditEntry.deed)).all()


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ("2027-03", date(2027, 3, 1)), ("2027-3", date(2027, 3, 1)), ("3/2027", date(2027, 3, 1)), ("March 2027", date(2027, 3, 1)),
        ("sept. 2027", date(2027, 9, 1)), ("2027-13", None), ("0/2027", None), ("2027", None), ("Foo 2027", None),
        ("March x", None), ("٣/2027", None), ("", None), ("May 99999", None), ("May 0001", None), ("Ma. 2027", None),
    ],
)  # fmt: skip
def test_month_is_read_as_people_write_it(typed: str, month: date | None) -> None:
    assert read_month(typed) == month


def test_priorities_are_moved_and_taken_out_by_buttons(cast: Cast, app: Flask) -> None:
    plan = cast.save(a_plan())
    keys, at, staff = [one.key for one in plan.priorities], f"/cycles/{cast.cycle.id}/plan", browser(app, cast.reviewer)

    def press(**button: str) -> list[str]:
        assert (
            staff.post(at, data={"save_id": f"press-{len(button)}-{next(iter(button.values()))}"} | button).status_code
            == 303
        )
        db.session.expire_all()
        return [one.key for one in plan_of(cast.cycle).priorities]

    assert press(up=keys[2]) == [keys[0], keys[2], keys[1]]
    assert press(drop=keys[0]) == [keys[2], keys[1]]
    assert press(drop=keys[0]) == [keys[2], keys[1]]  # pressed twice


def test_editor_asks_the_database_as_often_for_five_priorities_as_for_one(
    cast: Cast, app: Flask, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    staff, at = browser(app, cast.reviewer), f"/cycles/{cast.cycle.id}/plan"
    cast.save(a_plan(1))
    one = count_queries(lambda: staff.get(at))
    cast.save(a_plan(5), 1, "plan-save-2")
    assert count_queries(lambda: staff.get(at)) == one
    assert len(re.findall(r'name="plan-p\d-title" value="Aim \d"', staff.get(at).text)) == 5
