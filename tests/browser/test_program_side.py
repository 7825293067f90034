"""What a program brings to its partnership, in a real browser: accessible at any width, and whole without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.hashes import hasher
from portal.accounts.models import Person
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.programs.models import Program
from tests.factories import ask_and_report, make_partnership, make_person, make_program, make_registration

pytestmark = pytest.mark.browser
PASSWORD = "three calm words"


def sign_in_page(page: Page, person: Person) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/(partnerships|programs)/"))


@pytest.fixture
def program(app: Flask) -> Program:
    return make_program(make_partnership("minnesota", ("minnesota",)), "Harbor Light")


@pytest.fixture
def people(program: Program) -> tuple[Person, Person]:
    """Add the program's administrator and the partnership's, both with a password."""
    owner = make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Tom Ade")
    manager = make_person(Role.PARTNERSHIP_ADMINISTRATOR, program.partnership, name="Dana Whit")
    with unit_of_work() as session:
        for one in (owner, manager):
            session.get_one(Person, one.id).password_hash = hasher.hash(PASSWORD)
    return owner, manager


def newest_link(subject: str) -> str:
    db.session.rollback()
    text = db.session.scalars(
        select(Message.text).where(Message.subject.startswith(subject)).order_by(Message.id.desc())
    ).first()
    return re.search(r"http://localhost(/\S+)", text or "")[1]  # type: ignore[index]


def checked(page: Page, axe: Callable[[Page], list[str]], where: str) -> None:
    """Show that a page has no barrier, and needs no scrolling sideways at 320 px."""
    assert (where, axe(page)) == (where, [])
    wide = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 740})
    assert (where, page.evaluate("document.documentElement.scrollWidth")) == (where, 320)
    page.set_viewport_size(wide)  # type: ignore[arg-type]


def test_pages_of_both_sides_are_accessible_and_fit_narrow_screens(
    program: Program, people: tuple[Person, Person], page: Page, axe: Callable, shot: Callable
) -> None:
    owner, manager = people
    at, here = f"/programs/{program.id}", f"/partnerships/{program.partnership_id}"
    ask_and_report(program, owner)
    waiting = make_registration(program.partnership).id
    for where in ("/partnerships/minnesota/register", "/partnerships/minnesota/register/sent", "/partnerships/minnesota/help", "/"):  # fmt: skip
        page.goto(where)
        checked(page, axe, where)
    page.goto("/partnerships/minnesota/register")
    page.get_by_role("button", name="Send the registration").click()
    checked(page, axe, "registration with mistakes")
    sign_in_page(page, owner)
    own = ("", "/facts", "/facts/history", "/eligibility", "/ask-access", "/gates", "/gates/needs", "/advice", "/changes", "/changes/new")  # fmt: skip
    for where in (*(at + one for one in own), "/advice/1"):
        page.goto(where)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        checked(page, axe, where)
        shot(page, f"program-side{where.replace('/', '-')}")
    for where, button in ((f"{at}/changes/new", "Send the report"), (f"{at}/gates", "Send the links")):
        page.goto(where)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        checked(page, axe, f"{where} with mistakes")
    page.get_by_role("button", name="Sign out").click()
    sign_in_page(page, manager)
    for where in (here, f"{here}/open-matters", f"/registrations/{waiting}", f"{at}/gates", f"{at}/access", f"{at}/edit", f"{at}/changes"):  # fmt: skip
        page.goto(where)
        checked(page, axe, where)
        shot(page, f"staff-side{where.replace('/', '-')}")


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

    sign_in_page(page, manager)
    page.get_by_role("link", name="Open matters (1)").click()
    page.get_by_role("link", name="Open Door").click()
    page.get_by_role("button", name="Approve the registration").click()
    expect(page.get_by_role("status")).to_contain_text("Open Door is a program of yours now.")
    page.get_by_role("button", name="Sign out").click()

    sign_in_page(page, owner)
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
