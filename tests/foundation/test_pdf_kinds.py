"""Papers of one page stay one page, a certificate lies on its side, and what people type is text in every kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.foundation import pdf
from portal.foundation.documents import Paper
from portal.foundation.pdf_book import book
from portal.foundation.printable import printable_text
from tests.foundation.test_pdf import HEAD, made, plan, summary, texts_of

LINE = "La coordinadora revisa cada expediente con el equipo, anota la fecha y el resultado, y pide lo que falta. "
NAME = "Asociación Comunitaria de Mentoría «Señales del Río» de los Condados Unidos del Noroeste y sus Vecinos " * 2
HOSTILE = "<b>bold?</b> <pdf:nextpage/> <img src='data:image/png;base64,AAAA'> file:///etc/passwd @import url(x) {{ 7*7 }} &lt;"
WHO = {
    **HEAD,
    "foot": "Confidential.",
    "edition": "the 4th edition",
    "program": {**HEAD["program"], "name": NAME[:200]},
}
ONE_PAGE: dict[str, dict[str, Any]] = {
    "statement": {
        **WHO, "signers": "a key leader", "text": (LINE * 20)[:2000], "answers_code": "a1", "plan_code": "b2", "months": 12,
        "aims": [(LINE * 2)[:200]] * 5, "leader": NAME[:200], "signed": False, "signer": "", "signer_title": "Director",
        "signed_on": "", "how": "", "covers": "c3", "code": "ABC-DEF-GHJ", "changed": [],
    },
    "certificate": {**WHO, "tier": LINE[:100], "from": "October 1, 2026", "to": "October 1, 2029", "long": True, "code": ""},
    "funder": {
        **WHO, "model": "one-to-one", "ages": "8 to 14", "matches": 40, "founded": 2010, "about": (LINE * 8)[:800],
        "strengths": [LINE[:100]] * 8, "areas": [{"title": "Operations", "text": LINE * 6}], "aims": [(LINE * 2)[:200]] * 5,
        "recognition": "Dedicated Partner", "counts": [["Management", 24, 24]], "made_on": "October 1, 2026",
    },
}  # fmt: skip
SHORT: dict[str, dict[str, Any]] = {  # fits at once
    "statement": {**ONE_PAGE["statement"], "text": LINE, "aims": [LINE]},
    "funder": {**ONE_PAGE["funder"], "about": LINE, "strengths": [LINE], "areas": [], "aims": [LINE]},
}
ANSWER: dict[str, Any] = {
    "code": "B.2.4", "title": "Checks", "statement": "We check records.", "safety": True, "enhancement": False, "mark": "●",
    "answer": "In practice", "na_reason": "", "rating": 4, "rating_words": "done", "own_minimum": "", "notes": "",
    "parts": [{"letter": "a", "text": "State", "covered": True}, {"letter": "b", "text": "National", "covered": False}],
    "evidence": ["Manual.pdf", "List (example.org)"], "finding": "Strength", "finding_text": "Well kept.",
}  # fmt: skip


def answers(*practices: dict[str, Any]) -> dict[str, Any]:
    told = {"practices": 1, "in_practice": 1, "not_in_practice": 0, "not_applicable": 0, "open": 0}
    section = {"key": "s", "title": "Screening", "area": "Operations", "practices": list(practices), "told": told}
    labels = [{"rating": number, "words": "done"} for number in range(1, 6)]
    return {**WHO, "as_of": "", "told": told, "labels": labels, "findings": "delivered", "sections": [section]}


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("kind", list(ONE_PAGE))
def test_paper_of_one_page_is_one_page_with_the_longest_texts(app: Flask, kind: str, paper: Paper) -> None:
    book, text = made(kind, ONE_PAGE[kind], paper)
    long_side = {Paper.LETTER: 792, Paper.A4: 842}[paper]
    box = book.pages[0].mediabox
    assert (len(book.pages), round(float(box.width if kind == "certificate" else box.height))) == (1, long_side)
    assert NAME[:200].strip() in text
    said = {
        "statement": "ABC-DEF-GHJ",
        "certificate": "not certification and not accreditation",
        "funder": "not certification",
    }
    assert said[kind] in text


def test_all_sizes_of_a_page_share_one_time_limit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real drawing is watched: each size gets what the ones before have left, and none more than the whole."""
    given: list[float] = []

    def watched(html: str, fonts: Path, lines: Any, seconds: float, *more: Any) -> tuple[bytes, int]:
        given.append(seconds)
        return book(html, fonts, lines, seconds, *more)

    monkeypatch.setattr(pdf, "book", watched)
    longer = SHORT["funder"] | {"about": "\n".join(map(str, range(160)))}  # over one page in the smallest size too
    _, pages = pdf.render("funder", Paper.A4, longer)
    whole = pdf.FORMS["funder"].seconds
    assert (len(given), pages > 1) == (len(pdf.SCALES), True)
    assert (max(given) <= whole, given == sorted(set(given), reverse=True)) == (True, True)
    monkeypatch.setitem(pdf.FORMS, "funder", pdf.Form(seconds=0, one_page=True))
    with pytest.raises(pdf.DocumentNotMade):
        pdf.render("funder", Paper.A4, longer)


