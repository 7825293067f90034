"""A practice opened after submitting is open in every room: files and links, earlier versions, marks; nothing else is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.assessments import amending
from portal.assessments.amendments import copies_of, mark_of, open_practices
from portal.assessments.models import Amendment, AnswerVersion
from portal.assessments.queries import frozen_evidence
from portal.cycles.models import Cycle, CycleState
from portal.evidence.models import EvidenceUse
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder
from portal.teamwork.models import Flag
from rules.answers import Answer
from tests.factories import answer_all, make_cycle, make_partnership, make_person, make_program

from .amendments import URL, Cast, Role, make_cast, services, words

CODE, OTHER = "B.2.3", "B.2.5"


def linked(app: Flask) -> Cast:
    """Return a submitted cycle with one link, attached to two practices."""
    program = make_program(make_partnership("riverbend"), name="Harbor Light")
    administrator = make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Ada Admin")
    contributor = make_person(Role.CONTRIBUTOR, program, name="Cora Contributor")
    made = Cast(
        app, program, administrator, contributor, make_person(Role.REVIEWER, program.partnership), make_cycle(program)
    )
    link(made, CODE, "Handbook")
    link(made, OTHER, "Handbook")
    answer_all(made.cycle, administrator)
    services.submit(made.cycle.id, administrator.id, URL)
    db.session.refresh(made.cycle)
    return made


def exchanged(app: Flask) -> tuple[Cast, Amendment]:
    """Return the cycle with one practice open, another link in place of the first one there, and the round."""
    made = linked(app)
    round_ = made.open(CODE)
    assert [link(made, CODE, "Plan"), take_off(made, CODE, "Handbook")] == [303, 303]
    return made, round_


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(linked)


def link(cast: Cast, code: str, title: str) -> int:
    data = {"link-address": f"https://example.org/{title}", "link-title": title}
    return cast.client(cast.contributor).post(cast.at(f"answers/{code}/evidence/links"), data=data).status_code


def take_off(cast: Cast, code: str, title: str) -> int:
    db.session.rollback()
    use = next(
        one for one in db.session.scalars(select(EvidenceUse).where(EvidenceUse.practice_code == code))
        if one.evidence.title == title
    )  # fmt: skip
    return cast.client(cast.contributor).post(cast.at(f"answers/{code}/evidence/{use.evidence_id}/detach")).status_code


def attached(cast: Cast) -> list[tuple[str, str]]:
    db.session.rollback()
    uses = select(EvidenceUse).where(EvidenceUse.detached_at.is_(None)).order_by(EvidenceUse.id)
    return [(one.practice_code, one.evidence.title) for one in db.session.scalars(uses)]


def staff_sees(cast: Cast) -> list[str]:
    """Return what the reviewer reads beside the two answers, one title each line."""
    page = cast.client(cast.reviewer).get(cast.at("review/sections/s-2")).text
    lines = [
        one.split("</li>")[0]
        for one in page.split('<ul class="small">')[1:]
        for one in one.split("</ul>")[0].split("<li>")[1:]
    ]
    return [" ".join(words(line).split()[:1] + (["off"] if "taken off" in line else [])) for line in lines]


@pytest.mark.parametrize(
    ("state", "reopened", "opened"),
    [
        (CycleState.IN_PROGRESS, [], [True, True, True]),
        (CycleState.SUBMITTED, [], [False, False, False]),
        (CycleState.VISITED, [CODE], [True, False, False]),
        (CycleState.SUBMITTED, None, [False, False, False]),
    ],
)
def test_practice_is_open_until_it_is_sent_and_while_staff_keep_it_open(
    state: CycleState, reopened: list[str] | None, opened: list[bool]
) -> None:
    cycle = Cycle(state=state, reopened=reopened)
    assert [cycle.is_open(CODE), cycle.is_open(OTHER), cycle.is_open()] == opened


def test_files_and_links_change_at_the_open_practice_alone(cast: Cast) -> None:
    assert link(cast, CODE, "Plan") == 409
    cast.open(CODE)
    assert [link(cast, CODE, "Plan"), take_off(cast, CODE, "Handbook")] == [303, 303]
    assert [link(cast, OTHER, "Plan"), take_off(cast, OTHER, "Handbook")] == [409, 409]
    piece = db.session.scalars(select(EvidenceUse)).first()
    assert piece is not None
    client = cast.client(cast.contributor)
    reply = client.post(cast.at(f"evidence/{piece.evidence_id}/remove"))
    assert (reply.status_code, f"except at the practices open for changes: {CODE}." in reply.text) == (409, True)
    assert attached(cast) == [(OTHER, "Handbook"), (CODE, "Plan")]
    page = client.get(cast.at(f"answers/{CODE}/evidence")).text
    assert ["This practice is open for changes." in page, "Add the link" in page] == [True, True]
    assert "Add the link" not in client.get(cast.at(f"answers/{OTHER}/evidence")).text


def test_partnership_sees_changed_files_and_links_once_they_are_sent(
    staged: Callable[..., tuple[Cast, Amendment]],
) -> None:
    cast, round_ = staged(exchanged)
    assert staff_sees(cast) == ["Handbook", "Handbook"]
    cast.send(round_)
    assert staff_sees(cast) == ["Handbook off", "Plan", "Handbook"]
    told = words(cast.client(cast.reviewer).get(cast.at("review/changes")).text)
    assert (
        "Files and links: taken out: Handbook end of what was taken out. , added: Plan end of what was added." in told
    )
    titles = [
        {code: [one["title"] for one in named] for code, named in frozen_evidence(copy).items()}
        for copy in copies_of(cast.cycle)
    ]
    assert titles == [{CODE: ["Handbook"], OTHER: ["Handbook"]}, {CODE: ["Plan"], OTHER: ["Handbook"]}]


@pytest.mark.parametrize("who", ["contributor", "reviewer"])
def test_each_copy_shows_the_files_and_links_it_was_sent_with(
    staged: Callable[..., tuple[Cast, Amendment]], who: str
) -> None:
    cast, round_ = staged(exchanged)
    client = cast.client(getattr(cast, who))
    assert [client.get(cast.at("answers")).text.count(f">{title}</a>") for title in ("Handbook", "Plan")] == [2, 0]
    cast.send(round_)
    for at, counts in (("copies/1", [2, 0]), ("copies/2", [1, 1]), ("answers", [1, 1])):
        page = client.get(cast.at(at)).text
        assert [page.count(f">{title}</a>") for title in ("Handbook", "Plan")] == counts


@pytest.mark.parametrize("end", ["leave", "close"])
def test_round_that_ends_without_sending_gives_back_the_files_and_links_that_were_sent(
    staged: Callable[..., tuple[Cast, Amendment]], end: str
) -> None:
    cast, round_ = staged(exchanged)
    if end == "leave":
        amending.leave(cast.cycle.id, round_.id, cast.administrator.id, URL)
    else:
        amending.close(cast.cycle.id, round_.id, "Not needed any more.", cast.reviewer.id, URL)
    assert attached(cast) == [(CODE, "Handbook"), (OTHER, "Handbook")]
    assert staff_sees(cast) == ["Handbook", "Handbook"]


def test_piece_taken_off_and_attached_again_is_no_change(cast: Cast) -> None:
    cast.open(CODE)
    seen = mark_of(open_practices(cast.cycle))
    take_off(cast, CODE, "Handbook")
    assert mark_of(open_practices(cast.cycle)) != seen
    link(cast, CODE, "Handbook")
    assert mark_of(open_practices(cast.cycle)) == seen
    assert [one.changes for one in open_practices(cast.cycle)] == [()]
    assert attached(cast) == [(CODE, "Handbook"), (OTHER, "Handbook")]


def test_changes_are_not_sent_when_a_colleague_attached_something_meanwhile(cast: Cast) -> None:
    round_ = cast.open(CODE)
    cast.type(CODE, notes="Form 7.")
    seen = mark_of(open_practices(cast.cycle))
    link(cast, CODE, "Plan")
    with pytest.raises(OutOfOrder):
        amending.send(cast.cycle.id, round_.id, cast.administrator.id, URL, seen)


def restore(client: FlaskClient, cast: Cast) -> int:
    row = cast.stored(CODE)
    mine = select(AnswerVersion.id).where(AnswerVersion.practice_code == CODE).order_by(AnswerVersion.id)
    data = {"id": str(db.session.scalars(mine).first()), "version": str(row.version), "save_id": "restore-1"}
    return client.post(cast.at(f"answers/{CODE}/restore"), data=data).status_code


def test_earlier_version_is_used_again_while_the_practice_is_open(cast: Cast) -> None:
    round_ = cast.open(CODE)
    cast.type(CODE, "typed-0001", notes="First text.")
    cast.type(CODE, "typed-0002", notes="Second text.")
    client, at = cast.client(cast.contributor), cast.at(f"answers/{CODE}/history")
    assert "Use this version again" in client.get(at).text
    assert restore(client, cast) == 303
    assert Answer.from_dict(cast.stored(CODE).content).notes == "First text."
    amending.leave(cast.cycle.id, round_.id, cast.administrator.id, URL)
    assert "Use this version again" not in client.get(at).text


def test_answers_to_check_lead_back_to_what_is_open(cast: Cast) -> None:
    cast.open(CODE)
    cast.type(CODE, notes="A new text.")
    page = cast.client(cast.contributor).get(cast.at("sections/s-2/check")).text
    assert [page.count("Change<span"), f"the answer to {CODE}" in page, "A new text." in page] == [1, True, True]


def test_mark_is_set_at_the_open_practice_alone(cast: Cast) -> None:
    cast.open(CODE)
    client = cast.client(cast.contributor)
    form = {
        f"{CODE}-version": str(cast.stored(CODE).version),
        f"{CODE}-save_id": "save-0009",
        f"{CODE}-status": "in_practice",
    }
    reply = client.post(cast.at("sections/s-2"), data={**form, f"{CODE}-rating": "4", "flag": f"on {CODE}"})
    assert (reply.status_code, reply.location) == (303, f"{cast.at('sections/s-2')}#{CODE}")
    assert client.post(cast.at(f"answers/{OTHER}/flag"), data={"flag": "on"}).status_code == 409
    client.post(cast.at("sections/s-2"), data={"flag": f"on {OTHER}"})
    assert list(db.session.scalars(select(Flag.practice_code))) == [CODE]


def test_worksheets_are_over_and_their_page_leads_to_what_is_open(cast: Cast) -> None:
    cast.open(CODE)
    page = words(cast.client(cast.contributor).get(cast.at("worksheets")).text)
    assert f"The practices open for changes are changed on their page : {CODE}." in page
    assert cast.client(cast.contributor).post(cast.at("worksheets"), data={}).status_code == 409


def test_last_time_is_said_where_a_practice_that_is_open_has_no_answer(staged: Callable[..., Cast]) -> None:
    made = staged(make_cast)
    made.amend(CODE, notes="Said in the second copy.")
    second = make_cycle(made.program, number=2)
    page = made.client(made.contributor).get(f"/cycles/{second.id}/sections/s-2").text
    assert "Said in the second copy." in page  # the newest copy of the cycle before, not its first
    with unit_of_work():
        second.state, second.reopened = CycleState.SUBMITTED, [CODE]
    page = made.client(made.contributor).get(f"/cycles/{second.id}/sections/s-2").text
    assert page.count("In 2026 you said") == 1
