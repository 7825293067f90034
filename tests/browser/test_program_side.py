"""What a program brings to its partnership, in a real browser without scripts."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.models import Person
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.programs.models import Program
from tests.browser.conftest import enter
from tests.factories import make_partnership, make_person, make_program

pytestmark = pytest.mark.browser


def sign_in(page: Page, person: Person) -> None:
    page.context.clear_cookies()
    enter(page, person)
    db.session.rollback()
    page.goto("/home")


@pytest.fixture
def program(app: Flask) -> Program:
    return make_program(make_partnership("minnesota", ("minnesota",)), "Harbor Light")


@pytest.fixture
def people(program: Program) -> tuple[Person, Person]:
    """Add the program's administrator and the partnership's."""
    owner = make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Tom Ade")
    return owner, make_person(Role.PARTNERSHIP_ADMINISTRATOR, program.partnership, name="Dana Whit")


def newest_link(subject: str) -> str:
    db.session.rollback()
    text = db.session.scalars(
        select(Message.text).where(Message.subject.startswith(subject)).order_by(Message.id.desc())
    ).first()
    return re.search(r"http://localhost(/\S+)", text or "")[1]  # type: ignore[index]


@pytest.mark.walk
def test_program_registers_and_signs_without_scripts(
    program: Program, people: tuple[Person, Person], page_no_js: Page
) -> None:
    page, (owner, manager) = page_no_js, people
    page.goto("/")
    page.get_by_role("link", name="Register your program with Minnesota Mentoring").click()
    page.get_by_label("What the program does").fill("Pairs meet weekly.\nEverybody is welcome.")
    page.get_by_role("button", name="Send the registration").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing you typed is lost")
    expect(page.get_by_label("What the program does")).to_have_value("Pairs meet weekly.\nEverybody is welcome.")
    fields = {"Program's name": "Open Door", "Town and county": "Granton", "Oldest age": "14",
              "Day the program began": "2019-05-01", "What mentors do": "Be a friend.", "Contact person": "Ana Núñez", "Contact's e-mail": "ana@example.org"}  # fmt: skip
    for label, text in fields.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("one-to-one").check()
    page.get_by_label("yes", exact=True).check()
    page.get_by_role("button", name="Send the registration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
    page.goto(newest_link("Please confirm"))
    page.get_by_role("button", name="Hand in this registration").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("handed in")

    sign_in(page, manager)
    page.get_by_role("link", name="Open matters (1)").click()
    page.get_by_role("link", name="Open Door").click()
    page.get_by_role("button", name="Approve the registration").click()
    page.get_by_label("It is so: “no” for now").check()
    page.get_by_role("button", name="Approve the registration").click()
    expect(page.get_by_role("status")).to_contain_text("Open Door is a program of yours now.")
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, owner)
    page.goto(f"/programs/{program.id}/gates")
    for number, name in ((0, "Lee Dorn"), (1, "Ana Núñez")):
        page.get_by_label("Name", exact=True).nth(number).fill(name)
        page.get_by_label("Title").nth(number).fill("Director")
        page.get_by_label("E-mail address").nth(number).fill(f"signer{number}@example.org")
    page.get_by_role("button", name="Send the links").click()
    expect(page.get_by_role("status")).to_contain_text("Everybody on the list has a link by mail")
    page.goto(newest_link("Please sign"))
    page.get_by_label("I have read this and I sign it.").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. It is signed.")
