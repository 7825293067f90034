"""Earlier versions: what changed in each, using one again, and answers that no rule asks for any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.assessments import queries, services
from portal.assessments.changes import Stretch
from portal.assessments.history import PAGE, history_of
from portal.assessments.models import AnswerVersion
from portal.cycles.models import Cycle, CycleMove, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation import clock
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.judging import evaluator
from tests.factories import make_cycle, make_person, make_program, raw_answer, sign_in

CODE = "B.2.3"


@pytest.fixture
def client(signed_in: FlaskClient) -> FlaskClient:
    return signed_in


def save(cycle: Cycle, person: Person, version: int, save_id: str, **parts: Any) -> None:
    services.record_answer(cycle.id, CODE, raw_answer(**parts), str(version), save_id, person.id)


def refuse(cycle: Cycle, person: Person, version: int, save_id: str, **parts: Any) -> None:
    with pytest.raises(services.AnswerChanged):
        save(cycle, person, version, save_id, **parts)


def version_ids() -> list[int]:
    return list(db.session.scalars(select(AnswerVersion.id).order_by(AnswerVersion.id)))


def post_restore(client: FlaskClient, cycle: Cycle, version_id: int, version: int, save_id: str = "restore-1") -> Any:
    return client.post(
        f"/cycles/{cycle.id}/answers/{CODE}/restore",
        data={"id": str(version_id), "version": str(version), "save_id": save_id},
    )


def test_history_tells_who_when_and_what_changed(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    save(cycle, person, 0, "save-0001", notes="Two of us ask.")
    save(cycle, person, 1, "save-0002", rating="5", notes="Three of us ask.")
    page = client.get(f"/cycles/{cycle.id}/answers/{CODE}/history").text
    assert "14:02 by Ana Ruiz" in page
    assert (
        '<b>Rating:</b> 5 (done consistently, documented and reviewed) <span class="soft">(before: 4 (done consistently))</span>'
        in page
    )
    assert '<del><span class="vh"> taken out: </span>Two<' in page
    assert '<ins><span class="vh"> added: </span>Three<' in page


def test_refused_text_is_compared_with_what_its_writer_saw(cycle: Cycle, person: Person) -> None:
    other = make_person(Role.CONTRIBUTOR, cycle.program)
    save(cycle, person, 0, "save-0001", notes="one")
    save(cycle, person, 1, "save-0002", notes="one two")
    refuse(cycle, other, 1, "save-0003", notes="one three")
    newest = history_of(cycle, CODE).versions[0]
    assert newest.row.refused
    assert newest.changes[0].words == (Stretch("same", "one"), Stretch("new", " three"))


def test_version_used_again_becomes_a_new_ordinary_version(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    save(cycle, person, 0, "save-0001", notes="first")
    save(cycle, person, 1, "save-0002", notes="second")
    assert post_restore(client, cycle, version_ids()[0], 2).status_code == 303
    assert post_restore(client, cycle, version_ids()[0], 2).status_code == 303  # pressed twice
    row = queries.stored_answers(cycle.id)[CODE]
    assert (row.version, row.content["notes"], row.saved_by_id) == (3, "first", person.id)
    assert len(version_ids()) == 3


def test_refused_text_can_be_used_again(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    other = make_person(Role.CONTRIBUTOR, cycle.program)
    save(cycle, person, 0, "save-0001", notes="stored first")
    refuse(cycle, other, 0, "save-0002", notes="came too late")
    assert post_restore(client, cycle, version_ids()[1], 1).status_code == 303
    assert queries.stored_answers(cycle.id)[CODE].content["notes"] == "came too late"


def test_stale_page_replaces_nothing(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    other = make_person(Role.CONTRIBUTOR, cycle.program)
    save(cycle, person, 0, "save-0001", notes="first")
    save(cycle, other, 1, "save-0002", notes="second")
    save(cycle, other, 2, "save-0003", notes="third")
    reply = post_restore(client, cycle, version_ids()[0], 2)
    assert reply.status_code == 409
    assert "Somebody stored a newer version" in reply.text
    assert queries.stored_answers(cycle.id)[CODE].content["notes"] == "third"


@pytest.mark.parametrize(("role", "status"), [(Role.READER, 403), (Role.REVIEWER, 403)])
def test_who_may_not_answer_restores_nothing(
    client: FlaskClient, cycle: Cycle, person: Person, role: Role, status: int
) -> None:
    save(cycle, person, 0, "save-0001", notes="first")
    save(cycle, person, 1, "save-0002", notes="second")
    place = cycle.program.partnership if role is Role.REVIEWER else cycle.program
    sign_in(client, make_person(role, place))
    assert post_restore(client, cycle, version_ids()[0], 2).status_code == status
    if role is Role.READER:
        assert "Use this version again" not in client.get(f"/cycles/{cycle.id}/answers/{CODE}/history").text
    assert queries.stored_answers(cycle.id)[CODE].version == 2


def test_submitted_answer_is_not_restored(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    save(cycle, person, 0, "save-0001", notes="first")
    save(cycle, person, 1, "save-0002", notes="second")
    with unit_of_work():
        cycle.state = CycleState.SUBMITTED
    assert post_restore(client, cycle, version_ids()[0], 2).status_code == 409
    assert "Use this version again" not in client.get(f"/cycles/{cycle.id}/answers/{CODE}/history").text


@pytest.mark.parametrize("version_id", ["999999", "x", "", "9" * 30, "-1", "²"])
def test_version_that_is_not_there_is_a_sentence(
    client: FlaskClient, cycle: Cycle, person: Person, version_id: str
) -> None:
    save(cycle, person, 0, "save-0001", notes="first")
    data = {"id": version_id, "version": "1", "save_id": "restore-1"}
    assert client.post(f"/cycles/{cycle.id}/answers/{CODE}/restore", data=data).status_code == 404
    assert client.get(f"/cycles/{cycle.id}/answers/{CODE}/history?before={version_id}").status_code == 200


def test_version_of_another_cycle_cannot_be_brought_in(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    elsewhere = make_cycle(make_program(cycle.program.partnership))
    save(elsewhere, person, 0, "save-0001", notes="theirs alone")
    assert post_restore(client, cycle, version_ids()[0], 0).status_code == 404
    assert queries.stored_answers(cycle.id) == {}


def test_long_history_comes_in_pages_with_the_same_queries(
    client: FlaskClient, cycle: Cycle, person: Person, count_queries: Callable[..., int]
) -> None:
    def pages() -> int:
        return count_queries(lambda: client.get(f"/cycles/{cycle.id}/answers/{CODE}/history"))

    save(cycle, person, 0, "save-0000", notes="text 0")
    few = pages()
    for number in range(1, PAGE + 5):
        save(cycle, person, number, f"save-{number:04}", notes=f"text {number}")
    assert pages() == few <= 12
    first = history_of(cycle, CODE)
    second = history_of(cycle, CODE, first.older)
    assert [one.row.version for one in (*first.versions, *second.versions)] == list(range(PAGE + 5, 0, -1))
    assert second.older is None
    assert second.versions[0].changes[0].words  # compared across the page's edge
    assert "Older versions" in client.get(f"/cycles/{cycle.id}/answers/{CODE}/history").text
    assert client.get(f"/cycles/{cycle.id}/answers/{CODE}/history?before={first.older}").status_code == 200


def test_answer_no_longer_asked_is_listed_and_keeps_its_history(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    save(cycle, person, 0, "save-0001", notes="asked under the old rules")
    before = dict(cycle.rulebook)
    after = evaluator().describe([], "eepm5").record()
    with unit_of_work() as session:
        cycle.rulebook = after
        session.add(CycleMove(cycle_id=cycle.id, moved_at=clock.now(), reason="newer", before=before, after=after))
    assert CODE not in rulebook_of(cycle).catalogue
    assert "1 answer no longer asked" in client.get(f"/cycles/{cycle.id}/answers").text
    page = client.get(f"/cycles/{cycle.id}/answers/unasked").text
    assert "asked under the old rules" in page
    assert f"/cycles/{cycle.id}/answers/{CODE}/history" in page
    history = client.get(f"/cycles/{cycle.id}/answers/{CODE}/history").text
    assert "asked under the old rules" in history
    assert "Use this version again" not in history
    assert post_restore(client, cycle, version_ids()[0], 1).status_code == 409


def test_nothing_unasked_is_said(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    assert "There are none" in client.get(f"/cycles/{cycle.id}/answers/unasked").text
    assert "no longer asked</a>" not in client.get(f"/cycles/{cycle.id}/answers").text
    assert db.session.scalar(select(func.count(AnswerVersion.id))) == 0
