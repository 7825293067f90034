"""What the services of the plan promise: limits, the save protocol, issuing once, and the key leader's link."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.assessments.queries import submission_of
from portal.cycles.models import Cycle, CycleState
from portal.cycles.services import advance
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused
from portal.foundation.outbox import Message
from portal.plans.drafts import draft_of
from portal.plans.forms import ActionDraft, PlanDraft, PriorityDraft, read_month
from portal.plans.models import Plan, PlanIssue, PlanVersion, Statement
from portal.plans.queries import plan_of, proposals_for
from portal.plans.services import LinkOver, PlanChanged, issue_plan, open_link, save_plan, send_statement, sign
from portal.programs.models import Program
from tests.factories import make_partnership, make_person, make_program, submitted_cycle

BASE = "http://localhost"
TODAY = date(2026, 10, 1)


class Cast:
    """One submitted program and the reviewer who writes its plan."""

    def __init__(self) -> None:
        self.program: Program = make_program(make_partnership("riverbend"), name="River Mentors")
        self.admin: Person = make_person(Role.PROGRAM_ADMINISTRATOR, self.program)
        self.reviewer: Person = make_person(Role.REVIEWER, self.program.partnership)
        self.cycle: Cycle = submitted_cycle(self.program, self.admin, not_in_practice=("B.2.4", "B.1.4"))

    def visited(self) -> None:
        with unit_of_work():
            advance(self.cycle, CycleState.CONTACTED, TODAY)
            advance(self.cycle, CycleState.VISITED, TODAY)

    def save(self, draft: PlanDraft, version: int = 0, save_id: str = "plan-save-1") -> Plan:
        return save_plan(self.cycle.id, draft, str(version), save_id, self.reviewer.id)

    def issue(self) -> Plan:
        return issue_plan(self.cycle.id, self.reviewer.id, BASE)

    def link(self) -> str:
        """Return the token in the newest mail to a key leader."""
        newest = select(Message.text).where(Message.key.like("statement:%")).order_by(Message.id.desc())
        line = next(one for one in db.session.scalars(newest).first().splitlines() if one.startswith(BASE))
        return line.removeprefix(f"{BASE}/statement/")


def a_priority(number: int = 1, due: str = "2027-03", codes: str = "B.2.4") -> PriorityDraft:
    action = ActionDraft("Ask the state office", "Ana", due)
    return PriorityDraft(f"Aim {number}", "It protects children.", codes, (action,))


def a_plan(priorities: int = 3, months: str = "12", **changed: object) -> PlanDraft:
    values = {"overview": "Safety first.", "priorities": tuple(a_priority(n) for n in range(1, priorities + 1))}
    return PlanDraft(months, **(values | changed))


def submitted(_app: Flask) -> Cast:
    return Cast()


def visited(app: Flask) -> Cast:
    made = submitted(app)
    made.visited()
    return made


def written(app: Flask) -> Cast:
    """Return the cast with a draft that can be issued."""
    made = visited(app)
    made.save(a_plan())
    return made


def issued(app: Flask) -> Cast:
    made = written(app)
    made.issue()
    return made


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(submitted)


@pytest.mark.parametrize(("priorities", "months"), [(3, "6"), (5, "24")])
def test_plan_at_the_limits_is_issued(staged: Callable[..., Cast], priorities: int, months: str) -> None:
    cast = staged(visited)
    cast.save(a_plan(priorities, months))
    cast.issue()
    assert (cast.cycle.state, cast.cycle.plan_issued_on) == (CycleState.PLAN_ISSUED, TODAY)


@pytest.mark.parametrize(
    ("priorities", "months", "sentence"),
    [
        (2, "12", "A plan has 3 to 5 priorities; this one has 2."),
        (6, "12", "A plan has 3 to 5 priorities; this one has 6."),
        (3, "5", "A plan runs for 6 to 24 months."),
        (3, "25", "A plan runs for 6 to 24 months."),
    ],
)
def test_plan_outside_the_limits_is_kept_as_a_draft(
    staged: Callable[..., Cast], priorities: int, months: str, sentence: str
) -> None:
    cast = staged(visited)
    cast.save(a_plan(priorities, months))
    with pytest.raises(Refused) as refusal:
        cast.issue()
    assert [problem.sentence for problem in refusal.value.problems] == [sentence]
    plan = plan_of(cast.cycle)
    assert (len(plan.priorities), plan.months, plan.issued_at) == (priorities, int(months), None)
    assert cast.cycle.state is CycleState.VISITED


def test_issue_names_every_problem_at_once(staged: Callable[..., Cast]) -> None:
    cast = staged(visited)
    bare = PriorityDraft("", "Only a reason.")
    half = PriorityDraft("Aim", "", "B.2.4", (ActionDraft("Call", "", ""), ActionDraft("", "Ana", "2027-03")))
    cast.save(PlanDraft("", priorities=(bare, half)))
    with pytest.raises(Refused) as refusal:
        cast.issue()
    assert [problem.field for problem in refusal.value.problems] == [
        "months", "p1-title", "p1-title", "p1-codes", "p1-a1-text", "p2-a1-owner", "p2-a1-due", "p2-a2-text",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("due", "fits"), [("2026-09", False), ("2026-10", True), ("2027-04", True), ("2027-05", False)]
)
def test_action_is_due_within_the_months_of_the_plan(staged: Callable[..., Cast], due: str, fits: bool) -> None:
    cast = staged(visited)
    cast.save(PlanDraft("6", priorities=tuple(a_priority(n, due) for n in (1, 2, 3))))
    if fits:
        assert cast.issue().issued_hash != ""
    else:
        with pytest.raises(Refused) as refusal:
            cast.issue()
        assert [problem.field for problem in refusal.value.problems] == ["p1-a1-due", "p2-a1-due", "p3-a1-due"]


@pytest.mark.parametrize("name", ["key_leader_name", "key_leader_email"])
def test_plan_without_a_key_leader_is_not_issued(staged: Callable[..., Cast], name: str) -> None:
    cast = staged(written)
    with unit_of_work():
        setattr(cast.program, name, "")
    with pytest.raises(Refused) as refusal:
        cast.issue()
    assert ["key leader" in problem.sentence for problem in refusal.value.problems] == [True]
    assert cast.cycle.state is CycleState.VISITED


def test_issue_before_the_review_meeting_is_refused(cast: Cast) -> None:
    cast.save(a_plan())
    with pytest.raises(OutOfOrder) as refusal:
        cast.issue()
    assert refusal.value.sentence.startswith("Record the review meeting before the plan is issued.")
    assert (cast.cycle.state, plan_of(cast.cycle).issued_hash) == (CycleState.SUBMITTED, "")
    assert db.session.scalar(select(func.count(Statement.id))) == 0


def test_issue_twice_sends_one_statement(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    with pytest.raises(OutOfOrder):
        cast.issue()
    assert db.session.scalar(select(func.count(Statement.id))) == 1
    assert db.session.scalar(select(func.count(PlanIssue.id))) == 1


def test_two_people_issuing_at_once_make_one_issue(staged: Callable[..., Cast], app: Flask) -> None:
    cast = staged(written)
    cycle_id, other, both = cast.cycle.id, make_person(Role.REVIEWER, cast.program.partnership).id, threading.Barrier(2)

    def issue(by_id: int) -> str:
        with app.app_context():
            both.wait(10)
            try:
                return issue_plan(cycle_id, by_id, BASE).issued_hash
            except OutOfOrder as refusal:
                return refusal.sentence

    people = (cast.reviewer.id, other)
    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(issue, people), key=len)
    assert [said[1].startswith("This step was already taken"), len(said[0])] == [True, 64]
    assert [db.session.scalar(select(func.count(one.id))) for one in (PlanIssue, Statement)] == [1, 1]


def test_save_after_issue_is_refused(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    before = plan_of(cast.cycle).issued_content
    with pytest.raises(OutOfOrder) as refusal:
        cast.save(a_plan(overview="Something else."), 1, "plan-save-2")
    assert "no longer changes" in refusal.value.sentence
    plan = plan_of(cast.cycle)
    assert (plan.overview, plan.issued_content, plan.version) == ("Safety first.", before, 1)


def test_mail_of_an_issued_plan_holds_no_results(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    keys = Message.key.like("issued:%") | Message.key.like("statement:%")
    mails = list(db.session.scalars(select(Message).where(keys).order_by(Message.id)))
    assert sorted(mail.to_email for mail in mails) == sorted([cast.admin.email, "lee.dorn@example.org"])
    for mail in mails:
        assert [word for word in ("Aim", "Safety", "B.2.4", "percent") if word in mail.subject + mail.text] == []


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (PlanDraft("12", priorities=(a_priority(codes="B.2.4, B.9.9"),)), "p1-codes"),
        (PlanDraft("12", priorities=(a_priority(due="2027-13"),)), "p1-a1-due"),
        (PlanDraft("1.5"), "months"),
        (PlanDraft("12", "x" * 10_001), "overview"),
        (PlanDraft("12", "", {"management": "x" * 10_001}), "strengths-management"),
        (PlanDraft("12", priorities=(PriorityDraft("Aim\x00"),)), "p1-title"),  # PostgreSQL cannot store it
        (PlanDraft("12", priorities=(PriorityDraft("Aim", actions=(ActionDraft("Call", "A\x00"),)),)), "p1-a1-owner"),
    ],
)
def test_unreadable_draft_is_refused_and_not_stored(cast: Cast, draft: PlanDraft, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        cast.save(draft)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert plan_of(cast.cycle) is None


def test_incomplete_draft_is_stored(cast: Cast) -> None:
    plan = cast.save(PlanDraft("", "x" * 10_000, priorities=(PriorityDraft("Only an aim"),)))
    assert (plan.version, plan.months, [one.title for one in plan.priorities]) == (1, None, ["Only an aim"])


def test_same_save_again_stores_nothing_twice(cast: Cast) -> None:
    assert [cast.save(a_plan()).version, cast.save(a_plan()).version] == [1, 1]
    assert db.session.scalar(select(func.count(PlanVersion.id))) == 1
    assert len(plan_of(cast.cycle).priorities) == 3


def test_stale_save_keeps_both_texts(cast: Cast) -> None:
    cast.save(a_plan(overview="Theirs."))
    for _ in range(2):  # the late reply of a lost connection is the same reply
        with pytest.raises(PlanChanged):
            cast.save(a_plan(overview="Mine."), 0, "plan-save-2")
    kept = db.session.scalars(select(PlanVersion).order_by(PlanVersion.id))
    assert [(one.content["overview"], one.refused) for one in kept] == [("Theirs.", False), ("Mine.", True)]
    assert plan_of(cast.cycle).overview == "Theirs."


def test_proposals_begin_with_the_safety_gaps(cast: Cast) -> None:
    proposals = proposals_for(cast.cycle).proposed
    assert [one.safety for one in proposals] == sorted((one.safety for one in proposals), reverse=True)
    assert "B.2.4" in proposals[0].practices


def test_key_leader_signs_once(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    token = cast.link()
    signed = sign(token, " Lee  Dorn ", "Director", confirmed=True, base_url="http://localhost")
    assert (signed.signer_name, signed.signer_title) == ("Lee Dorn", "Director")
    assert (cast.cycle.state, cast.cycle.statement_signed_on) == (CycleState.SIGNED, TODAY)
    with pytest.raises(LinkOver):
        sign(token, "Somebody Else", "Director", confirmed=True, base_url="http://localhost")
    assert db.session.scalars(select(Statement)).one().signer_name == "Lee Dorn"
    told = db.session.scalars(select(Message.to_email).where(Message.key.like("signed:%")))
    assert list(told) == [cast.reviewer.email]


def test_sign_names_every_problem_and_leaves_the_link_open(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    with pytest.raises(Refused) as refusal:
        sign(cast.link(), " ", "", confirmed=False, base_url="http://localhost")
    assert [problem.field for problem in refusal.value.problems] == ["name", "title", "confirm"]
    assert open_link(cast.link()).signed_at is None


def test_new_link_withdraws_the_old_one(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    old = cast.link()
    send_statement(cast.cycle.id, "Kim Oday", "kim@example.org", cast.reviewer.id, BASE)
    new = cast.link()
    with pytest.raises(LinkOver):
        sign(old, "Lee Dorn", "Director", confirmed=True, base_url="http://localhost")
    assert sign(new, "Kim Oday", "Chair", confirmed=True, base_url="http://localhost").leader_email == "kim@example.org"
    with pytest.raises(OutOfOrder):
        send_statement(cast.cycle.id, "Kim Oday", "kim@example.org", cast.reviewer.id, BASE)


def test_unknown_link_opens_nothing(cast: Cast) -> None:
    with pytest.raises(LinkOver):
        open_link("made-up")


def test_link_itself_is_not_stored_with_the_statement(staged: Callable[..., Cast]) -> None:
    cast = staged(issued)
    stored = db.session.scalars(select(Statement)).one()
    assert stored.token_hash != cast.link()
    assert submission_of(cast.cycle).content_hash != stored.content_hash != plan_of(cast.cycle).issued_hash


def test_program_hears_of_its_results_as_soon_as_the_leader(staged: Callable[..., Cast]) -> None:
    staged(issued)
    mails = db.session.scalars(select(Message).where(Message.kind.in_(("results-ready", "statement"))))
    assert sorted((one.kind, one.gather_at, one.next_try_at is None) for one in mails) == [
        ("results-ready", None, False), ("statement", None, False),
    ]  # fmt: skip


def test_due_month_is_read_back_as_people_write_it(cast: Cast) -> None:
    cast.save(a_plan())
    months = {action.due for one in draft_of(plan_of(cast.cycle)).priorities for action in one.actions}
    assert (months, read_month("March 2027")) == ({"March 2027"}, date(2027, 3, 1))
