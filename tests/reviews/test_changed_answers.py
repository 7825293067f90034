"""The reviewer sees what the program changed after submitting, and what to look at again; no note is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.foundation.database import db
from portal.reviews import services
from portal.reviews.changed import changed_answers, look
from portal.reviews.models import ReviewItem, ReviewItemVersion
from tests.assessments.amendments import Cast, make_cast, words

CODE, OTHER = "B.2.3", "B.2.5"
NOTED = {"rating": "2", "finding": "improve", "finding_text": "Ask twice.", "private_note": "Ours.", "na_accepted": ""}


def noted(app: Flask) -> Cast:
    """Return a submitted cycle whose reviewer noted something beside one answer."""
    made = make_cast(app)
    services.record_review_item(made.cycle.id, CODE, NOTED, "0", "item-save-1", made.reviewer.id)
    return made


def changed(app: Flask) -> Cast:
    """Return the cycle when that answer was changed once."""
    made = noted(app)
    made.amend(CODE, notes="Changed.")
    return made


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(noted)


def again(cast: Cast) -> list[tuple[str, bool, bool]]:
    return [(one.practice.code, one.again, one.reviewed) for one in changed_answers(cast.cycle)]


def test_nothing_is_marked_before_a_change(cast: Cast) -> None:
    assert changed_answers(cast.cycle) == []
    page = cast.client(cast.reviewer).get(cast.at("review/sections/s-2")).text
    assert "changed after submission" not in page
    assert "has changed nothing" in cast.client(cast.reviewer).get(cast.at("review/changes")).text


def test_changed_answer_is_to_look_at_again_and_keeps_every_note(cast: Cast) -> None:
    before = dict(db.session.scalars(select(ReviewItem)).one().content)
    cast.amend(CODE, OTHER, rating="5", notes="Three checks each year.")
    assert again(cast) == [(CODE, True, True), (OTHER, True, False)]
    assert db.session.scalars(select(ReviewItem)).one().content == before
    client = cast.client(cast.reviewer)
    page = client.get(cast.at("review/sections/s-2")).text
    assert [page.count("changed after submission"), page.count("look again"), "Ask twice." in page] == [2, 2, True]
    told = words(client.get(cast.at("review/changes")).text)
    assert "Rating: 5 (done consistently, documented and reviewed) (before: 4 (done consistently))" in told
    assert "Notes: added: Three checks each year." in told
    overview = words(client.get(cast.at("review")).text)
    assert "2 answers changed since you last looked: B.2.3 , B.2.5 ." in overview
    assert "2 to look at again" in overview


def test_looking_marks_the_copy_the_page_showed_and_nothing_newer(cast: Cast) -> None:
    cast.amend(CODE, notes="First change.")
    client = cast.client(cast.reviewer)
    assert client.post(cast.at("review/changes"), data={"code": CODE, "number": "2"}).status_code == 303
    assert again(cast) == [(CODE, False, True)]
    assert "1 answer changed after submitting, all looked at." in words(client.get(cast.at("review")).text)
    cast.amend(CODE, notes="First change, and a second.")
    assert again(cast) == [(CODE, True, True)]
    told = words(client.get(cast.at("review/changes")).text)
    assert (
        "What is different since you last looked: Notes: First change added: , and a second end of what was added. ."
        in told
    )
    look(cast.cycle.id, [CODE], 2, cast.reviewer.id)  # a page loaded before the second change
    assert again(cast) == [(CODE, True, True)]
    look(cast.cycle.id, [CODE], 3, cast.reviewer.id)
    assert again(cast) == [(CODE, False, True)]


def test_answer_changed_back_is_nothing_to_look_at_unless_it_was_looked_at_between(
    staged: Callable[..., Cast],
) -> None:
    cast = staged(changed)
    cast.amend(CODE, notes="")
    assert again(cast) == [(CODE, False, True)]
    look(cast.cycle.id, [CODE], 2, cast.reviewer.id)
    assert again(cast) == [(CODE, True, True)]


@pytest.mark.parametrize("data", [{}, {"code": "B.9.9", "number": "2"}, {"code": CODE, "number": "9" * 30}, {"code": OTHER, "number": "2"}])  # fmt: skip
def test_looking_at_nothing_that_changed_stores_nothing(staged: Callable[..., Cast], data: dict[str, str]) -> None:
    cast = staged(changed)
    assert cast.client(cast.reviewer).post(cast.at("review/changes"), data=data).status_code == 303
    assert again(cast) == [(CODE, True, True)]


def test_notes_can_be_written_while_an_answer_is_open(cast: Cast) -> None:
    cast.open(CODE)
    page = cast.client(cast.reviewer).get(cast.at("review/sections/s-2")).text
    assert "The program may be changing this now." in page
    more = NOTED | {"private_note": "They are on it."}
    services.record_review_item(cast.cycle.id, CODE, more, "1", "item-save-2", cast.reviewer.id)
    kept = [row.content["private_note"] for row in db.session.scalars(select(ReviewItemVersion))]
    assert sorted(kept) == ["Ours.", "They are on it."]


def test_overview_takes_as_many_queries_for_one_changed_answer_as_for_three(
    staged: Callable[..., Cast], count_queries
) -> None:
    cast = staged(changed)
    client = cast.client(cast.reviewer)
    client.get(cast.at("review"))
    one = count_queries(lambda: client.get(cast.at("review")))
    cast.amend(CODE, OTHER, "B.2.6", notes="Two.")
    assert count_queries(lambda: client.get(cast.at("review"))) == one
