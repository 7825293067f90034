"""A draft shown to the program stays as it was shown; both sides talk about it, and nothing of it leaks or is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.plans.drafts import draft_of
from portal.plans.models import PlanComment, PlanShare
from portal.plans.queries import plan_of
from tests.factories import browser, make_person
from tests.plans.test_plan import Cast as Basis
from tests.plans.test_plan import a_plan


class Cast(Basis):
    """A visited program with a stored draft, and a browser for everybody."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.visited()
        self.save(a_plan())
        self.at = f"/cycles/{self.cycle.id}"
        roles = (Role.CONTRIBUTOR, Role.READER)
        self.contributor, self.reader = (browser(app, make_person(role, self.program)) for role in roles)
        self.admins, self.staff = browser(app, self.admin), browser(app, self.reviewer)

    def share(self, version: int = 1, note: str = "Do the months fit?") -> str:
        reply = self.staff.post(f"{self.at}/plan/share", data={"seen": str(version), "note": note})
        assert reply.status_code == 303
        return reply.location

    def say(
        self,
        who: FlaskClient,
        text: str,
        about: str = "",
        answers_to: str = "",
        save_id: str = "said-1",
        number: int = 1,
    ):
        data = {"about": about, "answers_to": answers_to, "text": text, "save_id": save_id}
        return who.post(f"{self.at}/plan/drafts/{number}/comments", data=data)


def shared(app: Flask) -> Cast:
    """Return the cast with its draft shown to the program."""
    made = Cast(app)
    made.share()
    return made


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast)


def test_program_reads_a_draft_only_once_it_is_shared(cast: Cast) -> None:
    page = f"{cast.at}/plan/drafts/1"
    assert [cast.admins.get(page).status_code, cast.admins.get(f"{cast.at}/results").status_code] == [404, 403]
    assert cast.share() == page
    for who in (cast.admins, cast.contributor, cast.reader):
        assert ["Do the months fit?" in who.get(page).text, "Aim 2" in who.get(page).text] == [True, True]
        assert "Draft 1 of the" in who.get(f"{cast.at}/results").text
    assert cast.admins.get(f"{cast.at}/plan/print").status_code == 403  # what is written afterwards stays with staff
    mails = db.session.scalars(select(Message).where(Message.key.like("shared:%"))).all()
    assert [one.to_email == cast.admin.email for one in mails] == [True, False]  # the contributor too, not the reader
    assert [one for one in mails if "Aim" in one.subject + one.text] == []


def test_shared_draft_stays_as_it_was_and_says_what_changed(staged: Callable[..., Cast]) -> None:
    cast = staged(shared)
    first = plan_of(cast.cycle).priorities[0].key
    changed = replace(draft_of(plan_of(cast.cycle)), overview="Safety and joy.")
    cast.save(changed, 1, "plan-save-2")
    for who, told in ((cast.staff, True), (cast.admins, False)):
        page = who.get(f"{cast.at}/plan/drafts/1").text
        assert ["Safety first." in page, "Safety and joy." in page] == [True, told]
    assert plan_of(cast.cycle).priorities[0].key == first
    again = cast.staff.post(f"{cast.at}/plan/share", data={"seen": "1", "note": "Mine stays"})
    assert (again.status_code, "Mine stays" in again.text) == (422, True)  # nobody shares a text they have not read
    assert cast.share(2).endswith("/plan/drafts/2")
    assert cast.share(2).endswith("/plan/drafts/2")  # pressed twice
    assert "What is different from draft 1 (1)" in cast.admins.get(f"{cast.at}/plan/drafts/2").text
    assert "There is a newer draft" in cast.admins.get(f"{cast.at}/plan/drafts/1").text


def test_both_sides_talk_under_a_priority_and_staff_mark_it_as_done(staged: Callable[..., Cast]) -> None:
    cast = staged(shared)
    key = plan_of(cast.cycle).priorities[1].key
    for _ in range(2):  # sent twice
        assert cast.say(cast.contributor, "May is <too> early.", key).status_code == 303
    (made,) = db.session.scalars(select(PlanComment)).all()
    assert cast.say(cast.staff, "June then?", key, str(made.id), "said-2").status_code == 303
    page = cast.admins.get(f"{cast.at}/plan/drafts/1").text
    card = page[page.index('id="priority-2"') : page.index('id="priority-3"')]
    assert [text in card for text in ("May is &lt;too&gt; early.", "June then?")] == [True, True]
    assert "1 comment waits for you." in cast.staff.get(f"{cast.at}/plan/drafts/1").text
    assert cast.admins.post(f"{cast.at}/plan/comments/{made.id}", data={"done": "yes"}).status_code == 403
    for done in ("yes", "yes"):
        assert cast.staff.post(f"{cast.at}/plan/comments/{made.id}", data={"done": done}).status_code == 303
    db.session.expire_all()
    assert made.done_by.name == cast.reviewer.name
    deeds = select(AuditEntry.deed).where(AuditEntry.deed.like("plan %")).order_by(AuditEntry.id)
    assert list(db.session.scalars(deeds))[1:] == ["plan draft shared", "plan draft commented", "plan draft commented", "plan comment done"]  # fmt: skip
    mails = select(func.count(Message.id)).where(Message.key.like("comments:%"))
    cast.say(cast.contributor, "And one thing more.", "", "", "said-3")
    assert db.session.scalar(mails) == 3  # staff once for both comments, the program's two people for the answer


