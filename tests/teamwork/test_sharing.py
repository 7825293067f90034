"""Sections given to people, who is on one now, and marks to come back to."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from portal.cycles.models import CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.teamwork.models import Flag, SectionGiven
from tests.conftest import StandingClock
from tests.factories import make_cycle, make_person, make_program, raw_answer

from .conftest import Cast


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def given() -> set[tuple[str, int]]:
    db.session.rollback()
    return {(row.section_key, row.person_id) for row in db.session.scalars(select(SectionGiven))}


def mailed() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(one.to_name, one.subject) for one in db.session.scalars(select(Message).order_by(Message.id))]


def test_section_is_given_to_several_and_each_is_mailed_once(cast: Cast) -> None:
    client, at = cast.client(cast.ana), f"/cycles/{cast.cycle.id}/who"
    both = [str(cast.ana.id), str(cast.bo.id)]
    data = {"s-2-had": "", "s-2": both, "s-3-had": "", "s-3": both[1], "save_id": "one-press"}
    for _ in range(2):  # pressed twice
        assert client.post(at, data=data).status_code == 303
    assert given() == {("s-2", cast.ana.id), ("s-2", cast.bo.id), ("s-3", cast.bo.id)}
    assert mailed() == [("Bo Lund", "Ana Núñez gave you 2 sections: Harbor Mentors")]
    text = db.session.scalars(select(Message.text)).one()
    assert re.findall(r"http://localhost(\S+)", text) == [
        f"/cycles/{cast.cycle.id}/sections/{key}" for key in ("s-2", "s-3")
    ]
    assert db.session.scalars(select(Message.partnership_id)).one() is None  # staff do not see who does what
    bo = cast.client(cast.bo)
    bo.get(f"/cycles/{cast.cycle.id}/start")
    assert "Yours Given to you and Ana Núñez" in plain(bo.get(f"/cycles/{cast.cycle.id}").text)
    assert "Given to you and Bo Lund." in plain(client.get(f"/cycles/{cast.cycle.id}/sections/s-2").text)


def test_form_changes_only_what_its_sender_changed(cast: Cast) -> None:
    client, at = cast.client(cast.ana), f"/cycles/{cast.cycle.id}/who"
    ana, bo = str(cast.ana.id), str(cast.bo.id)
    client.post(at, data={"s-2-had": "", "s-2": ana})
    client.post(at, data={"s-2-had": "", "s-2": bo})  # a page from before the first one
    assert given() == {("s-2", cast.ana.id), ("s-2", cast.bo.id)}
    client.post(at, data={"s-2-had": f"{ana} {bo}", "s-2": bo})
    assert given() == {("s-2", cast.bo.id)}


def test_section_is_given_only_to_people_who_may_answer_here(cast: Cast) -> None:
    stranger = make_person(Role.CONTRIBUTOR, make_program(cast.partnership))
    ids = [str(one.id) for one in (cast.ria, cast.staff, stranger)]
    cast.client(cast.ana).post(f"/cycles/{cast.cycle.id}/who", data={"s-2-had": "", "s-2": [*ids, "x", "²"]})
    assert (given(), mailed()) == (set(), [])


def test_person_who_becomes_a_reader_has_no_sections(cast: Cast) -> None:
    client = cast.client(cast.ana)
    client.post(f"/cycles/{cast.cycle.id}/who", data={"s-2-had": "", "s-2": str(cast.bo.id)})
    assert given() == {("s-2", cast.bo.id)}
    client.post(f"/programs/{cast.program.id}/people/{cast.bo.id}/role", data={"role": "reader"})
    assert given() == set()


def test_sections_are_not_given_once_submitted(cast: Cast) -> None:
    client, at = cast.client(cast.ana), f"/cycles/{cast.cycle.id}/who"
    assert "Save who does what" in client.get(at).text
    with unit_of_work():
        cast.cycle.state = CycleState.SUBMITTED
    assert "Save who does what" not in client.get(at).text
    assert client.post(at, data={"s-2-had": "", "s-2": str(cast.bo.id)}).status_code == 409


def test_colleague_on_a_section_is_told_within_two_minutes_and_no_longer(cast: Cast, clock: StandingClock) -> None:
    ana, bo, at = cast.client(cast.ana), cast.client(cast.bo), f"/cycles/{cast.cycle.id}/sections/s-2"
    assert ana.post(f"{at}/here").status_code == 204  # nobody else
    assert bo.post(f"{at}/here").text.startswith("Ana Núñez is on this section.")
    seen = []
    for _ in range(3):
        seen.append("".join(re.findall(r"(?:Ana|Bo) \w+ (?:is|was)[^.]*\.", ana.get(at).text)))
        clock.go(seconds=50)
    assert seen == [
        "Bo Lund is on this section.",
        "Bo Lund is on this section.",
        "Bo Lund was on this section a minute ago.",
    ]
    assert "Bo Lund" not in ana.get(at).text
    assert "Bo Lund" not in ana.get(f"/cycles/{cast.cycle.id}/sections/s-3").text


def test_sign_of_life_is_tiny_when_nothing_changed(cast: Cast, clock: StandingClock) -> None:
    ana, bo, at = cast.client(cast.ana), cast.client(cast.bo), f"/cycles/{cast.cycle.id}/sections/s-2"
    bo.post(f"{at}/here")
    first = ana.post(f"{at}/here", data={"shown": ""})
    shown = re.search(r'name="shown" value="(\w+)"', first.text)[1]
    again = ana.post(f"{at}/here", data={"shown": shown})
    assert (first.status_code, again.status_code, again.data) == (200, 204, b"")
    clock.go(minutes=3)
    gone = ana.post(f"{at}/here", data={"shown": shown})
    assert (gone.status_code, "Bo Lund" in gone.text) == (200, False)


def test_signs_of_life_end_with_submitting(cast: Cast) -> None:
    with unit_of_work():
        cast.cycle.state = CycleState.SUBMITTED
    assert cast.client(cast.ana).post(f"/cycles/{cast.cycle.id}/sections/s-2/here").status_code == 286


def test_mark_is_personal_and_set_once_however_often_pressed(cast: Cast) -> None:
    ana, bo, at = cast.client(cast.ana), cast.client(cast.bo), f"/cycles/{cast.cycle.id}/answers/B.2.5/flag"
    fragment = {"HX-Request": "true"}
    replies = [ana.post(at, data={"flag": "on"}, headers=fragment) for _ in range(2)]
    assert [(one.status_code, one.headers["Flag"], one.data) for one in replies] == [(204, "on", b"")] * 2
    assert db.session.scalar(select(func.count(Flag.id))) == 1
    lists = [
        one.get(f"/cycles/{cast.cycle.id}/start") and one.get(f"/cycles/{cast.cycle.id}").text
        for one in (ana, bo, cast.client(cast.ria))
    ]
    assert ["You marked these" in page for page in lists] == [True, False, False]
    assert f'href="/cycles/{cast.cycle.id}/sections/s-2#B.2.5"' in lists[0]
    assert ["⚑" in one.get(f"/cycles/{cast.cycle.id}/sections/s-2").text for one in (ana, bo)] == [True, False]
    ana.post(at, data={"flag": "off"})
    assert "You marked these" not in ana.get(f"/cycles/{cast.cycle.id}").text


def test_mark_sent_with_the_section_stores_what_was_typed(cast: Cast) -> None:
    client, at = cast.client(cast.bo), f"/cycles/{cast.cycle.id}/sections/s-2"
    codes = [one.code for one in rulebook_of(cast.cycle).catalogue.section("s-2").practices]
    form = {f"{code}-version": "0" for code in codes} | {
        f"{code}-save_id": "save-" + code.replace(".", "-") for code in codes
    }
    reply = client.post(at, data=form | {"B.2.3-notes": "half a thought", "flag": "on B.2.5"})
    assert (reply.status_code, reply.location) == (303, f"{at}#B.2.5")
    page = client.get(at).text
    assert ["half a thought" in page, page.count("⚑")] == [True, 1]


def test_reader_reads_everything_and_finds_no_field(cast: Cast) -> None:
    from portal.assessments import services

    services.record_answer(cast.cycle.id, "B.2.5", raw_answer(notes="Two references."), "0", "save-id-1", cast.bo.id)
    client, at = cast.client(cast.ria), f"/cycles/{cast.cycle.id}"
    page = client.get(f"{at}/sections/s-2").text.partition("<main")[2].partition("</main")[0]
    assert ["Two references." in page, "You are a reader here" in page] == [True, True]
    fields = re.findall(r'<(?:textarea|select|button|input(?! type="hidden"))[^>]*', page)
    assert fields == []
    assert client.get(f"/programs/{cast.program.id}").text.count("Read the self-assessment") == 1
    posts = ("answers/B.2.5", "sections/s-2", "answers/B.2.5/flag", "sections/s-2/completed", "who", "submit")
    assert [client.post(f"{at}/{one}").status_code for one in posts] == [403] * len(posts)


@pytest.mark.parametrize("page", ["", "/sections/s-2"])
def test_page_takes_as_many_queries_with_many_marks_and_discussions_as_with_none(
    cast: Cast, count_queries: Callable[[Callable[[], object]], int], page: str
) -> None:
    client, at = cast.client(cast.ana), f"/cycles/{cast.cycle.id}"
    client.get(at + page)
    none = count_queries(lambda: client.get(at + page))
    people = [str(cast.ana.id), str(cast.bo.id)]
    client.post(
        f"{at}/who",
        data={f"{key}-had": "" for key in ("s-1", "s-2", "s-3")} | dict.fromkeys(("s-1", "s-2", "s-3"), people),
    )
    for practice in rulebook_of(cast.cycle).catalogue.section("s-2").practices[:6]:
        client.post(f"{at}/answers/{practice.code}/flag", data={"flag": "on"})
        client.post(f"{at}/answers/{practice.code}/talk", data={"text": "What do we say?", "save_id": practice.code})
    client.get(at + page)
    assert count_queries(lambda: client.get(at + page)) == none


def test_everything_of_another_program_is_not_found(cast: Cast) -> None:
    other = make_cycle(make_program(cast.partnership))
    client, at = cast.client(cast.ana), f"/cycles/{other.id}"
    gets = [client.get(f"{at}/{one}").status_code for one in ("who", "answers/B.2.5/talk", "sections/s-2")]
    posts = ("who", "answers/B.2.5/talk", "answers/B.2.5/flag", "sections/s-2/here", "sections/s-2/completed")
    assert gets + [client.post(f"{at}/{one}", data={"text": "x"}).status_code for one in posts] == [404] * 8
