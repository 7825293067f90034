"""Signing in, a lost password and the account page in a real browser, with and without scripts."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.models import Person
from portal.foundation import jobs
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.outbox import Message
from tests.accounts.hashes import with_password
from tests.factories import make_partnership, make_person, make_program

pytestmark = pytest.mark.browser
PASSWORD, NEW = "three calm words", "another calm set of words"


@pytest.fixture
def person(app: Flask) -> Person:
    return with_password(make_person(Role.CONTRIBUTOR, make_program(make_partnership()), name="Ana Núñez"), PASSWORD)


def mailed(kind: str) -> str:
    """Do the worker's part and return the path of the newest link."""
    db.session.rollback()
    while jobs.run_next():
        pass
    text = db.session.scalars(select(Message.text).where(Message.key.like(f"{kind}:%")).order_by(Message.id)).all()[-1]
    db.session.rollback()
    return re.search(r"http://localhost(\S+)", text).group(1)


def ask(page: Page, email: str) -> str:
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("If we know this address, a link is on its way.")).to_be_visible()
    return mailed("password-link")


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/programs/*")


def test_lost_password_is_replaced_by_a_pasted_one(page: Page, person: Person) -> None:
    email = person.email
    page.goto(ask(page, email))
    field = page.get_by_label("New password")
    field.focus()
    page.keyboard.insert_text(NEW)  # what pasting does: text at once, without key strokes
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show new password").click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_have_value(NEW)
    page.get_by_role("button", name="Hide new password").click()
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Set new password").click()
    expect(page.get_by_text("Your new password is set.")).to_be_visible()
    sign_in(page, email, NEW)


def test_lost_password_is_replaced_without_scripts(page_no_js: Page, person: Person) -> None:
    email = person.email
    page_no_js.goto(ask(page_no_js, email))
    expect(page_no_js.locator("button[data-reveal]")).to_be_hidden()
    page_no_js.get_by_label("New password").fill("password123456")
    page_no_js.get_by_role("button", name="Set new password").click()
    expect(page_no_js.locator("#new-error")).to_contain_text("easy to guess")
    expect(page_no_js.get_by_label("New password")).to_have_value("password123456")
    page_no_js.get_by_label("New password").fill(NEW)
    page_no_js.get_by_role("button", name="Set new password").click()
    sign_in(page_no_js, email, NEW)
