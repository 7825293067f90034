"""Wording of letters: complete in both languages, silent about what is confidential, and safe from hostile templates."""

from __future__ import annotations

import re
import string
from datetime import date

import pytest

from portal.foundation import letterpaper
from portal.foundation.languages import LANGUAGES, Phrase, glossary, say
from portal.foundation.wording import Kind, NotUsable, Wording, check, kinds, render, usual

KINDS = kinds()
READY = KINDS["to-review"]
# Names, days, counts, links and two texts to people outside: whoever adds a field says here that it is not confidential.
FIELDS = {
    "again", "answers_link", "by", "changed", "changes_link", "code", "codes", "count", "day", "items", "link", "mark", "meaning",
    "months", "name", "once", "partnership", "place", "program", "question", "reason", "review", "role", "sections", "steps",
    "times", "title", "todo", "told", "until", "when",
}  # fmt: skip
CONFIDENTIAL = (
    "answer",
    "answers",
    "notes",
    "rating",
    "finding",
    "tier",
    "score",
    "result",
    "results",
    "comment",
    "text",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_usual_wording_that_shows_its_fields(language: str) -> None:
    for kind in KINDS.values():
        wording = usual(kind.key, language)
        assert wording is not None, kind.key
        check(kind, wording)
        letter = render(kind, language, kind.samples(language))
        assert (letter.problem, "{" in letter.subject + letter.body, "\n\n\n" in letter.body) == ("", False, False), (
            kind.key
        )
        for missing in kind.fields:  # what may be empty leaves no broken sentence behind
            assert "  " not in render(kind, language, kind.samples(language) | {missing.name: ""}).subject, kind.key


def test_no_kind_has_a_field_for_anything_confidential() -> None:
    assert {one.name for kind in KINDS.values() for one in kind.fields} == FIELDS
    canaries = {name: f"canary-{name}" for name in CONFIDENTIAL}
    for kind in KINDS.values():
        for language in LANGUAGES:
            letter = render(kind, language, kind.samples(language) | canaries)
            assert "canary" not in letter.subject + letter.body
            assert ("canary-reason" in letter.body) is False
        with pytest.raises(NotUsable, match="does not have: rating"):
            check(kind, Wording("One", "".join(f"{{{{ {name} }}}}" for name in kind.needs) + "{{ rating }}"))
    shown = render(READY, "en", READY.samples("en") | {"program": "canary-program"})
    assert "canary-program" in shown.subject  # a canary in a field that may be shown is seen


def test_glossary_keeps_every_place_for_a_value() -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert len(glossary("es")) > 20
    assert [english for english, spanish in glossary("es").items() if places(english) != places(spanish)] == []


def test_values_are_said_in_the_language_and_fall_back_each_by_itself() -> None:
    day = date(2028, 2, 29)
    assert (say(day, "en"), say(day, "es")) == ("February 29, 2028", "29 de febrero de 2028")
    both = (Phrase("reader"), Phrase("Somebody's own {step}"))
    assert say(both, "es") == "- lector o lectora\n- Somebody's own {step}"


def test_letter_without_a_translation_is_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    assert render(READY, "es", READY.samples("es")).subject.startswith("Lista para revisión")
    letter = render(READY, "fr", {"program": "Harbor", "until": date(2026, 10, 15), "link": "http://x"})
    assert letter.subject == "Ready for review: Harbor; please get in touch by October 15, 2026"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("One\n{{ program", "Line 2 of the text cannot be read"),
        ("{{ link }}\n\n{{ program.__class__ }}", "Line 3 of the text uses something that is not open"),
        ("{{ link['x'] }}", "Line 1 of the text uses something"),
        ("{{ link|upper }}", "Line 1 of the text"),
        ("{{ ''.join(link) }}", "Line 1 of the text uses something"),
        ("{{ 'a' * 100000000 }}", "Line 1 of the text uses something"),
        ("{{ link ~ link }}", "Line 1 of the text uses something"),
        ("{% for a in link %}{{ a }}{% endfor %}", "Line 1 of the text uses something"),
        ("{% set a = link %}", "Line 1 of the text uses something"),
        ("{% macro a() %}{% endmacro %}", "Line 1 of the text uses something"),
        ("{% include 'base.html' %}", "Line 1 of the text uses something"),
        ("{% extends 'base.html' %}", "Line 1 of the text uses something"),
        ("{% raw %}{{ x }}{% endraw %}", "The text has to show {{ link }}"),
        ("{{ link }}{{ answers }}", "does not have: answers"),
        ("{{ self }}", "does not have: self"),
        ('{{ "\\ud800" }} {{ link }}', "Line 1 of the text: a field can be compared with a short text"),
        ("{{ link }}\n{% if not program %}{% if 1e400 > program %}x{% endif %}{% endif %}", "Line 2 of the text: a field"),
        ("{{ link }}\udc00", "holds a sign that no mail can carry"),
        ("{% if until %}{{ link }}{% endif %}", "The text has to show {{ link }}"),
        ("Only words", "The text has to show {{ link }} (where to read on)"),
        ("{{ link }}" + "{% if until %}" * 6 + "{% endif %}" * 6, "too many conditions"),
        ("{% if until %}" * 300 + "{% endif %}" * 300, "too many conditions"),
        ("{{ link }}" + "{% if " + "not " * 1900 + "until %}{% endif %}", "too many conditions"),
        ("{{ link }}" + "x" * 8000, "can hold 8,000 characters"),
        ("", "The text is empty."),
    ],
)  # fmt: skip
def test_wording_that_could_do_harm_or_is_of_no_use_is_refused_with_its_line(body: str, sentence: str) -> None:
    with pytest.raises(NotUsable, match=re.escape(sentence)):
        check(READY, Wording("A subject", body))
    with pytest.raises(NotUsable, match="Line 1 of the subject"):
        check(READY, Wording("{{ program.name }}", "{{ link }}"))


