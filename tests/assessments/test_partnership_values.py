"""What a partnership's rules set is what people see: labels, ratings, notes, texts, guides, and whose practice it is."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.judging import evaluator
from portal.plans.documents import plan_snapshot
from tests.dropins import drop_in
from tests.factories import (
    make_cycle,
    make_partnership,
    make_person,
    make_program,
    raw_answer,
    sign_in,
    submitted_cycle,
)

OURS = '''
@hookimpl
def nqms_policy():
    """Other words."""
    return {"rating_labels": ("seed", "sprout", "<i>stem</i>", "bud", "bloom"), "statement_signers": "the board's chair"}


@hookimpl
def nqms_practices(catalogue):
    """One practice of ours, one without a rating, one with notes."""
    return [
        {"change": "adjust", "practices": ["B.2.1"], "set": {"rated": False}, "sentence": "Yes or no."},
        {"change": "adjust", "practices": ["B.2.2"], "set": {"needs_notes": True}, "sentence": "Tell us how."},
        {"change": "add", "section": "s-2", "sentence": "Asked here.", "practice": {
            "code": "X.1", "title": "County list", "question": "Is the county list kept?",
            "statement": "The county list is kept.", "help": "A list.", "concerns": ("staff",)}},
    ]


@hookimpl
def nqms_resources(catalogue):
    """One guide."""
    return [{"title": "Guide to <references>", "address": "https://example.org/guide?a=1&b=2", "practices": ("B.2.3",)}]


@hookimpl
def nqms_texts():
    """Words of ours."""
    return {"welcome": "Hello & welcome.\\nTake your time.", "receipt": "We are <glad>.", "statement": "Sign with joy.",
            "recognition": "Thanks."}
'''


@pytest.fixture
def app(make_app: Callable[..., Flask], tmp_path: Path) -> Iterator[Flask]:
    folder = tmp_path / "rules"
    folder.mkdir()
    drop_in(folder, "lakeside", OURS)
    built = make_app(RULES_FOLDER=str(folder))
    with built.app_context():
        yield built


class Cast:
    def __init__(self, app: Flask) -> None:
        self.program = make_program(make_partnership("lakeside", ("lakeside",)))
        self.admin: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program)
        self.reviewer: Person = make_person(Role.REVIEWER, self.program.partnership)
        self.admins, self.staff = app.test_client(), app.test_client()
        sign_in(self.admins, self.admin)
        sign_in(self.staff, self.reviewer)


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast)


def part(client: FlaskClient, where: str, code: str) -> str:
    """Return one practice's part of a section page as one line."""
    page = client.get(where).text
    start = page.index(f'id="{code}"')
    return " ".join(page[start : page.index("</fieldset>", start)].split())


def test_section_shows_labels_guides_and_whose_practice_it_is(cast: Cast) -> None:
    where = f"/cycles/{make_cycle(cast.program).id}/sections/s-2"
    third = part(cast.admins, where, "B.2.3")
    assert ["3 &lt;i&gt;stem&lt;/i&gt;" in third, "mostly done" in third] == [True, False]
    link = '<a href="https://example.org/guide?a=1&amp;b=2" rel="noreferrer">Guide to &lt;references&gt;</a>'
    assert [link in third, link in part(cast.admins, where, "B.2.1")] == [True, False]
    assert "Added by Lakeside rules." in part(cast.admins, where, "X.1")
    assert "Adapted by Lakeside rules." in part(cast.admins, where, "B.2.1")


def test_practice_that_is_not_rated_asks_for_none_and_one_with_notes_says_so(cast: Cast) -> None:
    where = f"/cycles/{make_cycle(cast.program).id}/sections/s-2"
    assert ["How well is it done?" in part(cast.admins, where, code) for code in ("B.2.1", "B.2.2")] == [False, True]
    asked = "(your partnership asks for a note here)"
    assert [asked in part(cast.admins, where, code) for code in ("B.2.1", "B.2.2")] == [False, True]


def test_section_stays_small_on_a_slow_line(cast: Cast) -> None:
    page = cast.admins.get(f"/cycles/{make_cycle(cast.program).id}/sections/s-2").get_data()
    assert len(gzip.compress(page)) < 8 * 1024


def test_words_of_the_partnership_stand_where_they_belong(cast: Cast) -> None:
    cycle = make_cycle(cast.program)
    cast.admins.get(f"/cycles/{cycle.id}/start")
    assert "Hello &amp; welcome.<br>Take your time." in cast.admins.get(f"/cycles/{cycle.id}").text
    done = submitted_cycle(make_program_of(cast), cast.admin, ("B.2.4",))
    assert "We are &lt;glad&gt;." in cast.staff.get(f"/cycles/{done.id}/receipt").text
    assert "Hello &amp; welcome." not in cast.admins.get(f"/cycles/{done.id}").text  # nothing is left to answer
    review = f"/cycles/{done.id}/review/sections/s-2"
    asked = ["Your own rating" in part(cast.staff, review, code) for code in ("B.2.1", "B.2.3")]
    assert (asked, 'title="bloom"' in part(cast.staff, review, "B.2.3")) == ([False, True], True)
    snapshot = plan_snapshot(done)
    assert (snapshot["signers"], snapshot["statement_text"]) == ("the board's chair", "Sign with joy.")


def make_program_of(cast: Cast):
    return make_program(cast.program.partnership)


def test_labels_follow_into_answers_history_and_review(cast: Cast) -> None:
    cycle = make_cycle(cast.program)
    saved = cast.admins.post(
        f"/cycles/{cycle.id}/answers/B.2.3",
        data={f"B.2.3-{key}": value for key, value in raw_answer(rating="5").items()} | {
            "B.2.3-version": "0", "B.2.3-save_id": "first-save"},
    )  # fmt: skip
    assert saved.status_code == 200
    for where in (f"/cycles/{cycle.id}/answers", f"/cycles/{cycle.id}/answers/B.2.3/history"):
        assert (where, "rating 5 (bloom)" in cast.admins.get(where).text) == (where, True)
    stale = cast.admins.post(
        f"/cycles/{cycle.id}/answers/B.2.3",
        data={"B.2.3-status": "not_in_practice", "B.2.3-version": "0", "B.2.3-save_id": "other-save"},
    )
    assert (stale.status_code, "rating 5 (bloom)" in stale.text) == (409, True)


def test_preview_edition_says_what_is_missing_from_it(app: Flask, cast: Cast) -> None:
    cycle = make_cycle(cast.program)
    rulebook = evaluator().describe([], "eepm5")
    with unit_of_work():
        cycle.rulebook = rulebook.record()
    db.session.refresh(cycle)
    cast.admins.get(f"/cycles/{cycle.id}/start")
    for where in (f"/cycles/{cycle.id}", f"/cycles/{cycle.id}/answers"):
        page = cast.admins.get(where).text
        assert ["is a preview here" in page, "<li>" in page.partition("is a preview here")[2]] == [True, True]