@pytest.mark.parametrize("text", ["", "x" * 5001, "a\x00b"])
def test_refused_comment_comes_back_as_it_was_typed(staged: Callable[..., Cast], text: str) -> None:
    cast = staged(shared)
    reply = cast.say(cast.admins, text)
    assert (reply.status_code, 'id="text-whole-error"' in reply.text) == (422, True)
    assert text[:100] in reply.text
    assert db.session.scalar(select(func.count(PlanComment.id))) == 0


def test_reader_and_others_cannot_comment(staged: Callable[..., Cast]) -> None:
    cast = staged(shared)
    assert cast.say(cast.reader, "Hello").status_code == 403
    assert cast.say(cast.admins, "Hello", number=2).status_code == 404
    assert cast.say(cast.admins, "Hello", "made-up").status_code == 422
    assert cast.say(cast.admins, "Hello", "", "999").status_code == 422
    assert "<form" not in re.sub(
        r"(?s)<header.*?</header>|<dialog.*?</dialog>", "", cast.reader.get(f"{cast.at}/plan/drafts/1").text
    )


def test_comments_stay_after_the_plan_is_issued_and_close(staged: Callable[..., Cast]) -> None:
    cast = staged(shared)
    cast.say(cast.admins, "May is too early.")
    cast.issue()
    assert cast.staff.post(f"{cast.at}/plan/share", data={"seen": "1"}).status_code == 422
    late = cast.say(cast.admins, "One thing more.", save_id="late-one")
    assert (late.status_code, "One thing more." in late.text, "issued meanwhile" in late.text) == (422, True, True)
    page = cast.admins.get(f"{cast.at}/plan/drafts/1").text
    assert ["May is too early." in page, "Comments on drafts are closed" in page] == [True, True]
    assert db.session.scalar(select(func.count(PlanShare.id))) == 1


def test_results_say_what_is_here_what_is_next_and_what_each_level_brings(cast: Cast) -> None:
    cast.issue()
    page = cast.admins.get(f"{cast.at}/results").text
    assert re.findall(r'<li class="now">([^<]+)', page) == ["Read the results and the plan "]
    assert "Lee Dorn got a link by mail. No account is needed." in page
    issue = cast.admins.get(f"{cast.at}/plan/issues/1").text
    assert ["It is the one that counts." in issue, "Not in practice" in issue] == [True, True]
    assert cast.admins.get(f"{cast.at}/plan/issues/2").status_code == 404


def test_page_of_drafts_asks_the_database_as_often_for_many(staged: Callable[..., Cast], count_queries) -> None:
    cast = staged(shared)
    cast.say(cast.admins, "One")
    one = count_queries(lambda: cast.admins.get(f"{cast.at}/plan/drafts/1"))
    for n in (2, 3):
        cast.say(cast.admins, f"More {n}", save_id=f"more-{n}")
        cast.save(replace(draft_of(plan_of(cast.cycle)), overview=f"Text {n}"), n - 1, f"plan-save-{n}")
        cast.share(n)
    assert count_queries(lambda: cast.admins.get(f"{cast.at}/plan/drafts/1")) == one


def test_comment_on_a_priority_taken_out_stays_on_the_page(staged: Callable[..., Cast]) -> None:
    cast = staged(shared)
    third = plan_of(cast.cycle).priorities[2]
    key, title = third.key, third.title
    assert cast.say(cast.admins, "Keep this one, please.", key).status_code == 303
    heading = "On priorities that were taken out"
    assert heading not in cast.staff.get(f"{cast.at}/plan").text
    dropped = cast.staff.post(
        f"{cast.at}/plan", data={"save_id": "press-drop-1", "drop": key}, follow_redirects=True
    ).text
    assert f"Priority 3 “{title}” is taken out. Its earlier text stays in “Earlier texts of this plan”." in dropped
    below = dropped.split(heading)[1].split('<fieldset class="card">')[0]
    assert [f"“{title}”" in below, "Keep this one, please." in below] == [True, True]
    newer = cast.staff.get(cast.share(version=2)).text
    assert ["1 comment waits for you on" in newer, "No comment waits for you" in newer] == [True, False]
    cast.staff.post(f"{cast.at}/plan/comments/1", data={"done": "yes"})
    assert heading not in cast.staff.get(f"{cast.at}/plan").text
    assert "No comment waits for you." in cast.staff.get(f"{cast.at}/plan/drafts/2").text
