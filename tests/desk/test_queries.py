"""The partnership's desk reads as much from the database for three programs as for one."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from portal.desk.queries import desk_rows
from tests.factories import make_partnership, make_program


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
