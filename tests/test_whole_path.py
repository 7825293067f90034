"""The main job from the first answer to the recognition, over HTTP, with every step tried too early first."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation import jobs, pdf
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.documents import Document, DocumentState
from portal.foundation.outbox import Message
from portal.plans.models import Plan, PlanVersion, Statement
from portal.programs.models import Program
from portal.recognition.models import Award
from portal.reviews.models import ReviewItem, ReviewItemVersion
from tests.factories import make_partnership, make_person, make_program, sign_in, submitted_cycle

SECRET = "only for us: the director is leaving"


class Cast:
    """One program, its administrator and contributor, and the partnership's reviewer, each with a browser."""

    def __init__(self, app: Flask) -> None:
        self.program: Program = make_program(make_partnership("riverbend"), name="Jóvenes Unidos")
        self.admin: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program)
        self.reviewer: Person = make_person(Role.REVIEWER, self.program.partnership)
        self.cycle: Cycle = submitted_cycle(self.program, self.admin, not_in_practice=("B.2.4", "B.1.4", "E.1.1"))
        self.at = f"/cycles/{self.cycle.id}"
        self.admins, self.staff = app.test_client(), app.test_client()
        sign_in(self.admins, self.admin)
        sign_in(self.staff, self.reviewer)

    def visited(self) -> None:
        contact = self.staff.post(f"{self.at}/review/contact", data={"contact_on": "2026-10-01", "contact_how": "call"})
        held = self.staff.post(f"{self.at}/review/visit", data={"held_on": "2026-10-01", "visit_notes": SECRET})
        assert (contact.status_code, held.status_code) == (303, 303)

    def save_plan(self, version: int = 0, save_id: str = "plan-save-1", **changed: str):
        return self.staff.post(f"{self.at}/plan", data=plan_fields(version, save_id) | changed)

    def issued(self) -> str:
        """Issue the plan and return the path of the key leader's link."""
        self.visited()
        assert self.save_plan(then="issue", open_seen="yes").status_code == 303
        text = db.session.scalars(
            select(Message.text).where(Message.key.like("statement:%")).order_by(Message.id.desc())
        ).first()
        return next(line for line in text.splitlines() if line.startswith("http")).removeprefix("http://localhost")


def plan_fields(version: int, save_id: str, priorities: int = 3, months: str = "12") -> dict[str, str]:
    fields = {
        "version": str(version),
        "save_id": save_id,
        "months": months,
        "overview": "Más seguridad.",
        "then": "draft",
    }
    for n in range(1, priorities + 1):
        fields |= {
            f"p{n}-title": f"Aim {n}", f"p{n}-codes": "B.2.4", f"p{n}-why": "It protects children.",
            f"p{n}-a1-text": "Ask the state office", f"p{n}-a1-owner": "Ana", f"p{n}-a1-due": "2027-03",
        }  # fmt: skip
    return fields


def issued(app: Flask) -> tuple[Cast, str]:
    """Return the cast with its plan issued, and the path of the key leader's link."""
    made = Cast(app)
    return made, made.issued()


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast)


def test_steps_out_of_order_are_refused_with_what_comes_first(cast: Cast) -> None:
    reply = cast.staff.post(f"{cast.at}/review/visit", data={"held_on": "2026-10-01"})
    assert reply.status_code == 422
    assert "Record the first contact" in reply.text
    reply = cast.save_plan(then="issue", open_seen="yes")
    assert reply.status_code == 422
    assert "Record the review meeting before the plan is issued." in reply.text
    assert "Aim 1" in reply.text  # and the typed plan is still on the page
    reply = cast.staff.post(f"{cast.at}/recognition/confirm", data={"read": "yes"})
    assert reply.status_code == 422
    assert "after the Statement of Accuracy is signed" in reply.text
    assert db.session.scalar(select(func.count(Award.id))) == 0


