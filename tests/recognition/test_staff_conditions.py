"""What the rules leave to staff is agreed to with a reason, taken back, and fixed by the recognition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from portal.recognition.changing import decision_now
from portal.recognition.queries import award_of, decision_of, staff_conditions
from portal.recognition.services import Override, override
from rules.tiers import Decision
from tests.dropins import drop_in

BY_HAND = '''
@hookimpl
def nqms_tiers():
    """One tier, for a year, that staff have a say in."""
    return [Tier("silver", "Silver Partner", 1, ("submitted", "spirit"), months=12)]


@hookimpl
def nqms_benefits(tiers):
    """A seat."""
    return [{"tier": "silver", "text": "A seat at the <b>table</b>."}]


@hookimpl
def nqms_texts():
    """Words with the recognition."""
    return {"recognition": "Thank you <3"}


@hookimpl
def nqms_tier_conditions(cycle):
    """Left to staff."""
    met = "spirit" in cycle.staff_agreed
    return [{"key": "spirit", "title": "Good spirit", "met": met, "practices": (), "facts": ("staff_agreed",),
             "sentence": "Staff agreed." if met else "Staff have to agree."}]
'''


@pytest.fixture
def cast(folder: Path, signed: Callable):
    drop_in(folder, "silver", BY_HAND)
    return signed(("silver",))


def test_agreeing_with_a_reason_meets_the_condition_and_is_logged(cast) -> None:
    staff = cast.browser(cast.reviewer)
    assert staff.post(f"{cast.at}/recognition/confirm", data={"read": "yes"}).status_code == 422
    sent = staff.post(f"{cast.at}/recognition/agree", data={"key": "spirit", "reason": " They <i>shine</i>. "})
    assert sent.status_code == 303
    page = cast.page(cast.reviewer, f"{cast.at}/recognition")
    assert f"Agreed by {cast.reviewer.name} on October 1, 2026:</strong> They &lt;i&gt;shine&lt;/i&gt;." in page
    assert "Confirm: Silver Partner for 12 months" in page
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "condition agreed")).one()
    assert (entry.person_id, entry.detail["condition"]) == (cast.reviewer.id, "spirit")


def test_agreeing_without_a_reason_is_refused_with_the_field_marked(cast) -> None:
    reply = cast.browser(cast.reviewer).post(f"{cast.at}/recognition/agree", data={"key": "spirit", "reason": " "})
    assert (reply.status_code, 'href="#reason-spirit"' in reply.text) == (422, True)
    long = cast.browser(cast.reviewer).post(f"{cast.at}/recognition/agree", data={"key": "spirit", "reason": "x" * 501})
    assert (long.status_code, "x" * 501 in long.text) == (422, True)
    db.session.refresh(cast.cycle)
    assert cast.cycle.staff_agreed == {}


def test_condition_that_is_not_left_to_staff_cannot_be_agreed_to(cast) -> None:
    reply = cast.browser(cast.reviewer).post(
        f"{cast.at}/recognition/agree", data={"key": "submitted", "reason": "Yes."}
    )
    assert (reply.status_code, "do not leave this condition to staff" in reply.text) == (422, True)


def test_agreement_can_be_taken_back_until_the_recognition(cast) -> None:
    staff = cast.browser(cast.reviewer)
    agree = {"key": "spirit", "reason": "They shine."}
    staff.post(f"{cast.at}/recognition/agree", data=agree)
    staff.post(f"{cast.at}/recognition/agree", data={"key": "spirit", "then": "take_back"})
    assert staff.post(f"{cast.at}/recognition/confirm", data={"read": "yes"}).status_code == 422
    staff.post(f"{cast.at}/recognition/agree", data=agree)
    assert staff.post(f"{cast.at}/recognition/confirm", data={"read": "yes"}).status_code == 303
    late = staff.post(f"{cast.at}/recognition/agree", data={"key": "spirit", "then": "take_back"})
    assert (late.status_code, "no longer changes" in late.text) == (422, True)


def test_taking_back_what_nobody_agreed_to_leaves_no_trace(cast) -> None:
    staff = cast.browser(cast.reviewer)
    for key in ("spirit", "x" * 10_000, "\0"):
        reply = staff.post(f"{cast.at}/recognition/agree", data={"key": key, "then": "take_back"})
        assert reply.status_code == 303
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "condition taken back")).all() == []


def test_award_lasts_as_long_as_its_tier_and_shows_benefits_and_words_escaped(cast) -> None:
    staff = cast.browser(cast.reviewer)
    staff.post(f"{cast.at}/recognition/agree", data={"key": "spirit", "reason": "They shine."})
    staff.post(f"{cast.at}/recognition/confirm", data={"read": "yes"})
    assert award_of(cast.cycle).expires_on == date(2027, 10, 1)
    page = cast.page(cast.admin, f"/programs/{cast.program.id}")
    assert ["A seat at the &lt;b&gt;table&lt;/b&gt;." in page, "Thank you &lt;3" in page] == [True, True]


def test_staff_agree_also_after_a_recognition_so_that_it_can_move_up(cast) -> None:
    key = staff_conditions(decision_of(cast.cycle))[0].key
    tier = decision_of(cast.cycle).tiers[-1].key
    override(cast.cycle.id, Override(tier, "We trust them."), cast.manager.id, "http://localhost")
    staff = cast.browser(cast.reviewer)
    assert "We agree" in staff.get(f"{cast.at}/recognition").text
    assert staff.post(f"{cast.at}/recognition/agree", data={"key": key, "reason": "They shine."}).status_code == 303
    db.session.refresh(cast.cycle)
    assert (list(cast.cycle.staff_agreed), decision_now(cast.cycle).outcome) == ([key], "awarded")
    assert Decision.from_json(award_of(cast.cycle).decision).outcome == "not_yet"
