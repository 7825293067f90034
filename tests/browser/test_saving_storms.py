"""Saving when everything goes wrong at once: lost replies by the dozen, two people in one answer, a very slow line."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from portal.accounts.models import Person
from portal.assessments import queries
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from tests.factories import make_cycle, make_partnership, make_person, make_program

from .lines import Line, Reply, Request
from .saving import on_a_slow_line, open_desk, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.walk]
STORED = "stored 14:02"
CODES = ("B.2.1", "B.2.2", "B.2.3")


@pytest.fixture
def line(live_server: str) -> Iterator[Line]:
    made = Line(int(live_server.rsplit(":", 1)[1]))
    yield made
    made.close()


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make_cycle(make_program(make_partnership()))


@pytest.fixture
def person(cycle: Cycle) -> Person:
    return make_person(Role.PROGRAM_ADMINISTRATOR, cycle.program, name="Ana Ruiz")


def test_three_in_ten_replies_lost_after_commit_leave_what_was_typed_once(
    app: Flask, line: Line, browser: Browser, cycle: Cycle, person: Person
) -> None:
    chance, lost, sent = random.Random(20261001), [], {}  # noqa: S311 (a test's dice)

    def lose_some(line: Line, request: Request) -> Reply | None:
        reply = line.forward(request)
        if chance.random() < 0.3:
            lost.append(request)
            return None
        return reply

    desk = open_desk(app, line, browser, cycle, person, wait=20)
    desk.open()
    line.on("/answers/", lose_some, times=999)
    for turn in range(8):
        for code in CODES:
            sent.setdefault(code, []).append(f"{code}, text {turn}" + " and so on" * chance.randrange(4))
            desk.notes(code).fill(sent[code][-1])
            desk.page.wait_for_timeout(chance.choice((0, 30, 120)))
    for code in CODES:
        expect(desk.state(code)).to_contain_text(STORED)
    assert desk.kept() == []
    desk.context.close()
    assert len(lost) > 3
    for code in CODES:
        wait_until(lambda code=code: desk.stored(code) == sent[code][-1])
        history = desk.history(code)
        assert len(history) == len(set(history))
        assert set(history) <= set(sent[code])
        # A text the browser gave up on may come after a newer one: then it is in the history and never the answer.
        rows = queries.versions_of(desk.cycle_id, code)
        stored = [row.content["notes"] for row in rows if not row.refused][::-1]
        assert stored == [text for text in sent[code] if text in stored]


@pytest.mark.parametrize("seed", [1, 2])
def test_two_people_in_one_answer_lose_no_text_whatever_the_order(
    app: Flask, line: Line, browser: Browser, cycle: Cycle, person: Person, seed: int
) -> None:
    chance, hold = random.Random(seed), threading.Event()  # noqa: S311 (a test's dice)
    told: set[str] = set()

    def dawdle(line: Line, request: Request) -> Reply:
        hold.wait(chance.random() / 10)
        reply = line.forward(request)
        if reply.status in (200, 409):  # the server has said what became of it
            told.add(text_of(request))
        return reply

    line.on("/answers/", dawdle, times=9999)
    colleague = make_person(Role.CONTRIBUTOR, cycle.program, name="Maria Lopez")
    desks = [open_desk(app, line, browser, cycle, one, wait=20) for one in (person, colleague)]
    for desk in desks:
        desk.open()
    for turn in range(14):
        desk = chance.choice(desks)
        choices = desk.state("B.2.1").get_by_role("button")
        if choices.count() and chance.random() < 0.6:
            choices.nth(chance.randrange(3)).click()
        else:
            desk.notes("B.2.1").fill(f"turn {turn} of {desk.person_id}")
        desk.page.wait_for_timeout(chance.choice((0, 40, 150)))
    for desk in desks:  # both leave with whatever is open
        desk.page.goto("about:blank")
    wait_until(lambda: told <= set(desks[0].history("B.2.1")))
    assert len(told) > 5
    for desk in desks:
        desk.context.close()


def text_of(request: Request) -> str:
    from urllib.parse import parse_qs

    return parse_qs(request.body.decode()).get("B.2.1-notes", [""])[0].replace("\r\n", "\n")


def test_slow_line_shows_the_page_and_takes_a_save_in_time(
    app: Flask, line: Line, browser: Browser, cycle: Cycle, person: Person
) -> None:
    desk = open_desk(app, line, browser, cycle, person, wait=1000)
    at = f"/cycles/{cycle.id}/sections"
    times = on_a_slow_line(desk.page, f"{at}/s-2", f"{at}/s-3")
    desk.context.close()
    assert (times.first < 8, times.following < 4, times.saved < 3) == (True, True, True), times