def test_review_item_keeps_the_protocol_and_the_private_note_stays_private(cast: Cast) -> None:
    data = {"B.2.4-version": "0", "B.2.4-save_id": "item-save-1", "B.2.4-rating": "2", "B.2.4-finding": "improve",
            "B.2.4-finding_text": "Check the national list.", "B.2.4-private_note": SECRET}  # fmt: skip
    where = f"{cast.at}/review/items/B.2.4"
    assert cast.staff.post(where, data=data, headers={"HX-Request": "true"}).headers["Answer-Version"] == "1"
    assert cast.staff.post(where, data=data, headers={"HX-Request": "true"}).headers["Answer-Version"] == "1"
    stale = cast.staff.post(
        where, data=data | {"B.2.4-save_id": "item-save-2", "B.2.4-rating": "3"}, headers={"HX-Request": "true"}
    )
    assert stale.status_code == 409
    assert db.session.scalars(select(ReviewItem)).one().content["rating"] == 2
    assert sorted(row.refused for row in db.session.scalars(select(ReviewItemVersion))) == [False, True]
    bad = cast.staff.post(
        where, data=data | {"B.2.4-save_id": "item-save-3", "B.2.4-rating": "9"}, headers={"HX-Request": "true"}
    )
    assert bad.status_code == 422
    assert SECRET in cast.staff.get(f"{cast.at}/review/sections/s-2").text
    cast.issued()
    for page in (
        f"/programs/{cast.program.id}",
        f"{cast.at}/plan/print",
        f"{cast.at}/summary",
        f"{cast.at}/answers",
        f"{cast.at}/scorecard",
    ):
        reply = cast.admins.get(page)
        assert reply.status_code == 200
        assert SECRET not in reply.text
    assert "Check the national list." in cast.admins.get(f"{cast.at}/summary").text


def test_plan_outside_the_limits_is_kept_as_a_draft_and_not_issued(cast: Cast) -> None:
    cast.visited()
    outside = plan_fields(0, "plan-save-1", priorities=6, months="25") | {"then": "issue", "open_seen": "yes"}
    reply = cast.staff.post(f"{cast.at}/plan", data=outside)
    assert reply.status_code == 422
    for sentence in ("A plan has 3 to 5 priorities; this one has 6.", "A plan runs for 6 to 24 months."):
        assert sentence in reply.text
    assert db.session.scalars(select(Plan)).one().issued_at is None


@pytest.mark.parametrize("changed", [{"p1-codes": "B.9.9"}, {"p1-a1-due": "soon"}, {"months": "many"}])
def test_unreadable_plan_is_refused_with_everything_typed(cast: Cast, changed: dict[str, str]) -> None:
    reply = cast.save_plan(**changed)
    assert reply.status_code == 422
    assert "Ask the state office" in reply.text
    assert next(iter(changed.values())) in reply.text
    assert db.session.scalars(select(Plan)).all() == []


def test_stale_plan_is_shown_beside_the_newer_one_and_kept(cast: Cast) -> None:
    assert cast.save_plan().status_code == 303
    assert cast.save_plan().status_code == 303  # the same save again stores nothing twice
    reply = cast.save_plan(0, "plan-save-2", **{"p1-title": "Mine"})
    assert reply.status_code == 409
    assert "Mine" in reply.text
    assert "Aim 1" in reply.text
    assert [row.refused for row in db.session.scalars(select(PlanVersion).order_by(PlanVersion.id))] == [False, True]


def test_program_reads_the_plan_only_after_it_is_issued(cast: Cast) -> None:
    cast.save_plan()
    for page in ("plan/print", "summary"):
        assert cast.admins.get(f"{cast.at}/{page}").status_code == 403
        assert cast.staff.get(f"{cast.at}/{page}").status_code == 200
    assert cast.admins.post(f"{cast.at}/documents/plan/letter").status_code == 403
    cast.visited()
    cast.save_plan(1, "plan-save-9", then="issue", open_seen="yes")
    for page in ("plan/print", "summary"):
        assert cast.admins.get(f"{cast.at}/{page}").status_code == 200


def test_issued_plan_no_longer_changes(staged: Callable[..., tuple[Cast, str]]) -> None:
    cast, _ = staged(issued)
    reply = cast.save_plan(1, "plan-save-2", **{"p1-title": "Another aim"})
    assert reply.status_code == 422
    assert "no longer changes" in reply.text
    assert db.session.scalars(select(Plan)).one().priorities[0].title == "Aim 1"


