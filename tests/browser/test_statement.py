"""A key leader signs in a real browser without scripts, and the link's secret leaves with no request."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Page, Request, expect
from sqlalchemy import select

from portal.cycles.models import CycleState
from portal.foundation.database import db
from portal.plans.models import Statement
from tests.statements.statements import make_asked


def test_leader_signs_without_scripts_and_no_request_names_the_link(app: Flask, page_no_js: Page) -> None:
    asked, page = make_asked(app), page_no_js
    link, referrers = asked.link, []

    def note(request: Request) -> None:
        referrers.append(request.all_headers().get("referer", ""))

    page.on("request", note)
    page.goto(link)
    page.get_by_text("Screening (").click()  # a section opens without scripts
    expect(page.get_by_text("B.2.4", exact=True).first).to_be_visible()
    page.get_by_label("Your name").fill("Ana Roe")
    page.get_by_label("Your title").fill("Director")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("link", name="Only Lee Dorn can sign this")).to_be_visible()
    page.get_by_label("Your name").fill("Lee Dorn")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Please confirm")).to_be_visible()
    assert asked.state is CycleState.PLAN_ISSUED
    page.get_by_role("button", name="Sign the Statement of Accuracy").click()
    expect(page.get_by_role("heading", name="Thank you. It is signed.")).to_be_visible()
    assert asked.state is CycleState.SIGNED
    page.get_by_role("link", name="see that the Statement is signed").click()
    page.get_by_label("Code on the paper").fill(db.session.scalars(select(Statement.code)).one())
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_text("This Statement is signed.")).to_be_visible()
    assert [one for one in referrers if link.rpartition("/")[2] in one] == []
