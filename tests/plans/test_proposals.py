"""Proposals for the plan: those of the rules, marked where they help to reach the next tier, and what only helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.access import Role
from portal.plans.drafts import in_plan, listed
from portal.plans.forms import PlanDraft, PriorityDraft
from portal.plans.queries import Proposal, proposals_for
from rules.results import Trace
from tests.factories import browser, make_partnership, make_person, make_program, sign_in, submitted_cycle

ENHANCED = """
from rules import Tier, hookimpl
RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Enhanced"
@hookimpl
def nqms_tiers():
    return [Tier("bright", "Bright Partner", 1, ("submitted", "bright"))]
@hookimpl
def nqms_tier_conditions(answers):
    rated = [code for code in ("E.1.1", "B.2.4") if (answers[code].rating or 0) < 5]
    return [{"key": "bright", "title": "Bright", "met": not rated, "practices": rated, "sentence": "It is asked for."}]
"""


def with_gaps(app: Flask) -> tuple[Cycle, FlaskClient]:
    """Return a cycle with a safety gap, one more gap in the core and one outside it, and the reviewer's browser."""
    program = make_program(make_partnership("riverbend"))
    admin = make_person(Role.PROGRAM_ADMINISTRATOR, program)
    cycle = submitted_cycle(program, admin, ("B.2.4", "B.1.2", "E.1.1"))
    return cycle, browser(app, make_person(Role.REVIEWER, program.partnership))


def test_proposals_of_the_rules_are_marked_and_none_is_doubled(
    staged: Callable[..., tuple[Cycle, FlaskClient]],
) -> None:
    cycle, _ = staged(with_gaps)
    proposals = proposals_for(cycle).proposed
    assert [(one.practices, one.helps) for one in proposals] == [
        (("B.2.4",), "Expert Partner"), (("B.1.2",), "Expert Partner"), (("E.1.1",), ""),
    ]  # fmt: skip


def test_practice_that_no_rule_proposes_is_offered_when_it_helps(make_app, tmp_path: Path) -> None:
    (tmp_path / "enhanced.py").write_text(ENHANCED)
    app = make_app(RULES_FOLDER=str(tmp_path))
    with app.app_context():
        program = make_program(make_partnership("riverbend", ("enhanced",)))
        reviewer: Person = make_person(Role.REVIEWER, program.partnership)
        cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program), ("B.2.4",))
        first, second = proposals_for(cycle).proposed
        assert (first.practices, first.safety, first.helps) == (("B.2.4",), True, "Bright Partner")
        assert (second.practices, second.safety, second.helps) == (("E.1.1",), False, "Bright Partner")
        assert second.why == "E.1.1 is rated 4."
        client = app.test_client()
        sign_in(client, reviewer)
        at = f"/cycles/{cycle.id}/plan"
        assert client.get(at).text.count("Would help to reach Bright Partner.") == 2
        fields = {"version": "0", "save_id": "plan-save-1", "months": "12", "add": "E.1.1"}
        assert client.post(at, data=fields).status_code == 303
        assert 'name="plan-p1-codes" value="E.1.1"' in client.get(at).text


TRACE = Trace("national", "1.0.0", "core-gap", ("B.2.4",), "Why.")


def test_list_is_cut_but_what_helps_is_still_listed() -> None:
    plain = tuple(Proposal(f"Aim {n}", ("B.2.4",), "Why.", False, TRACE) for n in range(20))
    helping = tuple(Proposal(f"Help {n}", ("B.2.4",), "Why.", False, TRACE, "Expert Partner") for n in range(8))
    assert listed((*plain, *helping)) == (*plain[:12], *helping[:6])


def test_proposal_inside_a_priority_with_other_practices_is_in_the_plan() -> None:
    both, split, other = (
        Proposal("Aim", codes, "Why.", False, TRACE) for codes in (("B.5.5",), ("B.5.5", "B.1.2"), ("B.5",))
    )
    draft = PlanDraft(priorities=(PriorityDraft("One", codes="B.5.6, b.5.5"), PriorityDraft("Two", codes="B.1.2")))
    assert in_plan(draft, (both, split, other)) == {("B.5.5",)}


def test_editor_with_the_most_priorities_says_so_and_adds_none(
    staged: Callable[..., tuple[Cycle, FlaskClient]],
) -> None:
    cycle, client = staged(with_gaps)
    at = f"/cycles/{cycle.id}/plan"
    full = "There are 5 priorities, the most there can be. Take one out to add another."
    for version, count, expected in ((0, 4, [False, True, 1]), (1, 5, [True, False, 1])):
        fields = {"version": str(version), "save_id": f"plan-save-{version}", "months": "12"}
        fields |= {f"p{n}-title": f"Aim {n}" for n in range(1, count + 1)} | {"p1-codes": "B.2.4, B.2.5"}
        assert client.post(at, data=fields).status_code == 303
        page = client.get(at).text
        assert [full in page, 'name="add"' in page, page.count('<span class="tag good">in the plan</span>')] == expected
