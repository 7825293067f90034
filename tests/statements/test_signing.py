"""A key leader reads all of it, confirms, and signs once: over what was read, as the person who was asked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.cycles.models import CycleState
from portal.foundation import clock as now
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder
from portal.foundation.outbox import Message
from portal.plans.models import SignedHow, Statement
from portal.recognition.services import confirm
from portal.reviews.models import Review, ReviewItem
from tests.assessments.amendments import URL, words
from tests.conftest import StandingClock
from tests.statements.statements import SIGNED, Asked


def seen(page: str) -> str:
    return re.search(r'name="seen" value="(\w+)"', page).group(1)


def test_page_shows_answers_basis_and_plan_and_reading_signs_nothing(asked: Asked) -> None:
    reply = asked.leader.get(asked.link)
    said = words(reply.text)
    assert (reply.status_code, reply.headers["Referrer-Policy"], reply.headers["Cache-Control"]) == (
        200, "no-referrer", "no-store",
    )  # fmt: skip
    parts = ("116 answers, as sent on October 1, 2026", "Not in practice", "In practice , rating 4", "of 116 in practice",
             "Counted by:", "Aim B.5.12", "Do it. (Coordinator, March 2027)", "Lee Dorn")  # fmt: skip
    assert [part for part in parts if part not in said] == []
    assert [asked.leader.head(asked.link).status_code, asked.state] == [200, CycleState.PLAN_ISSUED]


def test_leader_confirms_on_a_second_page_before_anything_is_signed(asked: Asked) -> None:
    typed = {"name": "lee dorn", "title": "Director", "seen": seen(asked.leader.get(asked.link).text)}
    second = asked.leader.post(asked.link, data=typed)
    assert (second.status_code, second.headers["Referrer-Policy"], asked.state) == (
        200, "no-referrer", CycleState.PLAN_ISSUED,
    )  # fmt: skip
    assert "Please confirm" in second.text
    back = asked.leader.post(asked.link, data=typed | {"confirm": "no"})
    assert (back.status_code, 'value="lee dorn"' in back.text, asked.state) == (200, True, CycleState.PLAN_ISSUED)
    done = asked.leader.post(asked.link, data=typed | {"confirm": "yes"})
    assert (done.status_code, "It is signed." in done.text, asked.state) == (200, True, CycleState.SIGNED)
    stored = db.session.scalars(select(Statement)).one()
    assert (stored.signer_name, stored.signer_title, stored.how, stored.signed_on, stored.content_hash) == (
        "lee dorn", "Director", SignedHow.LINK, asked.cast.cycle.statement_signed_on, typed["seen"],
    )  # fmt: skip
    receipt = db.session.scalars(select(Message).where(Message.key.like("signed-receipt:%"))).one()
    assert (receipt.to_email, f"{stored.code[:3]}-{stored.code[3:6]}" in receipt.text) == ("lee.dorn@example.org", True)


def test_signing_twice_stores_one_signature(asked: Asked) -> None:
    link = asked.link
    assert [asked.leader.post(link, data=SIGNED).status_code for _ in range(2)] == [200, 200]
    again = asked.leader.get(link)
    assert (again.status_code, "is signed already" in again.text) == (410, True)
    assert len(db.session.scalars(select(Message).where(Message.key.like("signed:%"))).all()) == 1


@pytest.mark.parametrize("name", ["Ana Roe", "Dorn", "Lee", "Lee Dorner", "Leedorn"])
def test_signing_as_another_is_refused_with_a_sentence(asked: Asked, name: str) -> None:
    for confirmed in ({"confirm": "yes"}, {"confirm": ""}):
        reply = asked.leader.post(asked.link, data=SIGNED | {"name": name} | confirmed)
        assert (reply.status_code, "Only Lee Dorn can sign this" in reply.text, f'value="{name}"' in reply.text) == (
            422, True, True,
        )  # fmt: skip
    assert asked.state is CycleState.PLAN_ISSUED


@pytest.mark.parametrize("name", ["LEE  dorn", "Lée Dorn", "Lee A. Dorn"])
def test_same_person_may_write_the_name_a_little_differently(asked: Asked, name: str) -> None:
    assert asked.leader.post(asked.link, data=SIGNED | {"name": name}).status_code == 200
    assert asked.state is CycleState.SIGNED


def test_staff_who_open_the_link_cannot_sign_for_the_leader(asked: Asked) -> None:
    staff, link = asked.cast.client(asked.cast.reviewer), asked.link
    assert [staff.get(link).status_code, "<button>Go on" in staff.get(link).text] == [200, False]
    refused = staff.post(link, data=SIGNED)
    assert (refused.status_code, "member of the partnership" in refused.text, asked.state) == (
        422, True, CycleState.PLAN_ISSUED,
    )  # fmt: skip


def test_answers_plan_or_basis_changed_while_reading_refuse_and_show_the_new_text(asked: Asked) -> None:
    link, cast = asked.link, asked.cast
    typed = SIGNED | {"seen": seen(asked.leader.get(link).text)}

    def refused(part: str, new: str) -> None:
        for confirmed in ("", "yes"):
            reply = asked.leader.post(link, data=typed | {"confirm": confirmed})
            assert [reply.status_code, "has changed since" in reply.text, part in words(reply.text), new in reply.text,
                    'value="Director"' in reply.text, asked.state] == [
                409, True, True, True, True, CycleState.PLAN_ISSUED,
            ]  # fmt: skip
        typed["seen"] = seen(reply.text)

    cast.amend("B.2.3", notes="What the leader noticed.")
    refused("B.2.3", "What the leader noticed.")
    asked.change_plan("Calls to every family")
    refused("Plan: priority 1", "Calls to every family")
    with unit_of_work() as session:
        review = session.scalar(select(Review)) or Review(cycle_id=cast.cycle.id)
        session.add(review)
        session.flush()
        session.add(ReviewItem(review_id=review.id, practice_code="B.2.5", version=1, save_id="item-save-1",
                               saved_at=now.now(), content={"na_accepted": True}))  # fmt: skip
    refused("Basis of the tier: what is accepted as “not applicable”", "Accepted as “not applicable”: B.2.5")
    assert asked.leader.post(link, data=typed).status_code == 200
    signed = db.session.scalars(select(Statement)).one()
    assert (asked.state, signed.answers_number, signed.content_hash) == (CycleState.SIGNED, 2, typed["seen"])


def test_wrong_withdrawn_replaced_and_old_links_each_say_what_is_so(asked: Asked, clock: StandingClock) -> None:
    first, staff, cast = asked.link, asked.cast.client(asked.cast.reviewer), asked.cast

    def said(link: str) -> tuple[int, str]:
        reply = asked.leader.get(link)
        return reply.status_code, re.sub(r".*</h1>\s*<p[^>]*>(.*?)</p>.*", r"\1", reply.text, flags=re.S)

    assert "does not work any more" in said("/statement/made-up")[1]
    staff.post(cast.at(f"statements/{asked.waiting.id}/withdraw"))
    assert (said(first)[0], "took it back" in said(first)[1]) == (410, True)
    staff.post(cast.at("statement/send"), data={"leader_name": "Lee Dorn", "leader_email": "lee@example.org"})
    assert "a newer one took its place" in said(first)[1]
    newest = asked.link
    assert said(newest)[0] == 200
    clock.go(days=61)
    assert (said(newest)[0], "too old" in said(newest)[1]) == (410, True)
    assert [asked.leader.post(link, data=SIGNED).status_code for link in (first, newest)] == [410, 410]
    assert asked.state is CycleState.PLAN_ISSUED
    with pytest.raises(OutOfOrder):
        confirm(cast.cycle.id, cast.reviewer.id, URL)


def test_difference_after_signing_is_listed_with_plan_and_basis(asked: Asked) -> None:
    asked.leader.post(asked.link, data=SIGNED)
    staff, cast = asked.cast.client(asked.cast.reviewer), asked.cast
    number = db.session.scalars(select(Statement.id)).one()
    assert "Nothing has changed since." in staff.get(cast.at(f"statements/{number}")).text
    cast.amend("B.2.5", status="not_in_practice", rating="")
    asked.change_plan()
    page = staff.get(cast.at(f"statements/{number}")).text
    listed = re.findall(r"<li>([^<]*)</li>", page[page.index("differs from") : page.index("</ul>")])
    assert listed == ["B.2.5", "Plan: priority 1", "Basis of the tier: what the rules count",
                      "Basis of the tier: safety gaps"]  # fmt: skip
    assert [part in words(page) for part in ("Aim B.5.4", "Another aim")] == [True, False]  # as it was signed
    assert "The signed version differs from today&#39;s in 4 places" in staff.get(cast.at("statement")).text.replace(
        "today's", "today&#39;s"
    )


def test_confirming_what_differs_from_the_signed_version_needs_a_tick_that_names_the_places(asked: Asked) -> None:
    asked.leader.post(asked.link, data=SIGNED)
    staff, cast = asked.cast.client(asked.cast.reviewer), asked.cast
    assert 'name="differs_seen"' not in staff.get(cast.at("recognition")).text
    asked.change_plan()
    tick = 'name="differs_seen" value="Plan: priority 1"'
    assert tick in staff.get(cast.at("recognition")).text
    for seen in ({}, {"differs_seen": "Plan: priority 2"}):
        reply = staff.post(cast.at("recognition/confirm"), data={"read": "yes"} | seen)
        assert (reply.status_code, "differs from today&#39;s: Plan: priority 1. Nothing" in reply.text) == (422, True)
    assert asked.state is CycleState.SIGNED
    ticked = {"read": "yes", "differs_seen": "Plan: priority 1"}
    assert [staff.post(cast.at("recognition/confirm"), data=ticked).status_code for _ in range(2)] == [303, 303]
    assert asked.state is CycleState.RECOGNIZED
