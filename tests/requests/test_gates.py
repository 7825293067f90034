"""The steps before access: the needs assessment is sent, the memorandum is signed by all over one exact text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.programs.models import FactsVersion, Program
from portal.programs.services import save_program
from portal.requests.forms import NEEDS
from portal.requests.models import GateSignature, NeedsVersion
from tests.factories import browser, make_person

from .cast import Cast, with_both_sides

SIGNERS = {
    "s1-name": "Lee Dorn", "s1-title": "Director", "s1-email": "lee@example.org",
    "s2-name": "Ana Núñez", "s2-title": "Chair of the board", "s2-email": "ana@example.org",
}  # fmt: skip
SIGNED = {"name": "Lee Dorn", "title": "Director", "confirm": "yes"}


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(with_both_sides, "minnesota", ("minnesota",), Role.PARTNERSHIP_ADMINISTRATOR, "Dana Whit")


@pytest.fixture
def manager(cast: Cast) -> FlaskClient:
    return cast[2]


def reread(program: Program) -> Program:
    db.session.rollback()
    return db.session.get_one(Program, program.id, populate_existing=True)


def links(to: str) -> list[str]:
    found = select(Message.text).where(Message.to_email == to).order_by(Message.id)
    return [re.search(r"http://localhost(/agreement/\S+)", text)[1] for text in db.session.scalars(found)]  # type: ignore[index]


def answers(**changed: str) -> dict[str, str]:
    return {key: f"About {key}." for key in NEEDS} | {"version": "0", "save_id": "one-save-id"} | changed


def test_program_is_told_that_it_may_begin_only_once_no_step_is_left(program: Program, owner, manager) -> None:
    where = (f"/programs/{program.id}", f"/programs/{program.id}/eligibility")
    for left, note in (
        ({}, 'warn"><p><strong>Harbor Light meets every condition. 2 steps are left before it may begin.<'),
        (
            {"mou": "2026-09-01"},
            'warn"><p><strong>Harbor Light meets every condition. 1 step is left before it may begin.<',
        ),
        (
            {"mou": "2026-09-01", "needs_assessment": "2026-09-01"},
            'good"><p><strong>Harbor Light meets every condition and may begin.<',
        ),
    ):
        with unit_of_work():
            db.session.get_one(Program, program.id).gates_passed = left
        pages = [re.sub(r">\s+<", "><", client.get(one).text) for client in (owner, manager) for one in where]
        assert [f'<div class="note {note}' in page for page in pages] == [True] * 4


def test_program_sees_each_step_and_what_it_must_do(program: Program, owner, manager) -> None:
    page = owner.get(f"/programs/{program.id}/gates").text
    assert re.findall(r'<h2 id="gate-(\w+)">[^<]+<span class="tag \w+">([^<]+)<', page) == [
        ("needs_assessment", "not done yet"), ("mou", "not done yet"),
    ]  # fmt: skip
    assert ["Fill in the needs assessment" in page, "It takes 2 signatures." in page] == [True, True]
    assert f'href="/programs/{program.id}/gates"' in owner.get(f"/programs/{program.id}").text
    staff = manager.get(f"/programs/{program.id}/gates").text
    assert ["Fill in the needs assessment" in staff, "Record the day with the program" in staff] == [False, True]
    assert "It takes 2 signatures." in manager.get(f"/programs/{program.id}/access").text


def test_needs_are_a_draft_of_the_program_until_they_are_sent(program: Program, owner, manager) -> None:
    where = f"/programs/{program.id}/gates/needs"
    assert owner.post(where, data=answers(hopes="More <b>mentors</b>", help="")).status_code == 303
    assert "More &lt;b&gt;mentors&lt;/b&gt;" in owner.get(where).text
    assert "mentors&lt;/b&gt;" not in manager.get(f"/programs/{program.id}/gates").text
    missing = owner.post(f"{where}/send", data=answers(hopes="More <b>mentors</b>", help="", version="1"))
    assert (missing.status_code, 'href="#help"' in missing.text, reread(program).gates_passed) == (422, True, {})
    whole = answers(hopes="More <b>mentors</b>", version="1", save_id="two")
    assert [owner.post(f"{where}/send", data=whole).status_code for _ in range(2)] == [303, 303]
    assert reread(program).gates_passed == {"needs_assessment": "2026-10-01"}
    page = manager.get(f"/programs/{program.id}/gates").text
    assert ["More &lt;b&gt;mentors&lt;/b&gt;" in page, "Sent by Tom Ade on October 1, 2026." in page] == [True, True]
    told = db.session.execute(select(Message.to_name, Message.subject)).all()
    assert [tuple(one) for one in told] == [("Dana Whit", "Needs assessment: Harbor Light")]


def test_needs_typed_by_two_at_once_show_both_and_lose_neither(app: Flask, program: Program, owner) -> None:
    where = f"/programs/{program.id}/gates/needs"
    colleague = browser(app, make_person(Role.CONTRIBUTOR, program, name="Ana Núñez"))
    assert colleague.post(where, data=answers(hopes="<Theirs>")).status_code == 303
    clash = owner.post(where, data=answers(hopes="Mine & ours", save_id="other"))
    assert (clash.status_code, "Mine &amp; ours</textarea>" in clash.text) == (409, True)
    assert "Stored meanwhile: &lt;Theirs&gt;" in clash.text
    kept = {(one.content["hopes"], one.refused) for one in db.session.scalars(select(NeedsVersion))}
    assert kept == {("<Theirs>", False), ("Mine & ours", True)}
    assert owner.post(where, data=answers(hopes="Mine & ours", version="1", save_id="third")).status_code == 303
    assert "&lt;Theirs&gt;" in owner.get(where).text  # under "Earlier versions"
    assert colleague.post(f"{where}/send", data=answers(version="2")).status_code == 403


def test_memorandum_is_passed_by_the_last_signature_and_everybody_is_told(program, owner, manager, client) -> None:
    where = f"/programs/{program.id}/gates/mou/signers"
    assert [owner.post(where, data=SIGNERS).status_code for _ in range(2)] == [303, 303]
    assert (len(links("lee@example.org")), len(links("ana@example.org"))) == (1, 1)
    first, second = links("lee@example.org")[0], links("ana@example.org")[0]
    page = client.get(first)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert "Both keep results confidential." in page.text
    bad = client.post(first, data={"name": "Lee <Dorn>", "title": ""})
    assert (bad.status_code, 'value="Lee &lt;Dorn&gt;"' in bad.text) == (422, True)
    assert [client.post(first, data=SIGNED).status_code for _ in range(2)] == [200, 200]
    assert (client.get(first).status_code, reread(program).gates_passed) == (410, {})
    assert client.post(second, data=SIGNED | {"name": "Ana Núñez"}).status_code == 200
    assert reread(program).gates_passed == {"mou": "2026-10-01"}
    assert db.session.scalars(select(FactsVersion)).one().changes == {"gates_passed": [{}, {"mou": "2026-10-01"}]}
    told = select(Message.to_name).where(
        Message.subject == "Signed by all: Memorandum of understanding of Harbor Light"
    )
    assert sorted(db.session.scalars(told)) == ["Dana Whit", "Tom Ade"]
    assert owner.post(where, data=SIGNERS).status_code == 409


def test_another_signatory_gets_a_link_and_the_one_replaced_cannot_sign(program: Program, owner, client) -> None:
    where = f"/programs/{program.id}/gates/mou/signers"
    owner.post(where, data=SIGNERS)
    client.post(links("lee@example.org")[0], data=SIGNED)
    owner.post(where, data=SIGNERS | {"s2-name": "Bo Lind", "s2-email": "bo@example.org"})
    assert client.get(links("ana@example.org")[0]).status_code == 410
    assert len(links("lee@example.org")) == 1  # who signed need not sign again
    client.post(links("bo@example.org")[0], data=SIGNED | {"name": "Bo Lind"})
    assert reread(program).gates_passed == {"mou": "2026-10-01"}


def test_signature_covers_one_exact_text(program: Program, owner, client) -> None:
    where = f"/programs/{program.id}/gates/mou/signers"
    owner.post(where, data=SIGNERS)
    client.post(links("lee@example.org")[0], data=SIGNED)
    save_program(program.partnership_id, {"name": "Harbor Bright"}, None, program.id)  # another party now
    assert client.post(links("ana@example.org")[0], data=SIGNED).status_code == 410
    page = owner.get(f"/programs/{program.id}/gates").text
    assert "The text has changed since links were sent." in page
    owner.post(where, data=SIGNERS)
    assert (len(links("lee@example.org")), len(links("ana@example.org"))) == (2, 2)
    client.post(links("ana@example.org")[1], data=SIGNED)
    assert reread(program).gates_passed == {}  # the signature under the old text does not count
    client.post(links("lee@example.org")[1], data=SIGNED)
    assert reread(program).gates_passed == {"mou": "2026-10-01"}


def test_new_link_replaces_the_old_one_once(program: Program, owner, client) -> None:
    owner.post(f"/programs/{program.id}/gates/mou/signers", data=SIGNERS)
    lee = db.session.scalars(select(GateSignature.id).where(GateSignature.email == "lee@example.org")).one()
    where = f"/programs/{program.id}/gates/mou/signers/{lee}/again"
    assert [owner.post(where).status_code for _ in range(2)] == [303, 303]
    old, new = links("lee@example.org")
    assert [client.get(old).status_code, client.get(new).status_code] == [410, 200]


@pytest.mark.parametrize(
    ("wrong", "field"), [({"s1-name": ""}, "s1-name"), ({"s2-email": "ana"}, "s2-email"), ({"s1-title": " "}, "s1-title"),
                         ({"s2-name": "Lee Dorn", "s2-email": "lee@example.org"}, "s2-name")],
)  # fmt: skip
def test_list_of_signatories_with_a_mistake_comes_back_as_typed(program: Program, owner, wrong, field) -> None:
    reply = owner.post(f"/programs/{program.id}/gates/mou/signers", data=SIGNERS | {"s1-title": "The <Boss>"} | wrong)
    assert (reply.status_code, f'href="#{field}"' in reply.text) == (422, True)
    assert ("The &lt;Boss&gt;" in reply.text) == (field != "s1-title")
    assert db.session.scalars(select(GateSignature)).all() == []


def test_step_recorded_on_paper_ends_the_links(program: Program, owner, client) -> None:
    owner.post(f"/programs/{program.id}/gates/mou/signers", data=SIGNERS)
    save_program(program.partnership_id, {"gates_passed": {"mou": "2026-09-01"}}, None, program.id)
    assert client.get(links("lee@example.org")[0]).status_code == 410
    assert "done on September 1, 2026" in owner.get(f"/programs/{program.id}/gates").text


def test_signatory_gets_five_links_a_day_and_the_list_typed_stays(owner, program) -> None:
    at = f"/programs/{program.id}/gates/mou/signers"
    for number in range(5):
        assert owner.post(at, data=SIGNERS | {"s1-name": f"Lee Dorn {number}"}).status_code == 303
    refused = owner.post(at, data=SIGNERS | {"s1-name": "Lee Dorn the sixth"})
    assert (refused.status_code, 'href="#s1-email"' in refused.text) == (422, True)
    assert ("Please wait a day." in refused.text, "Lee Dorn the sixth" in refused.text) == (True, True)
    db.session.rollback()
    open_now = select(GateSignature.id, GateSignature.name).where(GateSignature.withdrawn_at.is_(None))
    rows = list(db.session.execute(open_now.order_by(GateSignature.id)))
    assert [name for _, name in rows] == ["Ana Núñez", "Lee Dorn 4"]
    assert owner.post(f"{at}/{rows[1][0]}/again").status_code == 409
    assert owner.post(f"{at}/{rows[0][0]}/again").status_code == 303
    sent = select(Message.id).where(Message.to_email == "lee@example.org")
    assert len(list(db.session.scalars(sent))) == 5
