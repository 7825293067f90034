"""Worksheets: the file is closed to the network, comes back strictly read, and merges answer by answer."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from portal.accounts.models import Person
from portal.assessments import queries, services
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.worksheets.merging import Found, compared
from portal.worksheets.sheet import SheetNotReadable, read_sheet, worksheet_of
from tests.factories import (
    answer_all,
    browser,
    make_cycle,
    make_partnership,
    make_person,
    make_program,
    raw_answer,
    sign_in,
)

CODE, KEY = "B.2.3", "s-2"
HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'


@dataclass(frozen=True)
class Cast:
    """A cycle, two people who answer for it, and a browser of the first."""

    cycle: Cycle
    person: Person
    colleague: Person
    client: FlaskClient


def under_way(app: Flask) -> Cast:
    cycle = make_cycle(make_program(make_partnership()))
    person, colleague = (make_person(Role.CONTRIBUTOR, cycle.program, name) for name in ("Ana Ruiz", "Ben Okoro"))
    return Cast(cycle, person, colleague, browser(app, person))


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(under_way)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cast.cycle


@pytest.fixture
def person(cast: Cast) -> Person:
    return cast.person


@pytest.fixture
def colleague(cast: Cast) -> Person:
    return cast.colleague


@pytest.fixture
def client(cast: Cast) -> FlaskClient:
    return cast.client


def save(cycle: Cycle, person: Person, version: int, code: str = CODE, **parts: Any) -> None:
    services.record_answer(cycle.id, code, raw_answer(**parts), str(version), f"save-{version:04}", person.id)


def state_of(cycle: Cycle) -> dict[str, Any]:
    """Return what a worksheet made now holds."""
    text = worksheet_of(cycle, rulebook_of(cycle).catalogue.section(KEY))
    found: dict[str, Any] = json.loads(text.partition('id="nqms-worksheet">')[2].partition("</script>")[0])
    return found


def typed(state: dict[str, Any], code: str = CODE, **parts: object) -> bytes:
    state["answers"][code] |= parts
    return json.dumps(state).encode()


def bring(client: FlaskClient, cycle: Cycle, content: bytes, name: str = "worksheet.html") -> Any:
    return client.post(f"/cycles/{cycle.id}/worksheets", data={"sheet": (io.BytesIO(content), name)})


def fields(page: str) -> list[tuple[str, str]]:
    """Return the hidden fields of the form to choose, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.partition("<main")[2])
    return [(name, html.unescape(value)) for name, value in found]


def choose(client: FlaskClient, cycle: Cycle, page: str, **choices: str) -> Any:
    data = MultiDict(fields(page))
    for code, choice in choices.items():
        data[f"{code.replace('_', '.')}-choice"] = choice
    kind = "multipart/form-data"
    return client.post(f"/cycles/{cycle.id}/worksheets/{KEY}", data=data, content_type=kind)


def test_file_is_closed_to_the_network_and_runs_only_its_own_script(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    save(cycle, person, 0, notes=HOSTILE)
    reply = client.get(f"/cycles/{cycle.id}/worksheets/{KEY}")
    text = reply.text
    assert reply.headers["Content-Disposition"].startswith("attachment; filename=worksheet-")
    policy = text.partition('Content-Security-Policy" content="')[2].partition('"')[0].replace("&#39;", "'")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert (len(scripts), len(styles)) == (1, 1)
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (styles[0], scripts[0])]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "form-action 'none'; base-uri 'none'"
    )
    assert not re.search(r'(src|href|action)="', text)
    assert "alert(1)</script>" not in text
    assert state_of(cycle)["answers"][CODE]["notes"] == HOSTILE


