"""The mail page and the wording of letters: own partnership only, previews, versions, refusals that keep what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.foundation import mail, outbox
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message, To, postroom
from portal.letters import daily
from portal.letters.models import LetterWording
from portal.partnerships.models import Partnership
from tests.conftest import StandingClock
from tests.factories import make_partnership, make_person, sign_in
from tests.letters.conftest import Postbox

GOOD = {"subject": "News of {{ program }}", "body": "Dear all,\r\n\r\nplease call by {{ until }}:\r\n{{ link }}"}


@dataclass
class Desk:
    client: FlaskClient
    partnership: Partnership
    admin: Person
    at: str


def with_an_administrator(app: Flask) -> Desk:
    partnership = make_partnership()
    admin, client = make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership, "Dana Whit"), app.test_client()
    sign_in(client, admin)
    return Desk(client, partnership, admin, f"/partnerships/{partnership.id}")


@pytest.fixture
def desk(staged: Callable[..., Desk]) -> Desk:
    return staged(with_an_administrator)


def post(desk: Desk, **more: str) -> Message:
    fields = {"program": "Harbor", "until": "soon", "link": "http://localhost/x"}
    with unit_of_work():
        message = outbox.write("to-review", f"to-review:{len(more)}{more}", desk.admin, fields, desk.partnership.id)
    db.session.refresh(message)
    return message


def save(desk: Desk, then: str = "save", seen: int = 0, kind: str = "to-review/en", **typed: str) -> tuple[int, str]:
    reply = desk.client.post(f"{desk.at}/letters/{kind}", data=GOOD | typed | {"then": then, "seen": str(seen)})
    return reply.status_code, reply.text


def test_own_wording_is_previewed_stored_used_and_given_up_again(desk: Desk) -> None:
    status, page = save(desk, "preview")
    assert (status, db.session.scalars(select(LetterWording)).all()) == (200, [])
    assert "<strong>News of Harbor Mentors</strong>" in page
    assert 'data-unsaved="yes"' in page  # a preview stores nothing
    assert "please call by October 15, 2026:<br>" in page
    assert [save(desk)[0] for _ in range(2)] == [303, 303]
    message = post(desk)
    assert (message.subject, message.text) == (
        "News of Harbor", "Hello Dana Whit,\n\nDear all,\n\nplease call by soon:\nhttp://localhost/x\n",
    )  # fmt: skip
    assert save(desk, "usual", seen=1)[0] == 303
    assert post(desk, again="1").subject.startswith("Ready for review: Harbor")
    page = desk.client.get(f"{desk.at}/letters/to-review/en").text
    assert ["Version 2" in page, "the usual wording" in page, "News of {{ program }}" in page] == [True] * 3
    assert "your own" not in desk.client.get(f"{desk.at}/letters").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"body": "See you soon."}, "The text has to show {{ link }}"),
        (
            {"body": "One\n{{ link }}\n{{ rating }}"},
            "Line 3 of the text names a field that this letter does not have: rating.",
        ),
        ({"subject": "{{ ''.__class__ }}"}, "Line 1 of the subject uses something that is not open here."),
        ({"subject": "x" * 301}, "The subject can hold 300 characters; this has 301."),
        ({"body": "<script>alert(1)</script> {{ link"}, "Line 1 of the text cannot be read."),
    ],
)
def test_wording_that_cannot_be_used_is_refused_with_everything_typed_kept(
    desk: Desk, typed: dict[str, str], sentence: str
) -> None:
    for then in ("save", "preview"):
        status, page = save(desk, then, **typed)
        assert (status, sentence in page.replace("&#39;", "'")) == (422, True)
        assert "<script>alert" not in page
        assert ("&lt;script&gt;alert(1)" in page) is ("<script>" in typed.get("body", ""))
        assert ("please call by {{ until }}" in page) is ("body" not in typed)
    assert db.session.scalars(select(LetterWording)).all() == []


def test_second_of_two_who_reword_a_letter_is_told_and_keeps_what_was_typed(desk: Desk) -> None:
    assert save(desk, body="Theirs {{ link }}")[0] == 303
    status, page = save(desk, body="Mine {{ link }}")
    assert (status, "A colleague stored another wording meanwhile." in page) == (422, True)
    assert ["Mine {{ link }}" in page, "Theirs {{ link }}" in page, 'name="seen" value="1"' in page] == [True] * 3
    assert save(desk, body="Mine {{ link }}", seen=1)[0] == 303


def test_wording_stored_before_a_field_went_away_gives_way_and_the_mail_page_says_so(desk: Desk) -> None:
    with unit_of_work() as session:
        session.add(
            LetterWording(
                partnership_id=desk.partnership.id, kind="to-review", language="en", number=1, subject="Old",
                body="{{ gone }} {{ link }}", saved_at=outbox.clock.now(),
            )
        )  # fmt: skip
    assert post(desk).subject.startswith("Ready for review: Harbor")
    page = desk.client.get(f"{desk.at}/mail").text
    assert "The usual wording was used. Line 1 of the text names a field that this letter does not have: gone." in page


def test_language_of_the_partnership_is_set_and_unknown_ones_are_refused(desk: Desk) -> None:
    refused = desk.client.post(
        f"{desk.at}/letters", data={"language": "xx", "contact_name": "Kim Oday", "contact_email": "kim"}
    )
    assert (refused.status_code, "Kim Oday" in refused.text, "like name@example.org" in refused.text) == (
        422,
        True,
        True,
    )
    assert postroom().contact(desk.partnership.id) == To("Dana Whit", desk.admin.email)
    settings = {"language": "es", "contact_name": "Kim Oday", "contact_email": "kim@example.org"}
    assert desk.client.post(f"{desk.at}/letters", data=settings).status_code == 303
    assert postroom().contact(desk.partnership.id) == To("Kim Oday", "kim@example.org")
    assert post(desk).subject == "Lista para revisión: Harbor; comuníquese a más tardar el soon"
    assert [desk.client.get(f"{desk.at}/letters/{one}").status_code for one in ("to-review/fr", "none/en")] == [
        404,
        404,
    ]


def test_mail_page_lists_its_own_mail_by_pages_with_as_many_queries_for_many_as_for_one(
    app: Flask, desk: Desk, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    other = make_partnership()
    with unit_of_work():
        outbox.post(
            "theirs", to_name="Theirs", to_email="t@example.org", subject="Theirs", text="x", partnership_id=other.id
        )
        outbox.post(
            "mine:0",
            to_name="Me",
            to_email="m@example.org",
            subject="Mine 0.",
            text="x",
            partnership_id=desk.partnership.id,
        )
    few = count_queries(lambda: desk.client.get(f"{desk.at}/mail"))
    with unit_of_work():
        for number in range(1, 61):
            key, subject = f"mine:{number}", f"Mine {number}."
            outbox.post(
                key,
                to_name="Me",
                to_email="m@example.org",
                subject=subject,
                text="x",
                partnership_id=desk.partnership.id,
            )
    assert count_queries(lambda: desk.client.get(f"{desk.at}/mail")) == few
    first, second = (desk.client.get(f"{desk.at}/mail?page={page}").text for page in (1, 2))
    assert ["Mine 60." in first, "Mine 10." in first, "Mine 10." in second, "Theirs" in first + second] == [
        True,
        False,
        True,
        False,
    ]
    assert "Waiting (61)" in first
    assert "None." in desk.client.get(f"{desk.at}/mail?show=sent&page=x").text


def test_letter_whose_mail_of_the_day_was_refused_is_listed_once_and_sent_again(
    desk: Desk, mailing: Postbox, clock: StandingClock
) -> None:
    message = post(desk)
    mailing.refused[desk.admin.email] = "550 no such person"
    clock.go(hours=17)
    daily.gather()
    mail.deliver_due()
    page = desk.client.get(f"{desk.at}/mail?show=not_sent").text
    assert ["550 no such person" in page, page.count(message.subject + "<br>"), "Not sent (1)" in page] == [
        True,
        1,
        True,
    ]
    mailing.refused.clear()
    action = re.search(r'action="([^"]+/again)"', page)
    assert action is not None
    assert desk.client.post(action[1]).status_code == 303
    assert (mail.deliver_due(), len(mailing.mails)) == (1, 1)
    assert "Sent (1)" in desk.client.get(f"{desk.at}/mail").text
