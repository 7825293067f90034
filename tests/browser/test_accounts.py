"""Signing in, a lost password and the account page in a real browser, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts import services
from portal.accounts.models import Person
from portal.foundation import jobs
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from tests.factories import make_partnership, make_person, make_program

pytestmark = pytest.mark.browser
PASSWORD, NEW = "three calm words", "another calm set of words"


@pytest.fixture
def person(app: Flask) -> Person:
    made = make_person(Role.CONTRIBUTOR, make_program(make_partnership()), name="Ana Núñez")
    hashed = services.hasher.hash(PASSWORD)
    with unit_of_work() as session:
        session.get_one(Person, made.id).password_hash = hashed
    return made


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


def test_pages_of_an_account_are_accessible_and_fit_a_phone(
    page: Page, person: Person, axe: Callable[[Page], list[str]], shot: Callable[[Page, str], None]
) -> None:
    def look(name: str) -> None:
        assert (name, axe(page)) == (name, [])
        shot(page, f"accounts-{name}")
        page.set_viewport_size({"width": 320, "height": 700})
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size({"width": 1280, "height": 900})
        assert (name, wide) == (name, 320)

    email, program = person.email, make_program(make_partnership())
    for name, path in {"sign-in": "/sign-in", "forgot": "/forgot-password", "sent": "/forgot-password/sent"}.items():
        page.goto(path)
        look(name)
    page.goto("/forgot-password")
    page.get_by_role("button", name="Send me a link").click()
    look("forgot-refused")
    page.goto(ask(page, email))
    look("new-password")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Set new password").click()
    look("new-password-refused")
    page.goto("/new-password/nothing-known")
    look("link-over")
    services.invite(
        "Bo Lund", "bo@example.org", Role.CONTRIBUTOR, program_id=program.id, place=program.name, by_id=None,
        mail_partnership_id=None, base_url="http://localhost",
    )  # fmt: skip
    page.goto(mailed("invitation"))
    look("invitation")
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in").click()
    look("sign-in-refused")
    services.start_session(person.id, "Mozilla/5.0 (Windows NT 10.0; rv:142.0) Gecko/20100101 Firefox/142.0")
    db.session.rollback()
    sign_in(page, email, PASSWORD)
    page.goto("/account")
    look("account")
    page.get_by_label("Current password").fill("not it")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Change password").click()
    look("account-refused")
