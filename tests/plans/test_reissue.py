"""A plan is issued again under a new number: what was issued before stays, and so does what was signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from portal.foundation.database import db
from portal.foundation.errors import OutOfOrder, Refused
from portal.foundation.outbox import Message
from portal.plans.contents import read_content
from portal.plans.differences import Line, differences
from portal.plans.drafts import draft_of
from portal.plans.forms import PlanDraft
from portal.plans.models import PlanIssue, PlanVersion, Statement
from portal.plans.queries import issue_bound_by, issues_of, plan_of
from portal.plans.services import IssuedMeanwhile, LinkOver, open_link, reissue_plan, sign
from tests.plans.test_plan import BASE, Cast, issued, written


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(issued)


def longer(cast: Cast, months: str = "18") -> PlanDraft:
    return replace(draft_of(plan_of(cast.cycle)), months=months)


def again(
    cast: Cast, draft: PlanDraft, reason: str = "Agreed at the mini-review.", seen: int = 1, **more: int
) -> PlanIssue:
    return reissue_plan(cast.cycle.id, draft, reason, seen, f"again-{seen}", cast.reviewer.id, BASE, **more)


def test_issue_keeps_the_answers_that_its_priorities_rest_on(cast: Cast) -> None:
    (first,) = issues_of(plan_of(cast.cycle))
    rests = read_content(first.issued_content).priorities[0].rests_on
    assert (first.number, first.reason) == (1, "")
    assert [(one.code, one.copy, one.version, one.said) for one in rests] == [("B.2.4", 1, 1, "Not in practice")]


def test_second_issue_leaves_the_first_and_the_signature_as_they_were(cast: Cast) -> None:
    sign(cast.link(), "Lee Dorn", "Director", confirmed=True, base_url=BASE)
    rows = [(one.id, [a.id for a in one.actions]) for one in plan_of(cast.cycle).priorities]
    before = plan_of(cast.cycle).issued_content
    second = again(cast, longer(cast))
    plan = plan_of(cast.cycle)
    assert [(one.number, one.reason) for one in issues_of(plan)] == [(1, ""), (2, "Agreed at the mini-review.")]
    assert (issues_of(plan)[0].issued_content, plan.issued_hash, plan.months) == (before, second.issued_hash, 18)
    found = differences(read_content(before), read_content(second.issued_content))
    assert found == (Line("changed", "The plan", "Length", "12 months", "18 months"),)
    assert [(one.id, [a.id for a in one.actions]) for one in plan.priorities] == rows
    assert issue_bound_by(cast.cycle, db.session.scalars(select(Statement)).one()).number == 1
    told = select(Message.to_email).where(Message.key.like(f"issued:{cast.cycle.id}:2:%"))
    assert list(db.session.scalars(told)) == [cast.admin.email]


def test_statement_that_waits_is_sent_anew(cast: Cast) -> None:
    old = cast.link()
    again(cast, longer(cast))
    with pytest.raises(LinkOver):
        open_link(old)
    assert issue_bound_by(cast.cycle, open_link(cast.link())).number == 2


@pytest.mark.parametrize(
    ("months", "reason", "extra", "fields"),
    [("18", " ", 0, ["reason"]), ("25", "More time.", 0, ["months"]), ("12", "Nothing.", 0, ["reason"])],
)
def test_issue_again_is_refused_and_changes_nothing(
    cast: Cast, months: str, reason: str, extra: int, fields: list[str]
) -> None:
    with pytest.raises(Refused) as refusal:
        again(cast, longer(cast, months), reason, extra_months=extra)
    assert [problem.field for problem in refusal.value.problems] == fields
    db.session.rollback()
    assert (plan_of(cast.cycle).months, len(issues_of(plan_of(cast.cycle)))) == (12, 1)


def test_months_that_were_granted_go_beyond_the_policy(cast: Cast) -> None:
    assert again(cast, longer(cast, "27"), "Three months granted.", extra_months=3).number == 2


def test_two_people_issuing_again_make_one_issue_and_keep_both_texts(cast: Cast) -> None:
    mine, theirs = longer(cast), longer(cast, "20")
    first = again(cast, theirs)
    assert again(cast, theirs).id == first.id  # the same form sent twice
    with pytest.raises(IssuedMeanwhile):
        again(cast, mine)
    assert db.session.scalar(select(func.count(PlanIssue.id))) == 2
    kept = db.session.scalars(select(PlanVersion).order_by(PlanVersion.id.desc())).first()
    assert (kept.content["months"], kept.refused, plan_of(cast.cycle).months) == ("18", True, 20)


def test_plan_that_was_never_issued_is_not_issued_again(staged: Callable[..., Cast]) -> None:
    cast = staged(written)
    with pytest.raises(OutOfOrder):
        again(cast, longer(cast))
