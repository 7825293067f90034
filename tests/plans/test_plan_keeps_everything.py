"""Nothing typed into a plan is lost, no newer text is overwritten unseen, and the key leader can sign over HTTPS."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.foundation import clock
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.documents import Document, DocumentState
from portal.foundation.outbox import Message
from portal.plans.models import Plan, PlanVersion, Statement
from portal.plans.queries import plan_of
from tests.factories import make_partnership, make_person, make_program, sign_in, submitted_cycle

SIGNED = {"name": "Lee Dorn", "title": "Director", "confirm": "yes"}


class Cast:
    """One submitted program with two safety gaps, and a browser for each side."""

    def __init__(self, app: Flask) -> None:
        program = make_program(make_partnership(), name="Jóvenes Unidos")
        administrator = make_person(Role.PROGRAM_ADMINISTRATOR, program)
        gaps = ("B.2.4", "B.2.5", "B.1.4", "E.1.1", "V.1", "B.3.1", "B.4.1")
        self.cycle = submitted_cycle(program, administrator, not_in_practice=gaps)
        self.at = f"/cycles/{self.cycle.id}"
        self.program, self.staff = app.test_client(), app.test_client()
        sign_in(self.program, administrator)
        sign_in(self.staff, make_person(Role.REVIEWER, program.partnership))

    def save(self, version: int, save_id: str, **changed: str):
        data = {"version": str(version), "save_id": save_id, "months": "12", "overview": "Safety first."}
        for n in (1, 2, 3):
            data |= {
                f"p{n}-title": f"Aim {n}", f"p{n}-codes": "B.2.4", f"p{n}-why": "It protects children.",
                f"p{n}-a1-text": "Ask the state office", f"p{n}-a1-owner": "Ana", f"p{n}-a1-due": "2027-03",
            }  # fmt: skip
        return self.staff.post(f"{self.at}/plan", data=data | changed)

    def visit(self) -> None:
        self.staff.post(f"{self.at}/review/contact", data={"contact_on": "2026-10-01", "contact_how": "call"})
        assert self.staff.post(f"{self.at}/review/visit", data={"held_on": "2026-10-01"}).status_code == 303

    def issue(self) -> str:
        """Issue a plan and return the path of the key leader's link."""
        self.visit()
        assert self.save(0, "plan-issue", then="issue", open_seen="yes").status_code == 303
        text = db.session.scalars(select(Message.text).where(Message.key.like("statement:%"))).one()
        return next(line for line in text.splitlines() if line.startswith("http")).removeprefix("http://localhost")


def issued(app: Flask) -> tuple[Cast, str]:
    """Return the cast with its plan issued, and the path of the key leader's link."""
    made = Cast(app)
    return made, made.issue()


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(Cast)


def test_refused_draft_keeps_the_version_its_writer_saw(cast: Cast) -> None:
    cast.save(0, "first-save", overview="Ours")
    refused = cast.save(0, "other-save", overview="Mine", months="many")
    assert (refused.status_code, 'name="plan-version" value="0"' in refused.text) == (422, True)
    assert cast.save(0, "other-save-2", overview="Mine").status_code == 409
    assert plan_of(cast.cycle).overview == "Ours"


def test_stale_page_shows_every_text_of_the_other_plan(cast: Cast) -> None:
    cast.save(0, "first-save", **{"strengths-operations": "Warm first meetings", "overview": "Ours"})
    page = cast.save(0, "other-save", **{"strengths-operations": "Mine alone"})
    assert page.status_code == 409
    for text in ("Warm first meetings", "Ours", "Mine alone"):
        assert text in page.text


def test_text_sent_after_issuing_is_shown_and_kept_in_the_history(staged: Callable[..., tuple[Cast, str]]) -> None:
    cast, _ = staged(issued)
    late = cast.save(1, "late-save", overview="One more thought", **{"p1-title": "Late aim"})
    assert late.status_code == 422
    for text in ("no longer changes", "What you typed", "One more thought", "Late aim"):
        assert text in late.text
    kept = db.session.scalars(select(PlanVersion).where(PlanVersion.save_id == "late-save")).one()
    assert (kept.refused, kept.content["overview"]) == (True, "One more thought")
    assert plan_of(cast.cycle).overview == "Safety first."


def test_save_repeated_after_issuing_gets_its_first_reply(cast: Cast) -> None:
    cast.visit()
    cast.save(0, "first-save")
    cast.staff.post(f"{cast.at}/plan/issue", data={"open_seen": "yes"})
    assert cast.save(0, "first-save").status_code == 303
    assert [one.refused for one in db.session.scalars(select(PlanVersion))] == [False]


def test_ninth_action_survives_another_save(cast: Cast) -> None:
    rows = {f"p1-a{k}-{part}": f"{part} {k}" for k in range(1, 10) for part in ("text", "owner")}
    cast.save(0, "first-save", **rows | {"p1-a1-due": ""})
    page = cast.staff.get(f"{cast.at}/plan").text
    assert 'name="plan-p1-a11-text"' in page  # two spare rows
    again = dict(re.findall(r'<input[^>]* name="plan-(p1-a\d+-owner)" value="([^"]*)"', page))
    again |= dict(re.findall(r'<textarea id="[^"]*" name="plan-(p1-a\d+-text)"[^>]*>\n([^<]*)<', page))
    cast.save(1, "second-save", **again | {"p1-a1-due": ""})
    assert [one.text for one in plan_of(cast.cycle).priorities[0].actions] == [f"text {k}" for k in range(1, 10)]


