"""A real Chromium against a real server on loopback.

A test fails on anything the browser complains about, such as a style that the page's own policy blocks.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, current_app
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, ViewportSize, expect
from werkzeug.serving import make_server

from portal.accounts.models import Person
from tests.factories import sign_in

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

HERE = Path(__file__).parent
SCREENSHOTS = HERE.parent.parent / "screenshots"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WIDE: ViewportSize = {"width": 1280, "height": 900}
AXE = (HERE / "vendor" / "axe.min.js").read_text("utf-8")

expect.set_options(timeout=15_000)  # on a busy machine a page may wait for its turn

# What Chromium logs for every refusal, also for one that the page shows as planned (422 beside the field).
EXPECTED_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


def find_chromium() -> str | None:
    """Return the browser's path: $CHROMIUM, else the first of the usual names."""
    names = (os.environ["CHROMIUM"],) if os.environ.get("CHROMIUM") else NAMES
    return next((path for name in names if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder; without a browser skip it, or fail where CI=true."""
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.browser)
    if find_chromium() is None and os.environ.get("CI") != "true":
        for item in ours:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


def chromium_arguments() -> list[str]:
    """Return the flags that keep Chromium from calling home, and let it start as root."""
    arguments = [
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    if os.geteuid() == 0:  # Chromium's sandbox refuses to start as root
        arguments.append("--no-sandbox")
    return arguments


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium."""
    chromium = find_chromium()
    if chromium is None:
        pytest.fail("No Chromium: with CI=true the browser tests must not be skipped.")
    return {**browser_type_launch_args, "executable_path": chromium, "args": chromium_arguments()}


class Served:
    """Pass requests to the app while the test lasts, and know which are under way."""

    def __init__(self, app: Flask) -> None:
        self.app, self.open = app, True
        self.under_way: dict[int, socket.socket] = {}  # what each request's thread talks through
        self.changed = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self.changed:
            if not self.open:  # the app serves another test by now
                start_response("503 Service Unavailable", [])
                return []
            self.under_way[threading.get_ident()] = environ["werkzeug.socket"]
        try:
            return self.app(environ, start_response)
        finally:
            with self.changed:
                del self.under_way[threading.get_ident()]
                self.changed.notify_all()

    def close(self) -> None:
        """Let nobody in any more, and wait for those inside; a browser that is gone sends them nothing more."""
        with self.changed:
            self.open = False
            if not self.changed.wait_for(lambda: not self.under_way, timeout=2):
                for talk in self.under_way.values():
                    with contextlib.suppress(OSError):
                        talk.shutdown(socket.SHUT_RD)
            assert self.changed.wait_for(lambda: not self.under_way, timeout=30), "a request did not end with its test"


@contextlib.contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an app on loopback while a test lasts; gives the address without a slash at the end."""
    inside = Served(app)
    server = make_server("127.0.0.1", 0, inside, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]  # a browser keeps connections open
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()
        inside.close()


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """Serve the test's own app and database."""
    with served(app) as address:
        yield address


@pytest.fixture
def base_url(live_server: str) -> str:
    """Let `page.goto("/plans")` and `expect(page).to_have_url("/plans")` mean the live server."""
    return live_server


def enter(page: Page, person: Person) -> None:
    """Give the browser the cookie of a session of the person; test_accounts.py signs in by hand."""
    client, name = current_app.test_client(), current_app.config["SESSION_COOKIE_NAME"]
    sign_in(client, person)
    cookie = client.get_cookie(name)
    assert cookie is not None
    page.context.add_cookies([{"name": name, "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])


class Troubles(list[str]):
    """What the browser complained about, in order; a test may `clear()` what it provoked on purpose."""

    def watch(self, page: Page) -> None:
        """Collect console errors and uncaught exceptions of the page."""
        page.on("console", self._console)
        page.on("pageerror", self._error)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED_REFUSAL.match(message.text):
            self.append(f"{message.text} ({message.location.get('url', '')})")

    def _error(self, error: Error) -> None:
        self.append(f"uncaught: {error.message}")


@pytest.fixture
def troubles() -> Troubles:
    """Give the list that the `page` fixtures fill and check."""
    return Troubles()


def _context(browser: Browser, base_url: str, **options: Any) -> BrowserContext:
    context = browser.new_context(base_url=base_url, viewport=WIDE, **options)
    context.set_default_timeout(10_000)
    return context


@pytest.fixture
def page(browser: Browser, base_url: str, troubles: Troubles) -> Iterator[Page]:
    """Open a tab 1280 wide; at the end the test fails on any console error or uncaught exception."""
    context = _context(browser, base_url)
    context.on("page", troubles.watch)
    tab = context.new_page()
    yield tab
    context.close()
    assert list(troubles) == []


@pytest.fixture
def page_no_js(browser: Browser, base_url: str, troubles: Troubles) -> Iterator[Page]:
    """Open a tab with JavaScript off."""
    context = _context(browser, base_url, java_script_enabled=False)
    context.on("page", troubles.watch)
    tab = context.new_page()
    yield tab
    context.close()
    assert list(troubles) == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Give `axe(page)`: every finding of every rule, as "rule: help (where)"; a good page gives []."""

    def run(page: Page) -> list[str]:
        # The page's own policy blocks added script tags; the debugger's evaluate is not the page's.
        page.evaluate(AXE + ";undefined")
        # Every rule runs; only what it has to say about parts without a fault is left out, which is most of its time.
        found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
        return [
            f"{rule['id']}: {rule['help']} ({' | '.join(str(node['target']) for node in rule['nodes'])})"
            for rule in found
        ]

    return run


@pytest.fixture(scope="session")
def shot() -> Callable[[Page, str], None]:
    """Give `shot(page, name)`: saves the page at 1280 and 375 px in screenshots/ when NQMS_SCREENSHOTS is set."""

    def save(page: Page, name: str) -> None:
        if not os.environ.get("NQMS_SCREENSHOTS"):
            return
        SCREENSHOTS.mkdir(exist_ok=True)
        before = page.viewport_size or WIDE
        for width in (1280, 375):
            page.set_viewport_size({"width": width, "height": 900 if width > 400 else 740})
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size(before)

    return save
