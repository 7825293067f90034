"""Forms that were refused: what the walk over the demo cannot meet, since it sends nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.foundation.access import Role
from tests.factories import make_cycle, make_partnership, make_person, make_program

from .conftest import enter

pytestmark = pytest.mark.browser


@pytest.mark.walk
def test_refused_form_has_no_accessibility_fault_and_fits_a_small_phone(
    app: Flask, page: Page, axe: Callable[[Page], list[str]], shot: Callable[[Page, str], None]
) -> None:
    program = make_program(make_partnership("minnesota", ("minnesota",)))
    owner = make_person(Role.PROGRAM_ADMINISTRATOR, program, name="Ana Núñez")
    cycle, at = make_cycle(program), f"/programs/{program.id}"
    forms = {
        "/partnerships/minnesota/register": "Send the registration",
        "/forgot-password": "Send me a link",
        f"{at}/gates": "Send the links",
        f"{at}/changes/new": "Send the report",
        f"{at}/people": "Send the invitations",
        f"/cycles/{cycle.id}/answers/B.2.5/talk": "Send",
    }
    enter(page, owner)
    for path, button in forms.items():
        page.goto(path)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("alert").first).to_contain_text("There is a problem")
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert (path, axe(page)) == (path, [])
        shot(page, f"refused{path.replace('/', '-')}")
        page.set_viewport_size({"width": 320, "height": 700})
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 320)
        page.set_viewport_size({"width": 1280, "height": 900})
