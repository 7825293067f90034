"""The partnership's desk reads as much from the database for three programs as for one."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from portal.assessments.amending import ask
from portal.desk.queries import desk_rows
from portal.foundation.access import Role
from tests.factories import make_partnership, make_person, make_program, submitted_cycle


def test_desk_takes_as_many_queries_for_three_programs_without_a_cycle_as_for_one(
    app: Flask, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    one, three = make_partnership("one"), make_partnership("three")
    make_program(one)
    for _ in range(3):
        make_program(three)
    counts = [count_queries(lambda place=place: desk_rows(place)) for place in (one, three)]
    assert counts[0] == counts[1]
    assert len(desk_rows(three)) == 3


def test_desk_takes_as_many_queries_for_three_requests_as_for_one(
    app: Flask, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    places = [make_partnership("one"), make_partnership("three")]
    for place, often in zip(places, (1, 3), strict=True):
        for _ in range(often):
            program = make_program(place)
            person = make_person(Role.PROGRAM_ADMINISTRATOR, program)
            ask(submitted_cycle(program, person).id, ["B.2.3"], "Wrong form.", person.id, "http://localhost")
    counts = [count_queries(lambda place=place: desk_rows(place)) for place in places]
    assert counts[0] == counts[1]
    assert [row.life.amending.asked_codes for row in desk_rows(places[1])] == [["B.2.3"]] * 3
