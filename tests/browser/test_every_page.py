"""Every page of the demo in every state, in a real browser: nothing axe finds, nothing wider than a small phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from sqlalchemy import select

from portal.accounts.models import Person
from portal.foundation.database import db
from tests.crawling import VISITOR, Found, Walked

from .conftest import WIDE, Troubles, served

pytestmark = [pytest.mark.browser, pytest.mark.walk]
NARROW: ViewportSize = {"width": 320, "height": 640}
PARTS = 4  # so that workers can share them


@pytest.fixture
def address(walked: Walked) -> Iterator[str]:
    with served(walked.app) as at:
        yield at


def sign_in(context: BrowserContext, name: str, app: Flask) -> None:
    with app.app_context():
        person_id = db.session.scalars(select(Person.id).where(Person.name == name)).one()
        db.session.remove()
    assert context.request.post(f"/demo/sign-in/{person_id}").ok


def one_of_each(pages: list[Found]) -> list[Found]:
    """Return each page in each state; in a further state only where it shows something not seen on that page before."""
    kinds: dict[tuple[str, str], Found] = {}
    for found in pages:
        if found.is_page:
            kinds.setdefault(found.kind, found)
    seen: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    new = []
    for found in kinds.values():
        if not found.links.parts <= seen[found.endpoint]:
            seen[found.endpoint] |= found.links.parts
            new.append(found)
    return new


def faults_at(size: ViewportSize, page: Page, axe: Callable[[Page], list[str]]) -> list[str]:
    """Return what axe finds on a wide screen, or that the page is wider than a small phone."""
    page.set_viewport_size(size)
    if size == WIDE:
        return axe(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    return [f"{width} wide"] if width > size["width"] else []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_has_no_accessibility_fault_and_fits_a_small_phone(
    browser: Browser,
    walked: Walked,
    address: str,
    axe: Callable[[Page], list[str]],
    troubles: Troubles,
    part: int,
) -> None:
    to_see = one_of_each(walked.pages)[part::PARTS]
    wrong = []
    for name in {found.person: None for found in to_see}:
        context = browser.new_context(base_url=address, viewport=WIDE)
        context.on("page", troubles.watch)
        if name != VISITOR:
            sign_in(context, name, walked.app)
        page = context.new_page()
        for found in to_see:
            if found.person == name:
                page.goto(found.path)
                page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
                sizes = (NARROW, WIDE) if page.viewport_size == NARROW else (WIDE, NARROW)  # one change a page
                wrong += [f"{found.path} ({name}): {fault}" for size in sizes for fault in faults_at(size, page, axe)]
        context.close()
    assert wrong == [], "\n".join(wrong)
    assert list(troubles) == []
