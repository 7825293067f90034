"""What a visit and a save cost on the line, in a real Chromium against the running demo."""

from __future__ import annotations

import gzip
import re
import urllib.request

import brotli
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.conftest import chromium_arguments, find_chromium
from tests.browser.saving import on_a_slow_line

from .figures import Figure
from .wire import Demo, running_demo

KB = 1000


def page_figures() -> list[Figure]:
    """Measure first visits, section pages, scripts, one save and a slow line; nothing when there is no Chromium."""
    path = find_chromium()
    if path is None:
        print("No Chromium found: visits and saves are not measured.")
        return []
    with running_demo() as demo, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=chromium_arguments())
        try:
            return [
                *visits(browser, demo),
                *sections(browser, demo),
                *one_save(browser, demo),
                *slow_line(browser, demo),
            ]
        finally:
            browser.close()


def signed_in(browser: Browser, demo: Demo) -> BrowserContext:
    """Sign in past the browser's cache, so that the page opened next is a first visit."""
    context = browser.new_context(base_url=demo.line.address)
    front = context.request.get("/").text()
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', front) or re.search(
        r'value="([^"]+)"[^>]*csrf_token', front
    )
    if token is None:
        raise RuntimeError("the front page of the demo has no form to sign in with")
    context.request.post(f"/demo/sign-in/{demo.person_id}", form={"csrf_token": token[1]})
    return context


def first_section(demo: Demo) -> str:
    return f"/cycles/{demo.cycle_id}/sections/m-a"


def visit(context: BrowserContext, demo: Demo, path: str) -> tuple[int, int]:
    """Open a page with an empty cache; return bytes received, headers included, and requests made."""
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before = demo.line.quiet()
    page.goto(path)
    received = demo.line.quiet()[1] - before[1]
    page.close()
    return received, len([url for url in asked if url.startswith("http")])


def visits(browser: Browser, demo: Demo) -> list[Figure]:
    """Measure a stranger's first page, and the heaviest first page there is: a section to answer."""
    figures = []
    for name, context, path in (
        ("front page", browser.new_context(base_url=demo.line.address), "/"),
        ("section page", signed_in(browser, demo), first_section(demo)),
    ):
        received, requests = visit(context, demo, path)
        figures += [
            Figure(f"first visit, {name}: received (aim 28)", received / KB, 47, "KB"),
            Figure(f"first visit, {name}: requests (aim 4)", requests, 6, ""),
        ]
        context.close()
    return figures


def sections(browser: Browser, demo: Demo) -> list[Figure]:
    """Measure the largest section page as sent with brotli and with gzip, and the scripts beside it."""
    context = signed_in(browser, demo)
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())
    tasks = context.request.get(f"/cycles/{demo.cycle_id}").text()
    paths = sorted(set(re.findall(rf"/cycles/{demo.cycle_id}/sections/[\w-]+", tasks)))
    context.close()

    def body(path: str, coding: str) -> bytes:
        headers = {"Cookie": cookies, "Accept-Encoding": coding}
        request = urllib.request.Request(demo.line.address + path, headers=headers)  # noqa: S310 (always http, on loopback)
        with urllib.request.urlopen(request) as reply:  # noqa: S310
            if reply.headers["Content-Encoding"] != coding:
                raise RuntimeError(f"{path} was not sent as {coding}")
            return bytes(reply.read())

    pages = {coding: {path: body(path, coding) for path in paths} for coding in ("br", "gzip")}
    largest = max(paths, key=lambda path: len(pages["br"][path]))
    page = brotli.decompress(pages["br"][largest]).decode()
    scripts = [body(address, "br") for address in re.findall(r'<script[^>]* src="([^"]+)"', page)]
    unpacked = [gzip.compress(brotli.decompress(script), 9) for script in scripts]
    name = f"largest of {len(paths)} section pages ({largest.rsplit('/')[-1]})"
    return [
        Figure(f"{name}, brotli", len(pages["br"][largest]) / KB, 8, "KB"),
        Figure(f"{name}, gzip", len(pages["gzip"][largest]) / KB, 8, "KB"),
        Figure(f"its {len(scripts)} scripts, brotli", sum(map(len, scripts)) / KB, 23, "KB"),
        Figure(f"its {len(scripts)} scripts, gzip", sum(map(len, unpacked)) / KB, 23, "KB"),
    ]


def one_save(browser: Browser, demo: Demo) -> list[Figure]:
    """Change one rating in the page and count what its save sends and gets."""
    context = signed_in(browser, demo)
    page = context.new_page()
    page.goto(first_section(demo))
    field = page.locator("fieldset[data-save]").first
    field.locator("input[value=in_practice]").check()
    demo.line.quiet()
    before = demo.line.quiet()
    with page.expect_response(lambda reply: "/answers/" in reply.url) as waited:
        field.locator("input[name$='-rating']:not(:checked)").first.check()
    reply = waited.value
    up, down = (now - then for now, then in zip(demo.line.quiet(), before, strict=True))
    if reply.status != 200:
        raise RuntimeError(f"the save was answered with {reply.status}")
    size = int(reply.header_value("content-length") or len(reply.body()))
    context.close()
    return [
        Figure("one save: body of the reply", size, 500, "B"),
        Figure(f"one save: both ways with headers ({up} up, {down} down)", (up + down) / KB, 2.2, "KB"),
    ]


def slow_line(browser: Browser, demo: Demo) -> list[Figure]:
    """Time a first page, the next one and a save over 50 kbit/s with 600 ms."""
    context = signed_in(browser, demo)
    times = on_a_slow_line(context.new_page(), first_section(demo), f"/cycles/{demo.cycle_id}/sections/s-2")
    context.close()
    return [
        Figure("50 kbit/s, 600 ms: first section page shown, nothing cached", times.first, 8, "s"),
        Figure("50 kbit/s, 600 ms: next section page shown", times.following, 4, "s"),
        Figure("50 kbit/s, 600 ms: save said to be stored", times.saved, 3, "s"),
    ]
