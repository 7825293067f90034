"""Two cycles of one program side by side, in one edition and across two."""

from __future__ import annotations

from collections.abc import Callable

from portal.assessments.services import submit
from portal.foundation.database import db
from portal.recognition.services import confirm
from tests.factories import answer_all, make_cycle, make_partnership, make_person, make_program


def second_cycle(cast, not_in_practice: tuple[str, ...] = ()):
    cycle = make_cycle(cast.program, number=2)
    answer_all(cycle, cast.admin, not_in_practice)
    submit(cycle.id, cast.admin.id, "http://localhost")
    db.session.refresh(cycle)
    return cycle


def test_cycles_of_one_edition_show_gained_lost_and_still(signed: Callable) -> None:
    cast = signed(not_in_practice=("B.2.4",))
    confirm(cast.cycle.id, cast.reviewer.id, "http://localhost")
    cycle = second_cycle(cast, ("B.1.4",))
    page = cast.page(cast.admin, f"/cycles/{cycle.id}/comparison")
    assert "116 of 116 practices can be compared." in page
    assert ["is in practice now and was not before." in page, "was in practice before and is not now." in page] == [
        True, True,
    ]  # fmt: skip
    assert "Dedicated Partner, October 1, 2026 to October 1, 2029" in page
    assert f"/cycles/{cycle.id}/comparison?with={cast.cycle.id}" in cast.page(
        cast.admin, f"/programs/{cast.program.id}"
    )


def test_cycles_of_two_editions_say_how_much_can_be_compared(signed: Callable) -> None:
    cast = signed()
    cast.adopt(edition="eepm5")
    cycle = second_cycle(cast)
    page = cast.page(cast.reviewer, f"/cycles/{cycle.id}/comparison")
    assert ["of 116 practices can be compared" in page, "Split or merged" in page, "(before: " in page] == [True] * 3


def test_first_cycle_has_nothing_to_compare_with(signed: Callable) -> None:
    cast = signed()
    for where in (f"{cast.at}/comparison", f"{cast.at}/comparison?with=999", f"{cast.at}/comparison?with=x"):
        reply = cast.browser(cast.admin).get(where)
        assert (reply.status_code, "Two submitted cycles are needed" in reply.text) == (404, True)


def test_cycle_of_another_program_cannot_be_named(signed: Callable) -> None:
    cast = signed()
    other = make_program(make_partnership())
    foreign = make_cycle(other)
    answer_all(foreign, make_person())
    submit(foreign.id, cast.admin.id, "http://localhost")
    reply = cast.browser(cast.admin).get(f"{cast.at}/comparison?with={foreign.id}")
    assert reply.status_code == 404
