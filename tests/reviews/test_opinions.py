"""Second opinions: kept under their writer's name beside the decider's item, never over it, and for the partnership alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.reviews import opinions, services
from portal.reviews.models import Opinion, OpinionVersion, ReviewItem
from tests.factories import browser, make_person

from .cast import Cast

CODE = "B.2.3"
THOUGHT = "I would ask to see three files."


class Opinions(Cast):
    """Rosa Reyes decides, Ruth Okoye is her colleague."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        item = {
            "rating": "4",
            "finding": "strength",
            "finding_text": "Well kept.",
            "private_note": "",
            "na_accepted": "",
        }
        services.record_review_item(self.cycle.id, CODE, item, "0", "item-save-1", self.reviewer.id)
        self.colleague = make_person(Role.REVIEWER, self.program.partnership, name="Ruth Okoye")


@pytest.fixture
def cast(staged: Callable[..., Opinions]) -> Opinions:
    return staged(Opinions)


@pytest.fixture
def decider(cast: Opinions) -> Person:
    return cast.reviewer


@pytest.fixture
def colleague(cast: Opinions) -> Person:
    return cast.colleague


def raw(rating: str = "2", finding: str = "improve", text: str = THOUGHT) -> dict[str, str]:
    return {"rating": rating, "finding": finding, "text": text}


def test_opinion_stands_beside_and_the_deciders_item_counts(
    cycle: Cycle, decider: Person, colleague: Person, app: Flask
) -> None:
    hers = browser(app, colleague)
    where = f"/cycles/{cycle.id}/review/sections/s-2"
    assert "Rosa Reyes decides in this review" in hers.get(where).text
    page = hers.get(f"{where}/opinion").text
    assert ["What Rosa Reyes noted" in page, "Well kept." in page] == [True, True]
    form = {f"{CODE}-version": "0", "save_id": "section-1"} | {f"{CODE}-{key}": value for key, value in raw().items()}
    for _ in range(2):  # a double press
        assert hers.post(f"{where}/opinion", data=form).status_code == 303
    item = db.session.scalars(select(ReviewItem)).one()
    assert (item.content["rating"], item.version, item.saved_by_id) == (4, 1, decider.id)
    assert [(one.person_id, one.version) for one in db.session.scalars(select(Opinion))] == [(colleague.id, 1)]
    shown = browser(app, decider).get(where).text
    assert "Second opinion of Ruth Okoye" in shown
    assert "rating 2, area for improvement. I would ask to see three files." in shown


def test_opinion_follows_the_save_protocol(cycle: Cycle, decider: Person, colleague: Person, app: Flask) -> None:
    first = opinions.record_opinion(cycle.id, CODE, raw(), "0", "opinion-save-1", colleague.id)
    assert opinions.record_opinion(cycle.id, CODE, raw(), "0", "opinion-save-1", colleague.id) == first
    stale = {f"{CODE}-version": "0", f"{CODE}-save_id": "opinion-save-2", f"{CODE}-text": "from another window"}
    reply = browser(app, colleague).post(
        f"/cycles/{cycle.id}/review/opinions/{CODE}", data=stale, headers={"HX-Request": "true"}
    )
    assert (reply.status_code, reply.headers["Answer-Version"], THOUGHT in reply.text) == (409, "1", True)
    kept = [(one.content["text"], one.refused) for one in db.session.scalars(select(OpinionVersion))]
    assert kept == [(THOUGHT, False), ("from another window", True)]
    bad = browser(app, colleague).post(
        f"/cycles/{cycle.id}/review/opinions/{CODE}",
        data={f"{CODE}-version": "1", f"{CODE}-save_id": "opinion-save-3", f"{CODE}-rating": "9"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert (bad.status_code, "whole number from 1 to 5" in bad.text) == (422, True)


def test_decider_has_no_opinion_beside_the_own_review(cycle: Cycle, decider: Person, app: Flask) -> None:
    with pytest.raises(opinions.DecidesHere):
        opinions.record_opinion(cycle.id, CODE, raw(), "0", "opinion-save-1", decider.id)
    reply = browser(app, decider).get(f"/cycles/{cycle.id}/review/sections/s-2/opinion")
    assert (reply.status_code, reply.location) == (303, f"/cycles/{cycle.id}/review/sections/s-2")
    assert db.session.scalars(select(Opinion)).all() == []


def test_opinion_reaches_nobody_of_the_program(cycle: Cycle, decider: Person, colleague: Person, app: Flask) -> None:
    opinions.record_opinion(cycle.id, CODE, raw(), "0", "opinion-save-1", colleague.id)
    with unit_of_work():
        cycle.state, cycle.plan_issued_on = CycleState.PLAN_ISSUED, cycle.submitted_on
    theirs: FlaskClient = browser(app, make_person(Role.CONTRIBUTOR, cycle.program))
    for path in ("review/sections/s-2", "review/sections/s-2/opinion", f"review/items/{CODE}/history"):
        assert theirs.get(f"/cycles/{cycle.id}/{path}").status_code == 403
    for path in ("answers", "summary", "scorecard", "questions", "plan/print"):
        reply = theirs.get(f"/cycles/{cycle.id}/{path}")
        assert (path, THOUGHT in reply.text) == (path, False)