def test_file_names_nobody_and_every_practice_with_its_version(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    save(cycle, person, 0, notes="Two of us ask.", sub_items=[])
    state = state_of(cycle)
    assert set(state["answers"]) == {one.code for one in rulebook_of(cycle).catalogue.section(KEY).practices}
    assert state["answers"][CODE] == {
        "version": 1, "status": "in_practice", "rating": "4", "na_reason": "", "notes": "Two of us ask.",
        "own_minimum": "", "sub_items": [],
    }  # fmt: skip
    text = client.get(f"/cycles/{cycle.id}/worksheets/{KEY}").text
    assert person.name not in text
    assert person.email not in text


def test_worksheet_that_was_not_touched_changes_nothing(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    save(cycle, person, 0, notes="before")
    content = client.get(f"/cycles/{cycle.id}/worksheets/{KEY}").data
    save(cycle, person, 1, notes="written in the portal since")
    reply = bring(client, cycle, content)
    assert reply.status_code == 200
    assert "Nothing in this worksheet differs" in reply.text


def test_answer_changed_only_in_the_worksheet_is_taken(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    save(cycle, person, 0, notes="before")
    reply = bring(client, cycle, typed(state_of(cycle), notes="line one\nline two", rating="5"))
    assert "1 answer differs from what is stored; 19 are the same" in reply.text
    assert queries.stored_answers(cycle.id)[CODE].version == 1
    for _ in range(2):  # sent twice
        assert choose(client, cycle, reply.text, B_2_3="take").status_code == 303
    row = queries.stored_answers(cycle.id)[CODE]
    assert (row.version, row.content["notes"], row.content["rating"]) == (2, "line one\nline two", 5)
    assert len(queries.versions_of(cycle.id, CODE)) == 2


def test_answer_changed_on_both_sides_is_asked_for(
    client: FlaskClient, cycle: Cycle, person: Person, colleague: Person
) -> None:
    save(cycle, person, 0, notes="before")
    content = typed(state_of(cycle), notes="from the worksheet")
    save(cycle, colleague, 1, notes="from the portal")
    page = bring(client, cycle, content).text
    assert "Both were changed." in page
    assert "by Ben Okoro, after the worksheet was made" in page
    assert re.search(r'value="(take|keep|together)" checked', page) is None
    refused = choose(client, cycle, page)
    assert refused.status_code == 422
    assert "B.2.3: Choose what to keep." in refused.text
    assert "from the worksheet" in refused.text


@pytest.mark.parametrize(
    ("choice", "notes", "versions"),
    [
        ("keep", "from the portal", 2),
        ("take", "from the worksheet", 3),
        ("together", "from the portal\n\nfrom the worksheet", 3),
    ],
)
def test_choice_decides_what_is_stored(
    client: FlaskClient, cycle: Cycle, person: Person, colleague: Person, choice: str, notes: str, versions: int
) -> None:
    save(cycle, person, 0, notes="before")
    content = typed(state_of(cycle), notes="from the worksheet")
    save(cycle, colleague, 1, notes="from the portal")
    page = bring(client, cycle, content).text
    for _ in range(2):  # sent twice
        assert choose(client, cycle, page, B_2_3=choice).status_code == 303
    assert queries.stored_answers(cycle.id)[CODE].content["notes"] == notes
    assert len(queries.versions_of(cycle.id, CODE)) == versions


def test_answer_stored_while_choosing_is_not_replaced(
    client: FlaskClient, cycle: Cycle, person: Person, colleague: Person
) -> None:
    page = bring(client, cycle, typed(state_of(cycle), status="not_in_practice", notes="mine")).text
    save(cycle, colleague, 0, notes="theirs, just now")
    reply = choose(client, cycle, page, B_2_3="take")
    assert reply.status_code == 409
    assert "theirs, just now" in reply.text
    assert "Somebody stored a newer answer in the meantime." in reply.text
    assert queries.stored_answers(cycle.id)[CODE].content["notes"] == "theirs, just now"
    assert choose(client, cycle, reply.text, B_2_3="take").status_code == 303
    assert queries.stored_answers(cycle.id)[CODE].content["notes"] == "mine"


def test_answer_that_cannot_be_stored_is_shown_and_stops_nothing_else(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    state = state_of(cycle)
    state["answers"]["B.2.5"] |= {"status": "in_practice", "rating": "3"}
    page = bring(client, cycle, typed(state, notes="x" * 10_001, status="not_applicable")).text
    assert "cannot be stored as it is" in page
    assert "can hold 10,000 characters" in page
    assert choose(client, cycle, page, B_2_5="take").status_code == 303
    assert set(queries.stored_answers(cycle.id)) == {"B.2.5"}


def test_notes_too_long_together_are_asked_again(
    client: FlaskClient, cycle: Cycle, person: Person, colleague: Person
) -> None:
    content = typed(state_of(cycle), status="in_practice", notes="a" * 6_000)
    save(cycle, colleague, 0, notes="b" * 6_000)
    page = bring(client, cycle, content).text
    reply = choose(client, cycle, page, B_2_3="together")
    assert reply.status_code == 409
    assert "can hold 10,000 characters" in reply.text
    assert "a" * 6_000 in reply.text


def test_saved_html_file_reads_like_its_answers(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    text = client.get(f"/cycles/{cycle.id}/worksheets/{KEY}").text
    before, opening, rest = text.partition('<script type="application/json" id="nqms-worksheet">')
    state = json.loads(rest.partition("</script>")[0])
    changed = typed(state, status="in_practice", notes=HOSTILE).decode().replace("<", "\\u003c")
    sheet = read_sheet((before + opening + changed + "</script></body></html>").encode(), cycle)
    assert sheet.answers[CODE]["notes"] == HOSTILE
    page = bring(client, cycle, json.dumps(state).encode()).text
    assert "alert(1)</script>" not in page
    assert "&lt;img src=x" in page


def test_longest_notes_everywhere_come_back_whole(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    codes = [one.code for one in rulebook_of(cycle).catalogue.section(KEY).practices]
    for code in codes:
        save(cycle, person, 0, code, notes=f"{code} é " * 1_000)
    file = client.get(f"/cycles/{cycle.id}/worksheets/{KEY}").text.replace("\\u00e9", "\\u00e8")
    reply = bring(client, cycle, file.encode())
    assert (reply.status_code, "20 answers differ" in reply.text) == (200, True)
    choices = {code.replace(".", "_"): "take" for code in codes}
    assert choose(client, cycle, reply.text, **choices).status_code == 303
    assert {row.content["notes"][len(code) :][:3] for code, row in queries.stored_answers(cycle.id).items()} == {" è "}


def test_half_a_sign_is_replaced_and_shown(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    reply = bring(client, cycle, typed(state_of(cycle), status="in_practice", notes="broken \ud83d here \x00"))
    assert reply.status_code == 200
    assert "broken \ufffd here" in reply.text


OTHERS = {
    "nothing": (b"  \n", "The file is empty."),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "This is not a worksheet of this portal."),
    "a page": (b"<!doctype html><html><body>hello</body></html>", "This is not a worksheet of this portal."),
    "other json": (b'{"a": 1}', "This is not a worksheet of this portal."),
    "a list": (b"[1, 2]", "This is not a worksheet of this portal."),
    "half a file": (b'{"format": "nqms-worksheet-1", "cy', "This worksheet is damaged"),
    "deep json": (b'{"a":' * 60_000, "This worksheet is damaged"),
    "a long number": (b'{"format": ' + b"9" * 10_000 + b"}", "This worksheet is damaged"),
    "page without end": (
        b'<html><script type="application/json" id="nqms-worksheet">{"format": 1}', "This worksheet is damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_file_that_is_no_worksheet_is_a_sentence(client: FlaskClient, cycle: Cycle, person: Person, name: str) -> None:
    content, sentence = OTHERS[name]
    reply = bring(client, cycle, content)
    assert (reply.status_code, sentence in reply.text) == (422, True)


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "no answers": lambda s: s.pop("answers"),
    "answers in a list": lambda s: s.update(answers=[]),
    "a practice of another section": lambda s: s["answers"].update({"B.3.1": s["answers"][CODE]}),
    "an answer that is a text": lambda s: s["answers"].update({CODE: "in practice"}),
    "a part too many": lambda s: s["answers"][CODE].update(secret="x"),
    "a part too few": lambda s: s["answers"][CODE].pop("notes"),
    "a number as notes": lambda s: s["answers"][CODE].update(notes=7),
    "notes without end": lambda s: s["answers"][CODE].update(notes="x" * 100_001),
    "ticks as a text": lambda s: s["answers"][CODE].update(sub_items="abc"),
    "a tick that is a list": lambda s: s["answers"][CODE].update(sub_items=[["a"]]),
    "a version below nothing": lambda s: s["answers"][CODE].update(version=-1),
    "a version that is a text": lambda s: s["answers"][CODE].update(version="1"),
    "a version that is true": lambda s: s["answers"][CODE].update(version=True),
    "an unknown section": lambda s: s.update(section="nowhere"),
    "a section that is a list": lambda s: s.update(section=[]),
}


@pytest.mark.parametrize("name", WRONG)
def test_worksheet_with_something_else_in_it_is_damaged(cycle: Cycle, name: str) -> None:
    state = state_of(cycle)
    WRONG[name](state)
    with pytest.raises(SheetNotReadable, match="damaged"):
        read_sheet(json.dumps(state).encode(), cycle)


def test_worksheet_of_another_cycle_or_other_practices_is_a_sentence(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    elsewhere = make_cycle(make_program(cycle.program.partnership))
    reply = bring(client, cycle, json.dumps(state_of(elsewhere)).encode())
    assert (reply.status_code, "belongs to another program" in reply.text) == (422, True)
    reply = bring(client, cycle, json.dumps(state_of(cycle) | {"catalogue": "0" * 64}).encode())
    assert (reply.status_code, "The practices were changed since" in reply.text) == (422, True)


def test_file_over_the_limit_is_a_sentence(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="sheet"; filename="w.html"\r\n\r\n' + b"{" * 10_000_000
    reply = client.post(f"/cycles/{cycle.id}/worksheets", data=body, content_type="multipart/form-data; boundary=x")
    assert (reply.status_code, "That was too much at once" in reply.text) == (413, True)
    with pytest.raises(SheetNotReadable, match="too large"):
        read_sheet(b"{" * 1_000_001, cycle)


def test_no_file_is_a_sentence_at_its_field(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    reply = client.post(f"/cycles/{cycle.id}/worksheets", data={})
    assert (reply.status_code, "Choose the worksheet’s file first." in reply.text) == (422, True)


def test_made_up_choices_store_nothing(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    at = f"/cycles/{cycle.id}/worksheets/{KEY}"
    data = {f"{CODE}-base": "0", f"{CODE}-status": "in_practice", f"{CODE}-choice": "perhaps"}
    assert client.post(at, data=data).status_code == 422
    assert client.post(at, data=data | {f"{CODE}-choice": "take"}).status_code == 400  # without its version
    assert client.post(at, data={f"{CODE}-base": "x"}).status_code == 303
    assert client.post(f"/cycles/{cycle.id}/worksheets/nowhere", data=data).status_code == 404
    assert queries.stored_answers(cycle.id) == {}


def test_submitted_assessment_takes_no_worksheet(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    content = typed(state_of(cycle), notes="too late")
    with unit_of_work():
        cycle.state, cycle.submitted_on = CycleState.SUBMITTED, cycle.access_on
    assert bring(client, cycle, content).status_code == 409
    assert "its answers no longer change" in client.get(f"/cycles/{cycle.id}/worksheets").text


def test_reader_may_take_a_worksheet_along_and_bring_none_back(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    sign_in(client, make_person(Role.READER, cycle.program))
    assert client.get(f"/cycles/{cycle.id}/worksheets/{KEY}").status_code == 200
    assert "Bring a worksheet back" not in client.get(f"/cycles/{cycle.id}/worksheets").text
    assert bring(client, cycle, b"{}").status_code == 403


def test_comparing_asks_the_database_as_often_for_one_answer_as_for_twenty(
    cycle: Cycle, person: Person, count_queries: Callable[..., int]
) -> None:
    answer_all(cycle, person)
    section = rulebook_of(cycle).catalogue.section(KEY)
    answers = {code: one | {"notes": "new"} for code, one in state_of(cycle)["answers"].items()}
    versions = {code: one.pop("version") for code, one in answers.items()}
    compared(cycle, section, answers, versions)
    many = count_queries(lambda: compared(cycle, section, answers, versions))
    assert count_queries(lambda: compared(cycle, section, {CODE: answers[CODE]}, {CODE: 1})) == many <= 3
    assert {row.found for row in compared(cycle, section, answers, versions)} == {Found.BOTH}
