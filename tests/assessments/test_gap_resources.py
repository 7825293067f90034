"""Resources for gaps: which practices count as one, in which order, and who sees them when."""

from __future__ import annotations

from flask import Flask

from portal.assessments.guides import for_gaps, gaps_of
from portal.assessments.queries import answers_of
from portal.cycles.queries import rulebook_of
from portal.foundation.access import Role
from tests.factories import (
    answer_all,
    browser,
    make_cycle,
    make_partnership,
    make_person,
    make_program,
    submitted_cycle,
)


def test_gaps_come_with_resources_and_what_protects_children_first(app: Flask) -> None:
    program = make_program(make_partnership("riverbend"))
    administrator = make_person(Role.PROGRAM_ADMINISTRATOR, program)
    cycle = submitted_cycle(program, administrator, ("B.1.1", "B.2.4", "V.1"))
    gaps = gaps_of(answers_of(cycle), rulebook_of(cycle))
    assert [(one.practice.code, one.why) for one in gaps] == [
        ("B.2.4", "not in practice"), ("B.1.1", "not in practice"), ("V.1", "not in practice"),
    ]  # fmt: skip
    assert for_gaps(cycle)[0].title == "National Sex Offender Public Website"
    where = f"/cycles/{cycle.id}/resources"
    for person in (administrator, make_person(Role.REVIEWER, program.partnership)):
        client = browser(app, person)
        page = client.get(where).text
        assert page.index("B.2.4 Criminal record checks") < page.index("B.1.1 Honest picture for mentors")
        assert "3 practices are not in practice or rated 3 or lower." in page
        assert "Resources that may help" in client.get(f"/cycles/{cycle.id}/scorecard").text
        assert "gaps</a>" in client.get(f"/programs/{program.id}/resources").text


def test_gaps_of_an_assessment_in_progress_are_the_programs_own(app: Flask) -> None:
    program = make_program(make_partnership("riverbend"))
    administrator = make_person(Role.PROGRAM_ADMINISTRATOR, program)
    cycle = make_cycle(program)
    answer_all(cycle, administrator, ("B.2.4",), rating=3)
    theirs, staff = browser(app, administrator), browser(app, make_person(Role.REVIEWER, program.partnership))
    page = theirs.get(f"/cycles/{cycle.id}/resources").text
    assert ["rated 3 of 5" in page, "practices are not in practice or rated 3 or lower so far." in page] == [True, True]
    assert staff.get(f"/cycles/{cycle.id}/resources").status_code == 403
    assert [
        f"/cycles/{cycle.id}/resources" in one.get(f"/programs/{program.id}/resources").text for one in (theirs, staff)
    ] == [True, False]
    assert "Guides: <a" in theirs.get(f"/cycles/{cycle.id}/sections/s-2").text
