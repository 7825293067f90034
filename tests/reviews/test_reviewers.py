"""Exactly one person decides a review, others may take part; who is new is told, and every change is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from portal.foundation.errors import OutOfOrder, Refused
from portal.foundation.outbox import Message
from portal.reviews.assigning import TeamChanged, assign
from portal.reviews.reviewers import Part, at_work, changes_of, team_of
from portal.reviews.services import begin
from tests.assessments.amendments import URL, Cast, make_cast
from tests.factories import make_cycle, make_partnership, make_person, make_program


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(make_cast)


def told() -> list[str]:
    """Return the addresses of everybody who was told to take part, in order."""
    mails = select(Message.to_email).where(Message.key.like("assigned:%")).order_by(Message.id)
    return list(db.session.scalars(mails))


def test_first_to_write_decides_until_somebody_is_named(cast: Cast) -> None:
    begin(cast.cycle, cast.reviewer.id)
    db.session.commit()
    team = team_of(cast.cycle)
    assert (team.decider.name, team.others, told()) == ("Rosa Reyes", (), [])


def test_decider_and_others_are_stored_told_and_logged(cast: Cast) -> None:
    kim, lou = (make_person(Role.REVIEWER, cast.program.partnership, name) for name in ("Kim Oday", "Lou Ferro"))
    parts = {lou.id: Part.SECOND_OPINION, cast.reviewer.id: Part.REVIEWER}
    assign(cast.cycle.id, kim.id, parts, "-", cast.reviewer.id, URL)
    team = team_of(cast.cycle)
    assert team.decider.name == "Kim Oday"
    assert sorted((person.name, part) for person, part in team.others) == [
        ("Lou Ferro", Part.SECOND_OPINION), ("Rosa Reyes", Part.REVIEWER),
    ]  # fmt: skip
    assert sorted(told()) == sorted([kim.email, lou.email])  # who assigned herself needs no mail
    assert {one.name for one in at_work(cast.cycle)} == {
        "Kim Oday",
        "Rosa Reyes",
    }  # who gives an opinion is not troubled
    mark = team.mark
    assign(cast.cycle.id, lou.id, {kim.id: Part.REVIEWER}, mark, cast.reviewer.id, URL)
    team = team_of(cast.cycle)
    assert (team.decider.name, [(one.name, part) for one, part in team.others], len(told())) == (
        "Lou Ferro", [("Kim Oday", Part.REVIEWER)], 2,
    )  # fmt: skip
    log = select(AuditEntry).where(AuditEntry.deed == "reviewers assigned").order_by(AuditEntry.id)
    details = [(one.person_id, one.detail["decider_before"], one.detail["decider"]) for one in db.session.scalars(log)]
    assert [(one.by, one.decider, one.takes_part) for one in changes_of(cast.cycle)] == [
        ("Rosa Reyes", "Lou Ferro", 2), ("Rosa Reyes", "Kim Oday", 3),
    ]  # fmt: skip
    assert details == [(cast.reviewer.id, None, kim.id), (cast.reviewer.id, kim.id, lou.id)]


def test_same_form_twice_is_stored_and_told_once(cast: Cast) -> None:
    kim = make_person(Role.REVIEWER, cast.program.partnership)
    for _ in range(2):
        assign(cast.cycle.id, kim.id, {}, "-", cast.reviewer.id, URL)
    assert (len(told()), team_of(cast.cycle).decider.id) == (1, kim.id)


def test_two_people_at_once_the_second_is_told_and_nothing_is_overwritten(cast: Cast) -> None:
    kim, lou = (make_person(Role.REVIEWER, cast.program.partnership) for _ in range(2))
    assign(cast.cycle.id, kim.id, {}, "-", cast.reviewer.id, URL)
    with pytest.raises(TeamChanged):
        assign(cast.cycle.id, lou.id, {}, "-", cast.reviewer.id, URL)
    assert team_of(cast.cycle).decider.id == kim.id


def test_people_of_elsewhere_nobody_and_an_unsubmitted_cycle_are_refused(cast: Cast) -> None:
    elsewhere = make_person(Role.REVIEWER, make_partnership("there"))
    for decider, parts in ((elsewhere.id, {}), (None, {}), (cast.reviewer.id, {elsewhere.id: Part.REVIEWER})):
        with pytest.raises(Refused):
            assign(cast.cycle.id, decider, parts, "-", cast.reviewer.id, URL)
    assert (team_of(cast.cycle).ids, told()) == (frozenset(), [])
    draft = make_cycle(make_program(cast.program.partnership))
    with pytest.raises(OutOfOrder):
        assign(draft.id, cast.reviewer.id, {}, "-", cast.reviewer.id, URL)


def test_page_assigns_and_keeps_a_refused_choice(cast: Cast) -> None:
    kim = make_person(Role.REVIEWER, cast.program.partnership, "Kim Oday")
    staff, where = cast.client(cast.reviewer), cast.at("reviewers")
    two = {f"part-{cast.reviewer.id}": "decides", f"part-{kim.id}": "decides", "seen": "-"}
    refused = staff.post(where, data=two)
    assert (refused.status_code, refused.text.count(" selected")) == (422, 2)
    assert "Only one person can decide" in refused.text
    stored = staff.post(where, data=two | {f"part-{kim.id}": "second_opinion"})
    assert stored.status_code == 303
    late = staff.post(where, data=two | {f"part-{kim.id}": ""})
    assert (late.status_code, "A colleague changed who reviews" in late.text) == (409, True)
    page = staff.get(where).text
    assert [words in page for words in ("gives a second opinion</span>", "decides</span>")] == [True, True]
    assert cast.client(cast.administrator).get(where).status_code == 403
