"""A confirmed recognition stays byte for byte; what today's rules would say stands apart from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.assessments.queries import scorecard_of
from portal.foundation.database import db
from portal.partnerships.queries import rulebook_of_record
from portal.recognition.queries import award_of, reviewed_assessment_of
from portal.recognition.services import confirm
from rules.codec import canonical_json
from rules.scorecard import evaluate
from rules.tiers import decide
from tests.conftest import StandingClock
from tests.dropins import RAISES, STRICT, drop_in


def frozen(page: str) -> str:
    """Return the part of a page that tells the recognition, without today's line."""
    start, end = page.index('<div class="note good"><p><strong>Expert Partner'), page.index("data-today")
    return page[start:end].rpartition("<div")[0]


@pytest.mark.parametrize(
    ("plugin", "today"),
    [
        (STRICT, "<strong>If it were decided today, by the rules in force now: no tier yet.</strong> Not yet Gold Partner. Ten years are asked for."),
        (RAISES, "<strong>If it were decided today, by the rules in force now: this cannot be said.</strong> No tier can be decided now: strict 1.0.0 could"),
    ],
)  # fmt: skip
def test_stricter_rules_change_todays_line_and_nothing_of_the_award(
    folder: Path, signed: Callable, clock: StandingClock, plugin: str, today: str
) -> None:
    cast = signed()
    drop_in(folder, "strict", plugin)
    award = confirm(cast.cycle.id, cast.reviewer.id, "http://localhost")
    bytes_before = (award.decision, canonical_json(award.rulebook))
    where = {cast.admin: f"/programs/{cast.program.id}", cast.reviewer: f"{cast.at}/recognition"}
    before = {person.id: cast.page(person, address) for person, address in where.items()}
    assert ["If it were decided today" in page for page in before.values()] == [
        False,
        False,
    ]  # nothing new on the same day
    clock.go(days=1)
    before = {person.id: cast.page(person, address) for person, address in where.items()}
    assert all(
        "If it were decided today, by the rules in force now: Expert Partner." in page for page in before.values()
    )
    cast.adopt("strict")
    for person, address in where.items():
        page = cast.page(person, address)
        assert frozen(page) == frozen(before[person.id])
        assert [today in page, "the same answers by National rules 1.0.0, Strict rules 1.0.0." in page] == [True, True]
        assert "It was decided by: National rules 1.0.0. This never changes." in page
    db.session.expire_all()
    award = award_of(cast.cycle)
    assert (award.decision, canonical_json(award.rulebook)) == bytes_before


def test_award_is_readable_after_its_plugin_is_gone(folder: Path, signed: Callable) -> None:
    path = drop_in(folder, "strict", STRICT.replace('"met": False', '"met": True'))
    cast = signed(("strict",))
    confirm(cast.cycle.id, cast.reviewer.id, "http://localhost")
    path.unlink()
    page = cast.page(cast.admin, f"/programs/{cast.program.id}")
    assert "Gold Partner</strong> from October 1, 2026" in page
    assert "If it were decided today, by the rules in force now: this cannot be said." in page


def test_judging_again_from_the_stored_record_gives_the_same_bytes(signed: Callable) -> None:
    cast = signed(not_in_practice=("B.2.4", "E.1.1"))
    award = confirm(cast.cycle.id, cast.reviewer.id, "http://localhost")
    rulebook, assessment = rulebook_of_record(award.rulebook), reviewed_assessment_of(cast.cycle)
    card = evaluate(assessment, rulebook)
    assert card.to_json() == scorecard_of(cast.cycle).to_json()
    assert decide(card, assessment, rulebook).to_json() == award.decision


def test_other_edition_in_force_leaves_today_undetermined(signed: Callable) -> None:
    cast = signed()
    confirm(cast.cycle.id, cast.reviewer.id, "http://localhost")
    cast.adopt(edition="eepm5")
    page = cast.page(cast.admin, f"/programs/{cast.program.id}")
    assert "these answers are to another edition" in page
