"""What the tests of saving share: people at a section page behind a line that can be made bad, with time made short."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from portal.accounts.models import Person
from portal.assessments import queries
from portal.cycles.models import Cycle
from portal.foundation.database import db
from tests.factories import sign_in

from .lines import Line

CODE = "B.2.5"
SHORT = 50  # milliseconds for what the script calls a second
FASTER = "document.addEventListener('readystatechange', () => {{ document.documentElement.dataset.wait = {} }})"


@dataclass
class Desk:
    """One person's browser at a section, and the line it hangs on."""

    app: Flask
    line: Line
    cycle_id: int
    person_id: int
    context: BrowserContext
    page: Page

    def sign_in(self, person: Person, shared: bool = False) -> None:
        """Put the cookie of a real session row into the browser."""
        client = self.app.test_client()
        sign_in(client, person)
        if shared:
            with client.session_transaction() as cookie:
                cookie["shared"] = True
        found = client.get_cookie("nqms")
        assert found is not None
        self.context.add_cookies([{"name": "nqms", "value": found.value, "url": self.line.address}])
        db.session.rollback()

    def open(self, key: str = "s-2") -> None:
        self.page.goto(f"{self.line.address}/cycles/{self.cycle_id}/sections/{key}")

    def leave(self) -> None:
        """Leave the portal, and wait until what the page sends on leaving has come to the line and ended there."""
        self.page.goto("about:blank")
        seen = -1
        while seen != len(self.line.seen):
            seen = len(self.line.seen)
            self.page.wait_for_timeout(400)

    def practice(self, code: str = CODE) -> Locator:
        return self.page.locator(f"[id='{code}']")

    def notes(self, code: str = CODE) -> Locator:
        return self.practice(code).get_by_label("Notes")

    def state(self, code: str = CODE) -> Locator:
        return self.practice(code).locator(".state")

    def stored(self, code: str = CODE) -> str:
        db.session.rollback()
        row = queries.stored_answers(self.cycle_id).get(code)
        return row.content["notes"] if row else ""

    def history(self, code: str = CODE) -> list[str]:
        """Return every text that ever arrived, oldest first."""
        db.session.rollback()
        return [row.content["notes"] for row in queries.versions_of(self.cycle_id, code)][::-1]

    def kept(self) -> list[str]:
        """Return what is kept on the device, by the names it is kept under."""
        return sorted(self.page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('nqms:'))"))


def open_desk(
    app: Flask, line: Line, browser: Browser, cycle: Cycle, person: Person, wait: int = SHORT, **options: object
) -> Desk:
    """Open a browser of this person's own, signed in."""
    context = browser.new_context(base_url=line.address, viewport={"width": 1280, "height": 900}, **options)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    context.add_init_script(FASTER.format(wait))
    desk = Desk(app, line, cycle.id, person.id, context, context.new_page())
    desk.sign_in(person)
    return desk


@dataclass(frozen=True)
class Times:
    """Seconds until a first page shows, until the next one does, and until a save is said to be stored."""

    first: float
    following: float
    saved: float


def on_a_slow_line(page: Page, first: str, following: str) -> Times:
    """Visit two section pages and save one answer over 50 kbit/s with 600 ms each way and back."""
    link = page.context.new_cdp_session(page)
    link.send("Network.enable")
    slow = {"latency": 600, "downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8}
    link.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    shown = []
    for path in (first, following):
        page.goto(path)
        wait_until(lambda: page.evaluate(painted) is not None)
        shown.append(page.evaluate(painted) / 1000)
    free = page.locator("fieldset[data-save]:has([value=not_in_practice]:not(:checked))").first.get_attribute("id")
    practice = page.locator(f"[id='{free}']")
    began = time.monotonic()
    practice.locator("[value=not_in_practice]").check()
    practice.locator(".state.good").wait_for()
    return Times(*shown, time.monotonic() - began)


def wait_until(told: Callable[[], bool], seconds: float = 8) -> None:
    """Wait for something that no locator shows."""
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
