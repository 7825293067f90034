"""Discussions: nothing said is lost or told to staff, and mail says who and where, never what."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import services as accounts
from portal.accounts.models import SignIn
from portal.cycles.models import CycleState
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.mail import deliver_due
from portal.foundation.outbox import Message
from portal.letters import daily
from portal.teamwork.models import Comment
from portal.teamwork.queries import Member
from portal.teamwork.talking import mentioned
from tests.conftest import StandingClock
from tests.factories import make_cycle, make_partnership, make_person, make_program, sign_in

from .conftest import Cast

PEOPLE = [Member(n, name, "", Role.CONTRIBUTOR, True) for n, name in enumerate(
    ["Bo Lund", "Ria Park", "Ria Stone", "Ana Núñez", "Jean-Luc O'Hara"], 1)]  # fmt: skip


def at(cast: Cast) -> str:
    return f"/cycles/{cast.cycle.id}/answers/B.2.5/talk"


def entries() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(one.kind.value, one.text) for one in db.session.scalars(select(Comment).order_by(Comment.id))]


def mails() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def say(client: FlaskClient, where: str, text: str, save_id: str = "a-save-id", **more: str) -> int:
    return client.post(where, data={"text": text, "save_id": save_id, **more}).status_code


@pytest.mark.parametrize(
    ("text", "found", "unknown"),
    [
        ("@Bo please", {1}, ()),
        ("ask @bo lund, and @Ana.", {1, 4}, ()),
        ("@Ria knows", set(), ("Ria",)),  # two have this first name
        ("@Ria Stone knows; @RiaPark too", {2, 3}, ()),
        ("@Bobby?", set(), ("Bobby",)),
        ("write to bo@lund.org", set(), ()),
        ("@Jean-Luc O'Hara and @Jean-Luc", {5}, ()),
        ("@Núñez", set(), ("Núñez",)),
    ],
)
def test_names_after_an_at_are_found(text: str, found: set[int], unknown: tuple[str, ...]) -> None:
    assert mentioned(text, PEOPLE) == (found, unknown)


def test_comment_is_stored_and_the_person_named_gets_a_link_without_the_text(cast: Cast) -> None:
    client = cast.client(cast.ana)
    reply = client.post(at(cast), data={"text": "Do we ask two\r\nreferences, @Bo?", "save_id": "a-save-id"})
    assert reply.status_code == 303
    assert entries() == [("comment", "Do we ask two\nreferences, @Bo?")]
    mail = mails()[0]
    assert (mail.to_name, mail.subject) == ("Bo Lund", "Ana Núñez would like you to look at B.2.5: Harbor Mentors")
    link = re.search(r"http://localhost(\S+)", mail.text)[1]
    assert link == reply.location
    assert ["references" in mail.text, mail.partnership_id] == [False, None]
    page = cast.client(cast.bo).get(link).text
    assert "Do we ask two<br>references, @Bo?" in page
    assert "Told by mail: Bo Lund" in page


def test_people_ticked_are_told_and_nobody_is_told_of_their_own_words(cast: Cast) -> None:
    other = make_person(Role.CONTRIBUTOR, make_program(cast.partnership))
    tell = [str(one.id) for one in (cast.ana, cast.ria, cast.staff, other)]
    cast.client(cast.ana).post(at(cast), data={"text": "Look, @Ana", "tell": tell, "save_id": "x"})
    assert [one.to_name for one in mails()] == ["Ria Park"]


def test_name_of_nobody_is_pointed_out(cast: Cast) -> None:
    client = cast.client(cast.ana)
    say(client, at(cast), "@Bob?")
    assert "Nobody on this program is called “Bob”" in client.get(at(cast)).text
    assert mails() == []


@pytest.mark.parametrize(("role", "may_invite"), [(Role.PROGRAM_ADMINISTRATOR, True), (Role.CONTRIBUTOR, False)])
def test_page_of_somebody_alone_says_so_and_who_may_invite_gets_the_link(cast: Cast, role: Role, may_invite) -> None:
    program = make_program(cast.partnership)
    alone = make_person(role, program)
    where = f"/cycles/{make_cycle(program).id}/answers/B.2.5/talk"
    said, invite = "Nobody else of your program is here yet to answer.", f'href="/programs/{program.id}/people#invite"'
    page = cast.client(alone).get(where).text
    assert [said in page, invite in page] == [True, may_invite]
    make_person(Role.READER, program)
    assert said not in cast.client(alone).get(where).text


def test_same_form_twice_stores_and_mails_once(cast: Cast) -> None:
    client = cast.client(cast.ana)
    assert [say(client, at(cast), "Once, @Bo.") for _ in range(2)] == [303, 303]
    assert (entries(), len(mails())) == ([("comment", "Once, @Bo.")], 1)
    say(client, at(cast), "Another text from a page brought back.")
    assert len(entries()) == 2


def test_one_person_is_told_once_a_day_of_a_practice_and_misses_nothing(cast: Cast, clock: StandingClock) -> None:
    client = cast.client(cast.ana)
    say(client, at(cast), "@Bo one", "save-1")
    say(client, at(cast), "@Bo two, before the first mail left", "save-2")
    assert (deliver_due(), len(mails())) == (0, 1)
    clock.go(hours=17)  # after seven the next morning
    assert (daily.gather(), deliver_due()) == (1, 1)
    for number in (3, 4):
        say(client, at(cast), f"@Bo {number}", f"save-{number}")
    assert [one.kind for one in mails() if one.waits] == ["comment"]
    assert (daily.gather(), deliver_due()) == (0, 0)
    clock.go(days=1)
    assert (daily.gather(), deliver_due()) == (1, 1)


def test_discussion_is_resolved_and_opened_again(cast: Cast) -> None:
    client, section = cast.client(cast.ana), f"/cycles/{cast.cycle.id}/sections/s-2"
    say(client, at(cast), "Open point", "save-1")
    say(cast.client(cast.bo), at(cast), "My view", "save-2")
    assert "Discuss (2)" in client.get(section).text
    assert "1 open discussion" in client.get(f"/cycles/{cast.cycle.id}").text
    say(client, at(cast), "So be it", "save-3", then="resolve")
    assert "Discuss (" not in client.get(section).text
    say(client, at(cast), "", "save-4", then="resolve")  # pressed on an old page: it is resolved already
    say(client, at(cast), "", "save-5", then="reopen")
    assert "Discuss (3)" in client.get(section).text
    say(client, at(cast), "", "save-6", then="resolve")
    say(cast.client(cast.bo), at(cast), "One more thing", "save-7")
    assert [kind for kind, _ in entries()] == [
        "comment", "comment", "comment", "resolved", "opened", "resolved", "comment", "opened"]  # fmt: skip
    page = client.get(at(cast)).text
    assert ["You marked this as resolved" in page, "Bo Lund opened this again" in page] == [True, True]


@pytest.mark.parametrize("text", ["", "  \r\n ", "x" * 10_001])
def test_comment_that_cannot_be_stored_comes_back(cast: Cast, text: str) -> None:
    reply = cast.client(cast.ana).post(at(cast), data={"text": text, "tell": str(cast.bo.id), "save_id": "an-id-kept"})
    assert (reply.status_code, entries()) == (422, [])
    assert "<title>Error: Discuss B.2.5" in reply.text
    assert text.strip() in reply.text
    assert f'value="{cast.bo.id}" checked' in reply.text


def test_reader_comments_and_staff_never_see_it(cast: Cast) -> None:
    reader = cast.client(cast.ria)
    assert say(reader, at(cast), "A secret of ours") == 303
    with unit_of_work():
        cast.cycle.state, cast.cycle.submitted_on = CycleState.SUBMITTED, date(2026, 10, 1)
    page = reader.get(at(cast)).text
    assert ["A secret of ours" in page, "Your partnership never sees it" in page] == [True, True]
    assert f'href="{at(cast)}"' in reader.get(f"/cycles/{cast.cycle.id}/sections/s-2").text
    staff = cast.client(cast.staff)
    assert [staff.get(at(cast)).status_code, say(staff, at(cast), "hello")] == [403, 403]
    assert say(reader, at(cast), "Still talking", "save-2") == 303


def test_discussion_of_a_closed_cycle_is_read_only(cast: Cast) -> None:
    client = cast.client(cast.ana)
    say(client, at(cast), "Before")
    with unit_of_work():
        cast.cycle.state = CycleState.CLOSED
    assert say(client, at(cast), "After", "save-2") == 409
    page = client.get(at(cast)).text
    assert ["Before" in page, "<textarea" in page] == [True, False]


def test_practice_that_does_not_exist_has_no_discussion(cast: Cast) -> None:
    client, where = cast.client(cast.ana), f"/cycles/{cast.cycle.id}/answers/Z.9.9/talk"
    assert [client.get(where).status_code, say(client, where, "x")] == [404, 404]


def test_page_takes_as_many_queries_for_ten_comments_as_for_one(
    cast: Cast, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    clients = [cast.client(one) for one in (cast.ana, cast.bo, cast.ria)]
    say(clients[0], at(cast), "first")
    clients[0].get(at(cast))
    one = count_queries(lambda: clients[0].get(at(cast)))
    for number in range(9):
        say(clients[number % 3], at(cast), f"comment {number}", f"save-{number}")
    clients[0].get(at(cast))
    assert count_queries(lambda: clients[0].get(at(cast))) == one


def fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.partition("<main")[2])
    return {name: html.unescape(value) for name, value in found}


def test_comment_sent_after_the_session_ended_is_kept_and_sent_again(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        program = make_program(make_partnership())
        person, cycle, client = make_person(Role.CONTRIBUTOR, program), make_cycle(program), app.test_client()
        sign_in(client, person)
        where, ours = f"/cycles/{cycle.id}/answers/B.2.5/talk", {"Sec-Fetch-Site": "same-origin"}
        form = fields(client.get(where).text) | {"text": "A long <b>thought</b>"}
        accounts.end_session(person.id, db.session.scalars(select(SignIn.id)).one())
        reply = client.post(where, data=form, headers=ours)
        assert (reply.status_code, "A long &lt;b&gt;thought&lt;/b&gt;" in reply.text, entries()) == (401, True, [])
        sign_in(client, person)
        assert client.post(where, data=fields(reply.text), headers=ours).status_code == 303
        assert entries() == [("comment", "A long <b>thought</b>")]


def test_thousands_of_names_that_are_nobodys_are_read_at_once_and_told_in_a_notice_that_fits_a_cookie(
    cast: Cast,
) -> None:
    crowd = [Member(at, f"First{at} Middle Last{at}", f"{at}@example.org", Role.READER, True) for at in range(200)]
    began = time.perf_counter()
    assert mentioned("@a " * 3300 + "@Last7 @First7", crowd) == ({7}, ("a", "Last7"))
    assert time.perf_counter() - began < 2
    client = cast.client(cast.ana)
    reply = client.post(at(cast), data={"text": " ".join(f"@x{n}" for n in range(1500)), "save_id": "a-save-id"})
    assert (reply.status_code, len(entries())) == (303, 1)
    assert max(len(one) for one in reply.headers.getlist("Set-Cookie")) < 2000
    assert (
        "called “x0”, “x1”, “x2”, “x3”, “x4”, “x5” and 1494 more, so no mail went to those names."
        in client.get(at(cast)).text
    )
