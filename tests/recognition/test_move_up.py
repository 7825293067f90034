"""What would move a program up, on the scorecard: for the program and its reviewer, after the page, kept, and contained."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.assessments.services import submit
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.foundation.judging import evaluator
from portal.plans import moving
from portal.plans.moving import move_up_of
from portal.programs.models import Program
from tests.factories import (
    answer_all,
    make_cycle,
    make_partnership,
    make_person,
    make_program,
    sign_in,
    submitted_cycle,
)

HTMX = {"HX-Request": "true"}
SLOW = """
from rules import hookimpl
RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Slow"
@hookimpl
def nqms_findings(answers):
    import time
    time.sleep({seconds} if answers["B.2.4"].status == "in_practice" else 0)
    return []
"""


class Cast:
    """A program, its administrator and its reviewer; its cycle is submitted with some gaps, or not begun."""

    cycle: Cycle

    def __init__(self, app: Flask, gaps: tuple[str, ...] | None, plugins: tuple[str, ...] = ()) -> None:
        self.app = app
        self.program: Program = make_program(make_partnership("riverbend", plugins), name="River Mentors")
        self.admin: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program)
        self.reviewer: Person = make_person(Role.REVIEWER, self.program.partnership)
        if gaps is not None:
            self.cycle = submitted_cycle(self.program, self.admin, gaps)

    def browser(self, person: Person) -> FlaskClient:
        client = self.app.test_client()
        sign_in(client, person)
        return client


def text(page: str) -> str:
    """Return the words of a page without its tags."""
    out, inside = [], False
    for char in page:
        inside = char == "<" or (inside and char != ">")
        out.append(" " if char in "<>" else "" if inside else char)
    return html.unescape(" ".join("".join(out).split()))


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Forget what was asked before: the same program with the same answers may come in another test."""
    moving._kept.clear()


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast, ("B.2.4",))


@pytest.fixture
def empty(staged: Callable[..., Cast]) -> Cast:
    """Give the cast before its cycle begins."""
    return staged(Cast, None)


def test_program_and_reviewer_see_what_is_left_for_the_next_tier(staged: Callable[..., Cast]) -> None:
    cast = staged(Cast, ("B.1.2", "B.2.4"))
    at = f"/cycles/{cast.cycle.id}/scorecard"
    for person in (cast.admin, cast.reviewer):
        client = cast.browser(person)
        assert f'hx-get="{at}/next-tier"' in client.get(at).text
        part = client.get(f"{at}/next-tier", headers=HTMX)
        words = text(part.text)
        assert (part.status_code, "<html" in part.text, "sections/" in part.text) == (200, False, False)
        assert words.startswith(
            "The next tier is Expert Partner . These 2 practices are left to improve for it; fewer are not enough."
        )
        safety, plain = words.index("Safety B.2.4"), words.index("B.1.2")
        assert safety < plain
        assert words.count("not in practice") == 2
        assert words.endswith(
            "Also needed: Still open: review held. Still open: plan issued. Still open: Statement of Accuracy signed."
        )


def test_page_without_scripts_holds_the_same_and_leads_back(cast: Cast) -> None:
    at = f"/cycles/{cast.cycle.id}/scorecard"
    client = cast.browser(cast.admin)
    assert f'<a href="{at}/next-tier">' in client.get(at).text
    page = client.get(f"{at}/next-tier").text
    assert ["<h1>What would move you up</h1>" in page, f'href="{at}"' in page] == [True, True]
    assert client.get(f"{at}/next-tier", headers=HTMX).text.strip() in page
    assert "<h1>What would move River Mentors up</h1>" in cast.browser(cast.reviewer).get(f"{at}/next-tier").text


def test_open_assessment_links_each_practice_to_its_section(empty: Cast) -> None:
    cycle = make_cycle(empty.program)
    answer_all(cycle, empty.admin, ("B.2.4",))
    where = f"/cycles/{cycle.id}/scorecard/next-tier"
    part = empty.browser(empty.admin).get(where, headers=HTMX)
    assert f'href="/cycles/{cycle.id}/sections/s-2#B.2.4"' in part.text
    assert "Still open: self-assessment submitted." in text(part.text)
    assert empty.browser(empty.reviewer).get(where).status_code == 403  # the answers are the program's own until then
    submit(cycle.id, empty.admin.id, "http://localhost")
    assert empty.browser(empty.reviewer).get(where).status_code == 200