def test_proposal_is_added_behind_what_is_typed(cast: Cast) -> None:
    cast.save(0, "first-save")
    offered = re.findall(r'name="add" value="([^"]+)"', cast.staff.get(f"{cast.at}/plan").text)
    assert "B.2.4" not in offered  # it is in the plan
    assert cast.save(1, "second-save", add=offered[0]).status_code == 303
    priorities = plan_of(cast.cycle).priorities
    assert [one.title for one in priorities][:3] == ["Aim 1", "Aim 2", "Aim 3"]
    assert [", ".join(one.practice_codes) for one in priorities][3:] == [offered[0]]


def test_proposal_without_room_changes_nothing(cast: Cast) -> None:
    full = {f"p{n}-title": f"Aim {n}" for n in range(1, 6)}
    cast.save(0, "first-save", **full, add="B.2.5")
    assert [one.title for one in plan_of(cast.cycle).priorities] == list(full.values())
    assert 'name="add"' not in cast.staff.get(f"{cast.at}/plan").text


def test_safety_practice_left_out_warns_and_does_not_block(cast: Cast) -> None:
    cast.visit()
    cast.save(0, "first-save")
    assert "No priority names these safety practices yet: B.2.5, B.3.1." in cast.staff.get(f"{cast.at}/plan").text
    assert cast.staff.post(f"{cast.at}/plan/issue", data={"open_seen": "yes"}).status_code == 303
    assert "No priority names these safety practices: B.2.5, B.3.1." in cast.staff.get(f"{cast.at}/plan/print").text


def test_refused_address_of_a_key_leader_stays_typed(staged: Callable[..., tuple[Cast, str]]) -> None:
    cast, _ = staged(issued)
    refused = cast.staff.post(
        f"{cast.at}/statement/send", data={"leader_name": "Kim Oday", "leader_email": "kim at home"}
    )
    assert refused.status_code == 422
    assert 'value="Kim Oday"' in refused.text
    assert 'value="kim at home"' in refused.text


@pytest.mark.parametrize(("field", "typed"), [("name", "x" * 201), ("title", "y" * 201), ("name", "Lee\x00Dorn")])
def test_name_that_cannot_be_stored_is_refused(staged: Callable[..., tuple[Cast, str]], field: str, typed: str) -> None:
    cast, link = staged(issued)
    refused = cast.program.post(link, data=SIGNED | {field: typed})
    assert (refused.status_code, "in at most 200 characters" in refused.text) == (422, True)
    assert db.session.scalars(select(Statement)).one().signed_at is None


def test_program_cannot_fetch_the_drafts_pdf_after_issuing(cast: Cast) -> None:
    cast.save(0, "draft-save", overview="Not meant for them yet")
    cast.staff.post(f"{cast.at}/documents/plan/letter")
    document = db.session.scalars(select(Document)).one()
    with unit_of_work():  # as the worker does once the file is made
        document.state, document.content, document.pages = DocumentState.READY, b"%PDF-1.7", 1
        document.made_at = clock.now()
    cast.visit()
    cast.save(1, "plan-issue", then="issue", open_seen="yes")
    for path in ("", "/file"):
        assert cast.program.get(f"{cast.at}/documents/{document.id}{path}").status_code == 404
        assert cast.staff.get(f"{cast.at}/documents/{document.id}{path}").status_code == 200


@pytest.fixture
def guarded(app: Flask, staged: Callable[..., tuple[Cast, str]]) -> tuple[Flask, str]:
    """Give an app that asks for CSRF tokens, and the link to sign its issued plan."""
    _, link = staged(issued)
    app.config["WTF_CSRF_ENABLED"] = True
    return app, link


def test_key_leader_signs_over_https_though_the_browser_sends_no_referer(guarded) -> None:
    app, link = guarded
    browser = app.test_client()
    page = browser.get(link, base_url="https://localhost")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
    signed = browser.post(link, base_url="https://localhost", data=SIGNED | {"csrf_token": token})
    assert (signed.status_code, signed.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert db.session.scalars(select(Statement)).one().signer_name == "Lee Dorn"


@pytest.mark.parametrize("token", [None, "made-up"])
def test_signature_without_a_valid_token_is_refused(guarded, token: str | None) -> None:
    app, link = guarded
    browser = app.test_client()
    browser.get(link)
    refused = browser.post(link, data=SIGNED | ({"csrf_token": token} if token else {}))
    assert refused.status_code == 400
    assert db.session.scalars(select(Statement)).one().signed_at is None


def test_signature_started_by_another_site_is_refused(guarded) -> None:
    app, link = guarded
    browser = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(link).text).group(1)
    refused = browser.post(link, data=SIGNED | {"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert db.session.scalars(select(Plan)).one().issued_at is not None
    assert db.session.scalars(select(Statement)).one().signed_at is None