def test_letter_of_very_many_short_lists_is_shown_whole() -> None:
    shown = letterpaper.as_html("- a\nb\n" * 2500, "http://here")
    assert (shown.count("<li>a</li>"), shown.count("<p>b</p>")) == (2500, 2500)


def test_wording_that_breaks_later_gives_way_to_the_usual_one_and_is_named() -> None:
    values = {"program": "Harbor", "until": date(2026, 10, 15), "link": "http://x"}
    own = Wording("News of {{ program }}", "Hello {{ gone_by_now }} {{ link }}")
    letter = render(READY, "en", values, own)
    assert letter.subject == "Ready for review: Harbor; please get in touch by October 15, 2026"
    assert "does not have: gone_by_now" in letter.problem
    assert render(READY, "en", values, Wording("News of {{ program }}", "{{ link }}")).subject == "News of Harbor"
    unknown = Kind("no-such-kind", "None", "", READY.fields, READY.needs, False, False)
    assert render(unknown, "es", values).body.endswith("http://x")  # a mail is never lost by its wording


def test_letter_as_html_is_escaped_and_links_to_this_portal_alone() -> None:
    here = "http://localhost"
    text = f"Hello <b>,\n\nRead {here}/a?b=1&c=2.\nOr http://localhost.evil.example/x\n\nTitle\n-----\n- one\n- two\n\n-- \nEnd"
    assert letterpaper.as_html(text, here) == (
        "<p>Hello &lt;b&gt;,</p>\n"
        '<p>Read <a href="http://localhost/a?b=1&amp;c=2">http://localhost/a?b=1&amp;c=2</a>.<br>\n'
        "Or http://localhost.evil.example/x</p>\n<h2>Title</h2>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<hr>\n<p>End</p>"
    )
    page = letterpaper.page("</title><script>", "x", "es", here)
    assert ("<script" in page, page.count("&lt;script&gt;"), 'lang="es"' in page) == (False, 1, True)
