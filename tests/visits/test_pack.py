"""The visit pack: everything a reviewer takes along in one file and as a PDF, and for nobody of the program."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portal.foundation import jobs, pdf
from portal.foundation.database import db
from portal.foundation.documents import Document
from portal.reviews import services
from portal.visits.packviews import css_text

from .cast import Cast, words

HOSTILE = 'Ours: </style><script src="http://example.org/x.js"></script>'


def reviewed(cast: Cast) -> None:
    item = {
        "rating": "2",
        "finding": "improve",
        "finding_text": "Ask twice.",
        "private_note": HOSTILE,
        "na_accepted": "",
    }
    services.record_review_item(cast.cycle.id, "B.2.3", item, "0", "save-id-1", cast.reviewer.id)


class Loads(HTMLParser):
    """Collects whatever a browser would fetch or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag in ("script", "link", "img", "iframe", "object", "form") else []
        self.found += [
            f"{tag} {name}"
            for name, value in attrs
            if name in ("src", "srcset") or (name == "href" and value and value[0] != "#")
        ]


def test_file_holds_both_sides_and_asks_for_nothing(cast: Cast) -> None:
    reviewed(cast)
    cast.planned()
    reply = cast.ours.get(f"{cast.at}/pack.html")
    assert "filename*=UTF-8''visit-pack-J%C3%B3venes-Unidos.html" in reply.headers["Content-Disposition"]
    page = reply.text
    assert Loads(page).found == []
    assert [word for word in ("@import", "url(") if word in page] == []
    said = words(page)
    assert said.count("The program:") == 116
    for text in ("Confidential.", "copy 1", "Monday, November 2, 2026, 10:00", "In practice, rating 4", "The reviewer: rating 2, Area for improvement",
                 "Ours: &lt;/style&gt;", "Program manual"):  # fmt: skip
        assert (text, text in said) == (text, True)
    assert page.count('class="line"') >= 232


def test_text_in_a_style_sheet_cannot_end_it() -> None:
    assert css_text('A"; } </style>') == '"A\\22 \\3b \\20 \\7d \\20 \\3c \\2f style\\3e "'


@pytest.mark.walk
def test_pdf_is_made_in_the_worker_and_given_to_staff_alone(cast: Cast) -> None:
    reviewed(cast)
    asked = cast.ours.post(f"{cast.at}/pack/a4")
    assert asked.status_code == 303
    assert "being made" in cast.ours.get(asked.location).text
    pdf.register()
    while jobs.run_next():
        pass
    db.session.rollback()
    made = db.session.scalars(select(Document).where(Document.kind == "visit_pack")).one()
    assert (made.problem, made.pages is not None and made.pages > 20) == ("", True)
    file = cast.ours.get(f"{asked.location}/file")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(file.data)).pages]
    assert len(pages) == made.pages
    assert [number for number, text in enumerate(pages, 1) if f"page {number} of {len(pages)}" not in text] == []
    assert [text for text in pages if "Confidential" not in text] == []
    everything = " ".join(" ".join(pages).split())
    assert ["Ask twice." in everything, "rating 2" in everything, len(re.findall(r"The program:", everything))] == [
        True,
        True,
        116,
    ]
    for where in (f"{asked.location}/file", asked.location, f"/cycles/{cast.cycle.id}/documents/{made.id}/file"):
        assert (where, cast.theirs.get(where).status_code) in [(where, 403), (where, 404)]
    assert (
        cast.ours.get(f"/cycles/{cast.cycle.id}/documents/{made.id}/file").status_code == 404
    )  # not by the plan's door