def test_empty_assessment_shows_safety_first_and_the_rest_folded(empty: Cast) -> None:
    cycle = make_cycle(empty.program)
    part = empty.browser(empty.admin).get(f"/cycles/{cycle.id}/scorecard/next-tier", headers=HTMX).text
    assert "These 82 practices are left to improve" in text(part)
    before, folded = part.split("<summary>")
    assert (before.count("<li>"), before.count("Safety")) == (before.count("Safety"), before.count("<li>"))
    assert text(folded).startswith(f"And {82 - before.count('<li>')} more")


def test_highest_tier_says_that_nothing_but_the_steps_is_left(staged: Callable[..., Cast]) -> None:
    cast = staged(Cast, ())
    part = cast.browser(cast.admin).get(f"/cycles/{cast.cycle.id}/scorecard/next-tier", headers=HTMX).text
    assert text(part).startswith(
        "No practice is left to improve for Expert Partner. Also needed for Expert Partner: Still open"
    )


def test_other_partnership_and_other_program_find_nothing(cast: Cast) -> None:
    where = f"/cycles/{cast.cycle.id}/scorecard/next-tier"
    other = make_person(Role.PROGRAM_ADMINISTRATOR, make_program(cast.program.partnership))
    elsewhere = make_person(Role.PARTNERSHIP_ADMINISTRATOR, make_partnership("elsewhere"))
    for person in (other, elsewhere):
        reply = cast.browser(person).get(where, headers=HTMX)
        assert (reply.status_code, "B.2.4" in reply.text) == (404, False)
    assert "B.2.4" in cast.browser(cast.admin).get(where, headers=HTMX).text


def test_second_look_asks_nobody_until_something_changes(cast: Cast, clock) -> None:
    cycle = cast.cycle
    first = move_up_of(cycle)
    assert move_up_of(cycle) is first
    clock.go(days=1)  # a rule may look at the date
    assert (move_up_of(cycle) is first, move_up_of(cycle) == first) == (False, True)


def test_busy_rules_are_told_in_a_sentence_and_not_kept(make_app) -> None:
    app = make_app(RULES_SECONDS=1)
    with app.app_context():
        cycle, here = Cast(app, ("B.2.4",)).cycle, evaluator()
        with here._cell([]).held(1.0):
            found = move_up_of(cycle)
        assert (found.outcome, "at work for somebody else" in found.sentence) == ("undetermined", True)
        assert move_up_of(cycle).outcome == "improve"


def test_rules_that_hang_are_told_in_a_sentence(make_app, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW.format(seconds=30))
    app = make_app(RULES_FOLDER=str(tmp_path), RULES_SECONDS=1)
    with app.app_context():
        cast = Cast(app, ("B.2.4",), ("slow",))
        cycle = cast.cycle
        start = time.monotonic()
        reply = cast.browser(cast.admin).get(f"/cycles/{cycle.id}/scorecard/next-tier", headers=HTMX)
        assert time.monotonic() - start < 8
        assert reply.status_code == 200
        assert "What reaches the next tier cannot be said now: the rules gave no answer" in text(reply.text)
        assert cast.browser(cast.admin).get(f"/cycles/{cycle.id}/scorecard").status_code == 200


def test_slow_rules_give_what_was_found_in_time_and_say_so(make_app, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW.format(seconds=0.7))
    app = make_app(RULES_FOLDER=str(tmp_path), RULES_SECONDS=5)
    with app.app_context():
        found = move_up_of(Cast(app, ("B.2.4", "B.1.2"), ("slow",)).cycle)
        assert (found.outcome, found.exact, found.irreducible, found.late) == ("improve", False, False, True)
        assert {"B.2.4", "B.1.2"} <= found.practices
        assert len(found.practices) > 2
        assert len(moving._kept) == 0  # another look may find more


def test_plugin_of_another_version_is_not_asked(make_app, tmp_path: Path) -> None:
    file = tmp_path / "slow.py"
    file.write_text(SLOW.format(seconds=0))
    app = make_app(RULES_FOLDER=str(tmp_path))
    with app.app_context():
        cycle = Cast(app, ("B.2.4",), ("slow",)).cycle
        assert move_up_of(cycle).outcome == "improve"
        file.write_text(SLOW.format(seconds=0).replace("1.0.0", "2.0.0"))
        moving._kept.clear()
        found = move_up_of(cycle)
        assert (found.outcome, "in the version 1.0.0 that these rules were made with" in found.sentence) == (
            "undetermined", True,
        )  # fmt: skip
