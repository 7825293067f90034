"""A rule plugin built as a package and installed beside the portal, switched on in a real browser and used to score."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.test_wheel import built, demo, elsewhere, installed, with_plugin

__all__ = ["built", "demo", "elsewhere", "installed", "with_plugin"]  # fixtures


def be(page: Page, name: str) -> None:
    """Sign in as one of the demo's people."""
    page.goto("/")
    if page.get_by_role("button", name="Sign out").count():
        page.get_by_role("button", name="Sign out").click()
        page.goto("/")
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()


@pytest.mark.wheel
def test_installed_plugin_is_enabled_previewed_adopted_and_scores(
    browser: Browser, with_plugin: Path, demo: str
) -> None:
    page = browser.new_context(base_url=demo).new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    be(page, "Dana Whitlock")
    rules = f"{page.url}/rules"
    page.goto(rules)
    in_force, _, offered = page.locator("main").inner_text().partition("Also on this machine")
    assert ("Riverbend (fictional)" in in_force, "Lakeshore (fictional)" in in_force) == (True, False)
    assert "Lakeshore (fictional)" in offered
    page.goto(f"{rules}/change")
    page.get_by_role("button", name="Add Lakeshore (fictional)").click()
    page.get_by_role("button", name="Preview this list").click()
    expect(page.get_by_role("heading", name="Adopt it")).to_be_visible(timeout=60_000)  # the real worker makes it
    expect(page.get_by_text("Shore Partner").first).to_be_visible()
    page.get_by_label("Why").fill("Our board asked for walks.")
    page.get_by_role("button", name="Adopt this list").click()
    expect(page.get_by_text("List 2 is in force")).to_be_visible()

    page.goto(rules.removesuffix("/rules"))
    page.get_by_role("link", name="Harbor Light Mentors (fictional)").first.click()
    page.get_by_role("button", name="Open the next self-assessment").click()
    expect(page.get_by_text("The self-assessment is open")).to_be_visible()

    be(page, "Tom Adeyemi")
    page.get_by_role("link", name="Start the self-assessment").click()
    page.get_by_role("link", name="Start", exact=True).click()
    page.get_by_role("link", name="Scorecard so far").click()
    expect(page.get_by_role("heading", name="Shore Partner")).to_be_visible()
    expect(page.get_by_text("116 practices wait for a walk along the shore.").first).to_be_visible()
    assert complaints == []
