"""News of a change: reported by the program, read by staff, with nothing deleted."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.programs.models import Program
from portal.requests.models import ChangeNotice

NEWS = {"save_id": "one", "event": "leadership", "happens_on": "2026-11-02", "text": "Our director\r\n<b>retires</b>."}


def notice() -> ChangeNotice:
    db.session.rollback()
    return db.session.scalars(select(ChangeNotice)).one()


def test_change_is_reported_once_read_once_and_both_sides_are_told(program: Program, owner, reviewer) -> None:
    where = f"/programs/{program.id}/changes"
    assert [owner.post(f"{where}/new", data=NEWS).status_code for _ in range(2)] == [303, 303]
    assert (notice().happens_on, notice().text) == (date(2026, 11, 2), "Our director\n<b>retires</b>.")
    page = reviewer.get(where).text
    assert ["Our director<br>&lt;b&gt;retires&lt;/b&gt;." in page, "not read yet" in page] == [True, True]
    read = f"/changes/{notice().id}/read"
    assert owner.post(read).status_code == 403
    assert [reviewer.post(read).status_code for _ in range(2)] == [303, 303]
    assert notice().read_by.name == "Rosa Rey"
    told = db.session.execute(select(Message.to_name, Message.subject).order_by(Message.id)).all()
    assert [tuple(one) for one in told] == [
        ("Rosa Rey", "A change at Harbor Light"), ("Tom Ade", "Your partnership has read your news: Harbor Light"),
    ]  # fmt: skip
    deeds = db.session.scalars(select(AuditEntry.deed).where(AuditEntry.program_id == program.id)).all()
    assert deeds == ["change reported", "change read"]


def test_new_leadership_offers_to_update_the_key_leader(program: Program, owner) -> None:
    link = f'href="/programs/{program.id}/facts#leader"'
    owner.post(f"/programs/{program.id}/changes/new", data=NEWS | {"event": "model"})
    assert link not in owner.get(f"/programs/{program.id}/changes").text
    owner.post(f"/programs/{program.id}/changes/new", data=NEWS | {"save_id": "two"})
    assert link in owner.get(f"/programs/{program.id}/changes").text
    assert 'id="leader"' in owner.get(f"/programs/{program.id}/facts").text


def test_closing_deletes_nothing(program: Program, owner) -> None:
    owner.post(f"/programs/{program.id}/changes/new", data=NEWS | {"event": "closing"})
    assert (notice().event, db.session.get(Program, program.id) is not None) == ("closing", True)
    assert owner.get(f"/programs/{program.id}").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"event": "weather"}, "event"), ({"happens_on": "soon"}, "happens_on"), ({"text": ""}, "text"), ({"text": "x" * 3001}, "text")],
)  # fmt: skip
def test_report_that_cannot_be_stored_comes_back_as_typed(program: Program, owner, wrong, field) -> None:
    typed = NEWS | wrong
    reply = owner.post(f"/programs/{program.id}/changes/new", data=typed)
    assert (reply.status_code, f'href="#{field}"' in reply.text) == (422, True)
    assert [f'value="{typed["happens_on"]}"' in reply.text, 'value="leadership" checked' in reply.text] == [
        True, field != "event",
    ]  # fmt: skip
    assert db.session.scalars(select(ChangeNotice)).all() == []


def test_list_of_changes_takes_as_many_queries_for_three_as_for_one(program: Program, owner, count_queries) -> None:
    counts = []
    for number in range(3):
        owner.post(f"/programs/{program.id}/changes/new", data=NEWS | {"save_id": f"save-{number}"})
        counts.append(count_queries(lambda: owner.get(f"/programs/{program.id}/changes")))
    assert counts[0] == counts[2]
