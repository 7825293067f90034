"""Finds every page that clicking can reach in the demo, as each of its people: what to look at, and dead links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.test import TestResponse

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import db
from tests.factories import sign_in

# One page of a kind stands for its like: not each of 9 sections and 116 histories of a cycle.
VISITOR = "visitor"  # somebody who is not signed in
ALIKE = frozenset({"key", "code", "token", "name", "number"})


class Links(HTMLParser):
    """Collects where a page points: links to click, and what the browser loads by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.clicked: list[str] = []
        self.loaded: list[str] = []
        self.headings = 0
        self.parts: set[tuple[str, str, str]] = set()  # tag, class and role of everything on the page
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses of one tag."""
        named = {key: value or "" for key, value in attrs}
        if tag == "a" and "href" in named:
            self.clicked.append(named["href"])
        if tag == "link" and named.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(named["href"])
        if "src" in named:
            self.loaded.append(named["src"])
        self.headings += tag == "h1"
        self.parts.add((tag, named.get("class", ""), named.get("role", "")))


@dataclass(frozen=True)
class Reply:
    """What the portal answered, in a form that can be stored for the other workers."""

    status_code: int
    mimetype: str
    headers: dict[str, str]
    data: bytes

    @classmethod
    def of(cls, reply: TestResponse) -> Reply:
        """Take what matters from a test client's answer."""
        return cls(reply.status_code, reply.mimetype, dict(reply.headers), reply.data)


@dataclass(frozen=True)
class Found:
    """One page as one person met it."""

    person: str
    path: str
    endpoint: str
    state: str
    reply: Reply
    links: Links

    @property
    def is_page(self) -> bool:
        """Tell whether a browser shows it, rather than storing it as a file."""
        return self.reply.mimetype == "text/html" and "Content-Disposition" not in self.reply.headers

    @property
    def kind(self) -> tuple[str, str]:
        """Return what makes this page unlike others: the page, and where its cycle stands."""
        return self.endpoint, self.state


class Walked(NamedTuple):
    """The demo that was walked, and what was met there."""

    app: Flask
    pages: list[Found]


def crawl(app: Flask, name: str) -> list[Found]:
    """Follow every link from the first page, as a visitor or as one person; HTML pages and what they lead to."""
    client = app.test_client()
    with app.app_context():
        states = {row.id: row.state.value for row in db.session.execute(select(Cycle.id, Cycle.state))}
        if name != VISITOR:
            sign_in(client, db.session.scalars(select(Person).where(Person.name == name)).one())
        db.session.remove()
    return list(_walk(app, client, name, states))


def _walk(app: Flask, client: FlaskClient, name: str, states: dict[int, str]) -> Iterable[Found]:
    adapter = app.url_map.bind("localhost")
    waiting, known = ["/", "/home"], {"/", "/home"}
    alike: set[tuple[str, tuple[tuple[str, Any], ...], bool]] = set()
    while waiting:
        path = waiting.pop(0)
        seen = _like(adapter, path)
        if seen[0] == "assets.static_file" or seen in alike:
            continue
        alike.add(seen)
        reply = client.get(path)
        while reply.status_code in (302, 303) and reply.location:
            path = urljoin(path, reply.location)
            known.add(path)
            alike.add(_like(adapter, path))
            reply = client.get(path)
        endpoint, place, _ = _like(adapter, path)
        html = reply.mimetype == "text/html" and "Content-Disposition" not in reply.headers
        links = Links(reply.text if html else "")
        yield Found(name, path, endpoint, states.get(dict(place).get("cycle_id", 0), ""), Reply.of(reply), links)
        for link in links.clicked:
            address = urldefrag(urljoin(path, link))[0]
            if urlsplit(address).netloc == "" and urlsplit(address).scheme == "" and address not in known:
                known.add(address)
                waiting.append(address)


def _like(adapter: MapAdapter, path: str) -> tuple[str, tuple[tuple[str, Any], ...], bool]:
    """Return what two pages share that need not both be looked at: the page, its place, and whether it has a query."""
    try:
        endpoint, values = adapter.match(urlsplit(path).path, "GET")
    except HTTPException:
        return "nothing", (("path", path),), False
    place = tuple(sorted((key, value) for key, value in values.items() if key not in ALIKE))
    return endpoint, place, bool(urlsplit(path).query)
