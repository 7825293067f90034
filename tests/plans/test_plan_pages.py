"""The plan over HTTP: the first draft, what stays typed, who reads what, and PDFs with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.assessments import amending
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.cycles.services import advance
from portal.foundation import clock, jobs, pdf
from portal.foundation.access import Role
from portal.foundation.clock import local_day
from portal.foundation.database import db, unit_of_work
from portal.foundation.documents import Document, DocumentState
from portal.plans.forms import AREAS
from portal.plans.models import Plan, PlanVersion, Statement
from portal.programs.models import Program
from portal.reviews.models import Review, ReviewItem
from portal.reviews.queries import review_of
from portal.reviews.questions import ask
from portal.visits.notes import record_note
from tests.factories import make_partnership, make_person, make_program, sign_in, submitted_cycle

SECRET = "only for us: the director is leaving"
HTMX = {"HX-Request": "true"}


class Cast:
    """A submitted program, with a browser for its administrator and one for the reviewer."""

    def __init__(self, app: Flask) -> None:
        self.program: Program = make_program(make_partnership("riverbend"), name="River Mentors")
        self.admin: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program)
        self.reviewer: Person = make_person(Role.REVIEWER, self.program.partnership)
        self.cycle: Cycle = submitted_cycle(self.program, self.admin, not_in_practice=("B.2.4",))
        self.at = f"/cycles/{self.cycle.id}"
        self.admins, self.staff = app.test_client(), app.test_client()
        sign_in(self.admins, self.admin)
        sign_in(self.staff, self.reviewer)

    def visited(self) -> None:
        with unit_of_work():
            today = local_day(self.program.partnership.time_zone)
            advance(self.cycle, CycleState.CONTACTED, today)
            advance(self.cycle, CycleState.VISITED, today)

    def note(self, code: str, finding: str, text: str) -> None:
        fields = {"version": "0", "save_id": f"item-save-{code[-1]}", "rating": "3", "finding": finding,
                  "finding_text": text, "private_note": SECRET}  # fmt: skip
        data = {f"{code}-{name}": value for name, value in fields.items()}
        assert self.staff.post(f"{self.at}/review/items/{code}", data=data, headers=HTMX).status_code == 200


def plan_fields(**changed: str) -> dict[str, str]:
    fields = {"version": "0", "save_id": "plan-save-1", "months": "12", "overview": "Safety first."}
    for n in (1, 2, 3):
        fields |= {
            f"p{n}-title": f"Aim {n}", f"p{n}-codes": "B.2.4", f"p{n}-why": "It protects children.",
            f"p{n}-a1-text": "Ask the state office", f"p{n}-a1-owner": "Ana", f"p{n}-a1-due": "2027-03",
        }  # fmt: skip
    return fields | changed


def drafted(app: Flask) -> Cast:
    made = Cast(app)
    assert made.staff.post(f"{made.at}/plan", data=plan_fields()).status_code == 303
    return made


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast)


def test_first_draft_holds_findings_and_proposals_and_no_private_note(cast: Cast) -> None:
    cast.note("B.2.4", "improve", "Check the national list.")
    cast.note("E.1.1", "strength", "A warm welcome.")
    page = cast.staff.get(f"{cast.at}/plan").text
    assert ["Check the national list." in page, "A warm welcome." in page, SECRET in page] == [True, True, False]
    assert 'name="plan-p1-codes" value="B.2.4' in page
    assert db.session.scalars(select(Plan)).all() == []  # looking at the page stores nothing


def test_notes_of_the_visit_stand_beside_the_plan_and_never_enter_it(cast: Cast) -> None:
    cast.staff.post(f"{cast.at}/review/contact", data={"contact_on": "2026-10-01", "contact_how": "call"})
    cast.staff.post(f"{cast.at}/review/visit", data={"held_on": "2026-10-01"})
    record_note(cast.cycle.id, "free", {"note": SECRET}, "0", "note-save-1", cast.reviewer.id)
    assert cast.staff.get(f"{cast.at}/plan").text.count(SECRET) == 1
    cast.staff.post(
        f"{cast.at}/plan", data={"save_id": "press-preview", "then": "preview"}
    )  # stores what was filled in
    assert SECRET not in str(db.session.scalars(select(PlanVersion.content)).one())
    assert SECRET not in cast.staff.get(f"{cast.at}/plan/print").text


def test_unknown_code_stays_typed_beside_its_sentence(cast: Cast) -> None:
    reply = cast.staff.post(f"{cast.at}/plan", data=plan_fields(**{"p2-codes": "B.9.9", "p3-a1-owner": "Kim & Ana"}))
    assert reply.status_code == 422
    assert 'name="plan-p2-codes" value="B.9.9" aria-invalid="true"' in reply.text
    assert "Kim &amp; Ana" in reply.text
    assert 'id="plan-p2-codes-error"' in reply.text


def test_issue_address_issues_what_is_stored(cast: Cast) -> None:
    cast.visited()
    assert (
        cast.staff.post(f"{cast.at}/plan/issue", data={"open_seen": "yes"}).status_code == 422
    )  # nothing is stored yet
    assert cast.staff.post(f"{cast.at}/plan", data=plan_fields()).status_code == 303
    reply = cast.staff.post(f"{cast.at}/plan/issue", data={"open_seen": "yes"})
    assert (reply.status_code, reply.location) == (303, f"{cast.at}/plan/print")
    assert db.session.get_one(Cycle, cast.cycle.id).state is CycleState.PLAN_ISSUED


def test_draft_changed_since_its_preview_is_not_issued_unread(staged: Callable[..., Cast]) -> None:
    cast = staged(drafted)
    cast.visited()
    cast.staff.post(f"{cast.at}/plan", data=plan_fields(version="1", save_id="plan-save-2", overview="New words"))
    refused = cast.staff.post(f"{cast.at}/plan/issue", data={"seen": "1", "open_seen": "yes"})
    assert (refused.status_code, "The draft was changed after you opened the page." in refused.text) == (422, True)
    assert "New words" in refused.text
    assert cast.staff.post(f"{cast.at}/plan/issue", data={"seen": "2", "open_seen": "yes"}).status_code == 303


def test_issue_button_pressed_twice_gets_the_same_reply(cast: Cast) -> None:
    cast.visited()
    replies = [cast.staff.post(f"{cast.at}/plan", data=plan_fields(then="issue", open_seen="yes")) for _ in range(2)]
    assert [(one.status_code, one.location) for one in replies] == [(303, f"{cast.at}/plan/print")] * 2
    assert db.session.scalar(select(func.count(Statement.id))) == 1


def test_program_cannot_write_send_or_see_a_draft(staged: Callable[..., Cast]) -> None:
    cast = staged(drafted)
    for page in ("plan", "plan/print", "summary"):
        assert cast.admins.get(f"{cast.at}/{page}").status_code == 403
    for page in ("plan", "plan/issue", "statement/send", "documents/plan/letter"):
        assert cast.admins.post(f"{cast.at}/{page}", data=plan_fields()).status_code == 403


def test_stranger_finds_no_plan(cast: Cast, client: FlaskClient) -> None:
    elsewhere = make_program(make_partnership("hilltop"))
    sign_in(client, make_person(Role.PROGRAM_ADMINISTRATOR, elsewhere))
    for page in ("plan", "plan/print", "summary", "documents/1", "documents/1/file"):
        assert client.get(f"{cast.at}/{page}").status_code == 404


def test_draft_is_marked_for_the_partnership_until_it_is_issued(staged: Callable[..., Cast]) -> None:
    cast = staged(drafted)
    cast.visited()
    mark = "<strong>Draft.</strong>"
    assert [mark in cast.staff.get(f"{cast.at}/{page}").text for page in ("plan/print", "summary")] == [True, True]
    cast.staff.post(f"{cast.at}/plan/issue", data={"open_seen": "yes"})
    assert [mark in cast.staff.get(f"{cast.at}/{page}").text for page in ("plan/print", "summary")] == [False, False]


def test_pdf_without_scripts_goes_over_pages(staged: Callable[..., Cast]) -> None:
    cast = staged(drafted)
    asked = cast.staff.post(f"{cast.at}/documents/plan/letter")
    assert asked.status_code == 303
    assert "Look again" in cast.staff.get(asked.location).text
    assert cast.staff.get(f"{asked.location}/file").status_code == 404  # not made yet
    pdf.register()
    while jobs.run_next():
        pass
    assert f"{asked.location}/file" in cast.staff.get(asked.location).text
    assert cast.staff.get(f"{asked.location}/file").data.startswith(b"%PDF-")


def test_pdf_with_scripts_asks_again_until_it_is_ready(staged: Callable[..., Cast]) -> None:
    cast = staged(drafted)
    waiting = cast.staff.post(f"{cast.at}/documents/summary/a4", headers=HTMX)
    made = db.session.scalars(select(Document)).one()
    where = f"{cast.at}/documents/{made.id}"
    assert f'hx-get="{where}"' in waiting.text
    with unit_of_work():
        made.state, made.problem = DocumentState.NOT_MADE, "The PDF could not be made."
    told = cast.staff.get(where, headers=HTMX)
    assert ["The PDF could not be made." in told.text, "hx-get" in told.text] == [True, False]


def test_pdf_of_a_draft_stays_with_the_partnership(staged: Callable[..., Cast]) -> None:
    cast = staged(drafted)
    cast.visited()
    where = cast.staff.post(f"{cast.at}/documents/plan/letter").location
    assert cast.admins.get(where).status_code == 403
    cast.staff.post(f"{cast.at}/plan/issue", data={"open_seen": "yes"})
    assert cast.admins.get(where).status_code == 404
    assert cast.staff.get(where).status_code == 200


@pytest.mark.parametrize("path", ["documents/letter/plan", "documents/plan/a5", "documents/answers/letter"])
def test_unknown_document_is_not_found(cast: Cast, path: str) -> None:
    assert cast.staff.post(f"{cast.at}/{path}").status_code == 404


def test_document_of_another_cycle_is_not_found(staged: Callable[..., Cast]) -> None:
    cast = staged(drafted)
    number = cast.staff.post(f"{cast.at}/documents/plan/letter").location.rsplit("/", 1)[1]
    other = submitted_cycle(make_program(cast.program.partnership), cast.reviewer)
    assert cast.staff.get(f"/cycles/{other.id}/documents/{number}").status_code == 404


def test_made_up_link_answers_gone_with_a_sentence(client: FlaskClient) -> None:
    for reply in (client.get("/statement/made-up"), client.post("/statement/made-up", data={"name": "Lee"})):
        assert (reply.status_code, reply.headers["Referrer-Policy"]) == (410, "no-referrer")
        assert "This link does not work any more." in reply.text


def test_what_is_open_is_listed_and_takes_a_tick(cast: Cast) -> None:
    cast.visited()
    cast.note("B.2.4", "improve", "Check the national list.")
    ask(cast.cycle, "B.5.5", "How long?", "ask-save-1", cast.reviewer.id, "http://localhost")
    db.session.commit()
    cast.staff.post(f"{cast.at}/plan", data=plan_fields(overview=""))
    preview = cast.staff.get(f"{cast.at}/plan/print").text
    said = (
        "1 question to the program is still open: B.5.5.", "In the review, nobody has looked at 115 of 116 practices yet.",
        "“What matters most” is empty.", "“Strengths” is empty for ", "“Areas for improvement” is empty for ",
    )  # fmt: skip
    assert [one for one in said if one not in preview] == []
    assert 'name="open_seen"' not in cast.staff.get(f"{cast.at}/plan").text
    for where, typed in (
        ("plan/issue", {}),
        ("plan", plan_fields(version="1", save_id="plan-save-2", overview="", then="issue")),
    ):
        refused = cast.staff.post(f"{cast.at}/{where}", data=typed)
        assert (refused.status_code, 'id="plan-open_seen-error"' in refused.text) == (422, True)
        assert [one for one in (*said, "Aim 3") if one not in refused.text] == []
    assert cast.staff.post(f"{cast.at}/plan/issue", data={"open_seen": "yes"}).status_code == 303


def test_nothing_open_takes_no_tick(cast: Cast) -> None:
    cast.visited()
    with unit_of_work():
        review = review_of(cast.cycle) or Review(cycle_id=cast.cycle.id)
        db.session.add(review)
        db.session.flush()
        for practice in rulebook_of(cast.cycle).catalogue.practices:
            db.session.add(
                ReviewItem(
                    review_id=review.id, practice_code=practice.code, content={"mark": "reviewed"}, version=1,
                    save_id="seen", saved_at=clock.now(),
                )
            )  # fmt: skip
    texts = {f"{kind}-{area}": "A text." for kind in ("strengths", "improvements") for area in AREAS}
    cast.staff.post(f"{cast.at}/plan", data=plan_fields(**texts))
    page = cast.staff.get(f"{cast.at}/plan/print").text
    assert ["open_seen" in page, "Still open" in page] == [False, False]
    assert cast.staff.post(f"{cast.at}/plan/issue").status_code == 303


def test_waiting_request_to_change_answers_refuses_issuing(staged: Callable[..., Cast]) -> None:
    cast = staged(drafted)
    cast.visited()
    amending.ask(cast.cycle.id, ["B.2.5"], "It was wrong.", cast.admin.id, "http://localhost")
    preview = cast.staff.get(f"{cast.at}/plan/print").text
    refused = cast.staff.post(f"{cast.at}/plan/issue", data={"open_seen": "yes"})
    sentence = "The program asks to change answers. Answer that request first"
    assert [sentence in preview, refused.status_code, sentence in refused.text] == [True, 422, True]
    assert db.session.get_one(Cycle, cast.cycle.id).state is CycleState.VISITED


def test_preview_says_what_is_missing_before_issuing_and_sharing_stays_possible(cast: Cast) -> None:
    cast.visited()
    late = {"months": "30", "p2-a1-owner": "", "p3-a1-due": "2030-01", "p3-title": ""}
    cast.staff.post(f"{cast.at}/plan", data=plan_fields(**late))
    page = cast.staff.get(f"{cast.at}/plan/print").text
    listed = page.split("Before it can be issued:")[1].split("</ul>")[0]
    said = (
        "A plan runs for 6 to 24 months.", "Priority 2, action 1: say who does it.", "Priority 3 needs a title.",
        "Priority 3, action 1: the month has to be within the plan",
    )  # fmt: skip
    assert ([one for one in said if one not in listed], listed.count("<li>")) == ([], 4)
    assert cast.staff.post(f"{cast.at}/plan/share", data={"seen": "1", "note": ""}).status_code == 303
    cast.staff.post(f"{cast.at}/plan", data=plan_fields(version="1", save_id="plan-save-2"))
    assert "Before it can be issued" not in cast.staff.get(f"{cast.at}/plan/print").text
