"""The browser fixtures themselves: they notice what they are there to notice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, Response
from playwright.sync_api import Page, expect

from tests.browser.conftest import Troubles

FRAME = (
    '<!doctype html><html lang="en"><head><title>A page</title></head>'
    "<body><main><h1>A page</h1>{body}</main></body></html>"
)
PAGES = {
    "good": "<p>Nothing wrong here.</p>",
    "styled": '<p style="color:red">Blocked by the policy.</p>',
    "throws": '<p id="told">As sent</p><script src="/script"></script>',
    "unlabeled": '<form action="/"><input name="who"></form>',
}
SCRIPT = "document.getElementById('told').textContent = 'Changed'; throw new Error('on purpose')"


@pytest.fixture
def app() -> Flask:
    """Build a server of four small pages under the portal's policy."""
    app = Flask("pages")

    @app.get("/<name>")
    def page(name: str) -> Response:
        if name == "script":
            return Response(SCRIPT, mimetype="text/javascript")
        if name not in PAGES:
            return Response(status=204)
        reply = Response(FRAME.format(body=PAGES[name]), mimetype="text/html")
        reply.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; style-src 'self'"
        return reply

    return app


def test_good_page_troubles_nobody(page: Page, troubles: Troubles, axe: Callable[[Page], list[str]]) -> None:
    page.goto("/good")
    expect(page.get_by_role("heading")).to_have_text("A page")
    assert list(troubles) == []
    assert axe(page) == []


def test_style_that_the_policy_blocks_is_noticed(page: Page, troubles: Troubles) -> None:
    page.goto("/styled")
    expect(page.get_by_text("Blocked")).to_be_visible()
    assert [text.partition(" inline style")[0] for text in troubles] == ["Applying"]
    troubles.clear()


def test_uncaught_exception_is_noticed(page: Page, troubles: Troubles) -> None:
    page.goto("/throws")
    expect(page.locator("#told")).to_have_text("Changed")
    assert list(troubles) == ["uncaught: on purpose"]
    troubles.clear()


def test_axe_names_a_field_without_a_label(page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.goto("/unlabeled")
    assert [finding.partition(":")[0] for finding in axe(page)] == ["label"]


def test_page_without_scripts_runs_none(page_no_js: Page) -> None:
    page_no_js.goto("/throws")
    expect(page_no_js.locator("#told")).to_have_text("As sent")
