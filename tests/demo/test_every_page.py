"""Every page that clicking can reach in the demo, as each of its people: no dead link, small, nothing from outside."""

from __future__ import annotations

import brotli
import pytest
from werkzeug.test import TestResponse

from tests.crawling import Walked

pytestmark = pytest.mark.walk
LARGEST_PAGE = 14_000  # bytes, compressed: one round trip on a slow line
LARGEST_SECTION = 8_000
LARGEST_FIRST_VISIT = 47_000
SCRIPTS = 23_000
REQUESTS = 6  # the page itself included

# Pages that no link leads to, and why.
NOT_BY_A_LINK = {
    "assets.static_file": "loaded by pages",
    "desk.healthz": "for a supervisor",
    "desk.home": "sends whoever has one place there",
    "accounts.accept_invitation": "mailed",
    "accounts.new_password": "mailed",
    "accounts.link_sent": "after a form",
    "signing.statement": "mailed",
    "statements.download": "the demo has no signed paper",
    "papers.fetch": "after a form",
    "papers.look": "a fragment",
    "stopping.stop": "mailed",
    "plans.document_state": "a fragment",
    "plans.download": "after a form",
    "resources.download": "no library of the demo keeps a file",
    "resources.shelf_file": "no library of the demo keeps a file",
    "rulebooks.preview": "after a form",
    "accounts.who": "asked by the script",
    "assessments.unasked_answers": "no rules of the demo ever asked for less than before",
    "gates.agreement": "mailed",
    "gates.needs": "no program of the demo still has a needs assessment before it",
    "registrations.confirm": "mailed",
    "registrations.sent": "after a form",
    "worksheets.download_pdf": "after a form",
    "worksheets.pdf_state": "a fragment",
    "visits.pack_state": "a fragment",
    "visits.download_pack": "after a form",
    "visits.feed": "a secret address, shown once",
}


def packed(reply: TestResponse) -> int:
    """Return how many bytes the line carries for a page; the portal sends pages with brotli at this quality."""
    return len(brotli.compress(reply.data, quality=4))


def test_every_page_is_reached_by_clicking_and_none_is_dead(walked: Walked) -> None:
    app, pages = walked
    assert [(one.person, one.path, one.reply.status_code) for one in pages if one.reply.status_code != 200] == []
    there = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert there - {one.endpoint for one in pages} == set(NOT_BY_A_LINK)
    html = [one for one in pages if one.is_page]
    assert [(one.path, one.links.headings) for one in html if one.links.headings != 1] == []


def test_every_page_is_small_and_loads_nothing_from_outside(walked: Walked) -> None:
    app, pages = walked
    html = {one.path: one for one in pages if one.is_page}
    loaded = {path: {link for link in one.links.loaded if not link.startswith("data:")} for path, one in html.items()}
    assert [link for links in loaded.values() for link in links if not link.startswith("/static/")] == []
    client = app.test_client()
    sizes = {}
    for link in set().union(*loaded.values()):
        with client.get(link) as reply:
            sizes[link] = len(brotli.compress(reply.data, quality=11))
            assert reply.headers["Cache-Control"] == "max-age=315360000, public, immutable"
            assert [word for word in (b"@font-face", b"@import") if word in reply.data] == []
    pages_packed = {path: packed(one.reply) for path, one in html.items()}
    too_large = {
        path: size
        for path, size in pages_packed.items()
        if size
        > (LARGEST_SECTION if html[path].endpoint in ("assessments.section", "reviews.section") else LARGEST_PAGE)
    }
    assert too_large == {}
    first_visit = {path: pages_packed[path] + sum(sizes[link] for link in links) for path, links in loaded.items()}
    assert {path: size for path, size in first_visit.items() if size > LARGEST_FIRST_VISIT} == {}
    scripts = {path: sum(sizes[link] for link in links if link.endswith(".js")) for path, links in loaded.items()}
    assert {path: size for path, size in scripts.items() if size > SCRIPTS} == {}
    assert {path: links for path, links in loaded.items() if len(links) + 1 > REQUESTS} == {}