def test_key_leader_signs_once_and_the_recognition_follows(
    staged: Callable[..., tuple[Cast, str]], client: FlaskClient
) -> None:
    cast, link = staged(issued)
    page = client.get(link)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert "Aim 1" in page.text
    refused = client.post(link, data={"name": "Lee Dorn", "title": "", "confirm": ""})
    assert refused.status_code == 422
    assert 'value="Lee Dorn"' in refused.text
    signed = client.post(link, data={"name": "Lee Dorn", "title": "Director", "confirm": "yes"})
    assert "It is signed." in signed.text
    pressed_again = client.post(link, data={"name": "Lee Dorn", "title": "Director", "confirm": "yes"})
    assert "It is signed." in pressed_again.text
    assert client.post(link, data={"name": "Ana Roe", "title": "Director", "confirm": "yes"}).status_code == 410
    assert client.get(link).status_code == 410
    assert cast.staff.post(f"{cast.at}/recognition/confirm", data={"read": "yes"}).status_code == 303
    again = cast.staff.post(f"{cast.at}/recognition/confirm", data={"read": "yes"})
    assert again.status_code == 303  # pressed twice: one award, below
    award = db.session.scalars(select(Award)).one()
    assert (award.tier_name, award.expires_on.isoformat()) == ("Dedicated Partner", "2029-10-01")
    mails = list(db.session.scalars(select(Message)))
    assert {one.kind for one in mails} >= {
        "submitted",
        "to-review",
        "results-ready",
        "statement",
        "signed",
        "recognized",
    }
    said = " ".join(f"{one.subject} {one.text}" for one in mails)
    typed = ("Más seguridad", "Aim 1", "It protects children", "Ask the state office", "As we were asked", SECRET)
    assert [words for words in (*typed, "B.2.4", "Partner", "tier", "percent", "%") if words in said] == []


def test_new_link_withdraws_the_old_one(staged: Callable[..., tuple[Cast, str]], client: FlaskClient) -> None:
    cast, old = staged(issued)
    data = {"leader_name": "Kim Oday", "leader_email": "kim@example.org"}
    assert cast.staff.post(f"{cast.at}/statement/send", data=data).status_code == 303
    assert client.get(old).status_code == 410
    assert [
        one.leader_name for one in db.session.scalars(select(Statement).where(Statement.withdrawn_at.is_(None)))
    ] == ["Kim Oday"]


@pytest.mark.parametrize("kind", ["plan", "summary"])
@pytest.mark.parametrize(("paper", "width"), [("letter", 612), ("a4", 595)])
def test_pdf_is_made_by_the_worker_and_says_what_the_page_says(
    staged: Callable[..., tuple[Cast, str]], kind: str, paper: str, width: int
) -> None:
    cast, _ = staged(issued)
    pdf.register()
    reply = cast.admins.post(f"{cast.at}/documents/{kind}/{paper}", headers={"HX-Request": "true"})
    assert "being made" in reply.text
    while jobs.run_next():
        pass
    document = db.session.scalars(select(Document)).one()
    assert (document.state, document.problem) == (DocumentState.READY, "")
    file = cast.admins.get(f"{cast.at}/documents/{document.id}/file")
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"].startswith("attachment")
    book = PdfReader(io.BytesIO(file.data))
    text = "\n".join(page.extract_text() for page in book.pages)
    assert round(book.pages[0].mediabox.width) == width
    assert len(book.pages) == document.pages
    assert "Jóvenes Unidos" in text
    assert f"page 1 of {document.pages}" in text
    fonts = {
        font["/FontDescriptor"]["/FontName"].split("+")[-1]: "/FontFile2" in font["/FontDescriptor"]
        for page in book.pages
        for font in (one.get_object() for one in page["/Resources"]["/Font"].values())
        if "/FontDescriptor" in font
    }
    assert "OpenSans-Regular" in {
        name.replace("OpenSans", "OpenSans-Regular") if name == "OpenSans" else name for name in fonts
    }
    assert all(fonts.values())
    assert SECRET not in text


def test_pdf_shows_hostile_text_as_text_and_names_what_it_cannot_print(cast: Cast) -> None:
    cast.visited()
    cast.save_plan(overview='<img src="file:///etc/passwd"> 漢 ñ')
    pdf.register()
    cast.staff.post(f"{cast.at}/documents/plan/letter")
    jobs.run_next()
    data = db.session.scalars(select(Document)).one()
    text = PdfReader(io.BytesIO(data.content)).pages[0].extract_text()
    assert "file:///etc/passwd" in text
    assert "[cjk unified ideograph-6f22]" in " ".join(text.split())
    assert "ñ" in text


def test_queue_and_desk_take_as_many_queries_for_three_programs_as_for_one(cast: Cast, count_queries) -> None:
    place = cast.program.partnership
    pages = (f"/partnerships/{place.id}/queue", f"/partnerships/{place.id}")

    def counts() -> list[int]:
        return [count_queries(lambda where=where: cast.staff.get(where)) for where in pages]

    counts()
    one = counts()
    for _ in range(2):
        more = make_program(place)
        submitted_cycle(more, make_person(Role.PROGRAM_ADMINISTRATOR, more))
    assert counts() == one
