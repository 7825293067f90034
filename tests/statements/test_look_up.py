"""The code on a paper tells anybody that it is signed, and staff the whole; wrong codes are slowed down."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.foundation import clock as now
from portal.foundation.codes import new_code
from portal.foundation.database import db, unit_of_work
from portal.plans.models import Statement
from tests.factories import make_cycle
from tests.statements.statements import SIGNED, Asked, make_asked


def facts(client: FlaskClient, code: str) -> tuple[int, list[str]]:
    """Return the status and the facts that the page tells."""
    reply = client.post("/statements", data={"code": code})
    return reply.status_code, re.findall(r"<dd>([^<]*)</dd>", reply.text)


def test_code_tells_program_day_and_whether_it_is_current_and_nothing_else(asked: Asked) -> None:
    code, anybody = asked.waiting.code, asked.cast.app.test_client()
    assert facts(anybody, code) == (404, [])  # sent, not signed
    asked.leader.post(asked.link, data=SIGNED)
    typed = f" {code[:3].lower()}-{code[3:6]} {code[6:]} "
    assert facts(anybody, typed) == (200, ["Harbor Light", "October 1, 2026", "current"])
    page = anybody.post("/statements", data={"code": code}).text
    inside = ("Lee Dorn", "Director", "whole signed version", "/cycles/", "ontent code")
    assert [word for word in inside if word in page] == []
    staff = asked.cast.client(asked.cast.reviewer).post("/statements", data={"code": code}).text
    number = db.session.scalars(select(Statement.id)).one()
    assert f'href="{asked.cast.at(f"statements/{number}")}"' in staff
    program = asked.cast.client(asked.cast.administrator).post("/statements", data={"code": code}).text
    assert "whole signed version" not in program


def test_newer_signed_statement_makes_the_older_one_superseded(asked: Asked) -> None:
    code = asked.waiting.code
    asked.leader.post(asked.link, data=SIGNED)
    cycle = make_cycle(asked.cast.program, number=2)
    with unit_of_work() as session:
        session.add(
            Statement(cycle_id=cycle.id, token_hash="later", leader_name="Lee Dorn", leader_email="", sent_at=now.now(),
                      content_hash="", code=new_code(), signed_at=now.now(), signer_name="Lee Dorn", signer_title="Chair")
        )  # fmt: skip
    assert facts(asked.leader, code)[1][2] == "superseded"


def test_slip_of_the_pen_is_told_and_kept_and_costs_no_try(asked: Asked) -> None:
    code = asked.waiting.code
    slipped = code[1] + code[0] + code[2:] if code[0] != code[1] else code[:-1]
    reply = asked.leader.post("/statements", data={"code": slipped})
    assert (reply.status_code, "compare it sign by sign" in reply.text, f'value="{slipped}"' in reply.text) == (
        422, True, True,
    )  # fmt: skip
    for odd in ("", "\0", "x" * 5000, "<b>"):
        assert asked.leader.post("/statements", data={"code": odd}).status_code == 422


def test_trying_many_codes_is_stopped_for_a_while(asked: Asked, clock) -> None:
    asked.leader.post(asked.link, data=SIGNED)
    good = db.session.scalars(select(Statement.code)).one()
    seen = {facts(asked.leader, new_code())[0] for _ in range(30)}
    assert (seen, facts(asked.leader, new_code())[0], facts(asked.leader, good)[0]) == ({404}, 429, 429)
    clock.go(minutes=16)
    assert facts(asked.leader, good)[0] == 200


def test_signature_is_asked_for_only_after_the_address_was_looked_at(asked: Asked) -> None:
    staff, where = asked.cast.client(asked.cast.reviewer), asked.cast.at("statement/check")
    typed = {"leader_name": "Kim Oday", "leader_email": "kim@example.org", "seen": str(asked.waiting.id)}
    shown = staff.post(where, data=typed)
    assert (shown.status_code, "<strong>kim@example.org</strong>" in shown.text, asked.waiting.leader_name) == (
        200, True, "Lee Dorn",
    )  # fmt: skip
    assert "name another address: lee.dorn@example.org" in shown.text
    refused = staff.post(where, data=typed | {"leader_email": "kim at home"})
    assert (refused.status_code, 'value="kim at home"' in refused.text) == (422, True)
    assert staff.post(asked.cast.at("statement/send"), data=typed).status_code == 303
    assert (asked.waiting.leader_name, asked.waiting.leader_email) == ("Kim Oday", "kim@example.org")


def test_second_of_two_colleagues_is_told_and_the_first_link_goes_on_working(asked: Asked) -> None:
    staff, seen = asked.cast.client(asked.cast.reviewer), str(asked.waiting.id)
    kim, ana = (
        {"leader_name": one, "leader_email": "one@example.org", "seen": seen} for one in ("Kim Oday", "Ana Roe")
    )
    assert staff.post(asked.cast.at("statement/send"), data=kim).status_code == 303
    refused = staff.post(asked.cast.at("statement/send"), data=ana)
    paper = staff.post(asked.cast.at("statement/paper"), data={"paper_name": "Ana Roe", "seen": seen})
    for reply in (refused, paper):
        assert (reply.status_code, "A colleague asked Kim Oday to sign meanwhile" in reply.text) == (422, True)
        assert ('value="Ana Roe"' in reply.text, f'name="seen" value="{asked.waiting.id}"' in reply.text) == (
            True,
            True,
        )
    assert asked.leader.get(asked.link).status_code == 200


@pytest.mark.parametrize("send_to", ["", "an.older@example.org"])
def test_issue_sends_nothing_to_an_address_that_was_not_confirmed(staged: Callable[..., Asked], send_to: str) -> None:
    made = staged(make_asked, send_to)
    page = made.cast.client(made.cast.reviewer).get(made.cast.at("statement")).text
    assert (made.link, "Nobody is asked to sign yet." in page) == ("/statement/", True)