def test_book_prints_answer_parts_notes_files_and_finding(app: Flask) -> None:
    text = made("answers", answers({**ANSWER, "notes": "Twice a year."}))[1]
    for words in ("● In practice ●●●●○ 4 of 5, done", "☑ a. State", "☐ b. National", "Notes: Twice a year.",
                  "Files and links: Manual.pdf; List (example.org)", "Strength: Well kept.", "(safety)"):  # fmt: skip
        assert words in text.replace("\xa0", " ").replace("  ", " ")


@pytest.mark.parametrize("kind", ["answers", "funder", "statement", "certificate", "summary"])
def test_what_people_type_is_text(app: Flask, kind: str) -> None:
    snapshot = {
        "answers": answers({**ANSWER, "notes": HOSTILE}),
        "funder": {**SHORT["funder"], "about": HOSTILE},
        "statement": {**SHORT["statement"], "text": HOSTILE},
        "certificate": {**ONE_PAGE["certificate"], "tier": HOSTILE},
        "summary": summary(strengths=[{"code": "B", "title": "T", "text": HOSTILE}]),
    }[kind]
    book, text = made(kind, snapshot)
    assert HOSTILE in text
    assert sum(len(page.images) for page in book.pages) == 0


def test_writing_without_a_font_is_named_as_a_whole_and_nothing_is_dropped() -> None:
    known = pdf.known_characters()

    def shown(text: str) -> str:
        return printable_text(text, known)

    assert shown("نص عربي تجريبي!") == "[12 signs in Arabic writing; the page on screen shows them]!"
    assert shown("हिन्दी में") == "[9 signs in Devanagari writing; the page on screen shows them]"
    assert (
        shown("漢字測試 and 漢")
        == "[4 signs in Chinese writing; the page on screen shows them] and [cjk unified ideograph-6f22]"
    )
    assert shown("👍🏽 👩‍👧 ❤\ufe0f") == "[thumbs up sign, medium skin tone] [woman, girl] ❤"
    assert shown("🇺🇸") == "[flag letter U, flag letter S]"
    assert shown("a\u202eb\u202c\u200b Nun\u0303ez Nguye\u0302\u0303n") == "ab Nuñez Nguyễn"
    assert shown("\U000f1234") == "[sign U+F1234]"


@pytest.mark.parametrize(("kind", "snapshot"), [
    ("plan", plan(priorities=[{**plan()["priorities"][0], "actions": [
        {"text": LINE * 40, "owner": "W" * 150, "due": "March 2027"}, {"text": "wort" * 75, "owner": "Ana", "due": ""}]}])),
    ("summary", summary(strengths=[{"code": "B.2.4", "title": "Checks", "text": LINE * 40 + "wort" * 75}])),
    ("answers", answers({**ANSWER, "notes": LINE * 40 + "wort" * 75})),
])  # fmt: skip
def test_texts_of_four_thousand_letters_break_over_pages_and_stay_whole(
    app: Flask, kind: str, snapshot: dict[str, Any]
) -> None:
    book, text = made(kind, snapshot)
    assert (text.count("coordinadora"), text.replace(" ", "").count("wort")) == (40, 75)
    fullest = max(map(len, texts_of(book)))
    assert fullest > 2500  # nothing was set smaller or moved on whole
