"""The cross-check table of the six fictional programs, row by row, as the product computes it on 1 October 2026."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.assessments.queries import answers_of, assessment_of, scorecard_of, submission_of
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import cycles_of, local_today, open_duties, rulebook_of
from portal.followup.models import CheckIn
from portal.foundation.database import db
from portal.partnerships.queries import current_rulebook
from portal.plans.models import Plan, Statement
from portal.programs.queries import eligibility_of
from portal.recognition.models import Award
from rules.duties import Due
from rules.tiers import Decision, decide

from .conftest import newest_cycle, program_named

TODAY = date(2026, 10, 1)


def duties(cycle: Cycle) -> dict[str, Due]:
    """Return the first open duty of each kind."""
    done = tuple(db.session.scalars(select(CheckIn.month).where(CheckIn.cycle_id == cycle.id)))
    first: dict[str, Due] = {}
    for due in open_duties(cycle, done):
        first.setdefault(due.kind, due)
    return first


def award_of(cycle: Cycle) -> Award | None:
    return db.session.scalar(select(Award).where(Award.cycle_id == cycle.id))


def decided_now(cycle: Cycle) -> Decision:
    return decide(scorecard_of(cycle), assessment_of(cycle), rulebook_of(cycle))


@pytest.mark.parametrize(
    ("name", "eligible"),
    [
        ("Harbor Light", True),
        ("Maple Street", True),
        ("Circle of Elders", True),
        ("Step Up", True),
        ("BridgeLink", True),
        ("Fresh Tracks", False),
    ],
)
def test_eligibility_of_each_program(demo: Flask, name: str, eligible: bool) -> None:
    assert eligibility_of(program_named(name)).eligible == eligible


def test_harbor_light_is_expert_with_next_check_in_on_3_december(demo: Flask) -> None:
    cycle = newest_cycle("Harbor Light")
    award = award_of(cycle)

    assert (cycle.state, local_today(cycle)) == (CycleState.RECOGNIZED, TODAY)
    assert award is not None
    assert (award.tier_key, award.awarded_on, award.expires_on) == ("expert", date(2026, 3, 11), date(2029, 3, 11))
    assert Decision.from_json(award.decision).outcome == "awarded"
    found = duties(cycle)
    assert (found["check_in"].title, found["check_in"].on) == ("9-month check-in", date(2026, 12, 3))
    assert found["mini_review"].on == date(2027, 3, 3)
    assert min(found.values(), key=lambda due: due.on).kind == "check_in"


def test_harbor_light_has_its_lowest_ratings_where_its_plan_is(demo: Flask) -> None:
    cycle = newest_cycle("Harbor Light")
    card, answers = scorecard_of(cycle), answers_of(cycle)
    plan = db.session.scalars(select(Plan).where(Plan.cycle_id == cycle.id)).one()
    actions = [action for priority in plan.priorities for action in priority.actions]

    assert card.core.in_practice == card.core.applicable == 82
    assert card.safety_gaps == ()
    assert {code for code, one in answers.items() if one.rating is not None and one.rating <= 3} == {
        "B.5.4",
        "B.5.12",
        "V.6",
    }
    assert (plan.months, len(plan.priorities), len(actions)) == (18, 3, 7)
    assert sum(action.done_on is not None for action in actions) == 3
    assert [code for priority in plan.priorities for code in priority.practice_codes] == [
        "B.5.4",
        "V.4",
        "B.5.12",
        "V.6",
    ]


def test_harbor_light_was_dedicated_in_2022(demo: Flask) -> None:
    earlier = cycles_of(program_named("Harbor Light").id)[1]
    award = award_of(earlier)

    assert award is not None
    assert (earlier.state, award.tier_key, award.awarded_on.year) == (CycleState.CLOSED, "dedicated", 2022)
    assert (scorecard_of(earlier).benchmarks.in_practice, scorecard_of(earlier).benchmarks.applicable) == (41, 48)


def test_maple_street_has_four_safety_gaps_and_contact_due_in_five_days(demo: Flask) -> None:
    cycle = newest_cycle("Maple Street")
    card, found = scorecard_of(cycle), duties(cycle)

    assert cycle.state is CycleState.SUBMITTED
    assert award_of(cycle) is None
    assert sorted(code for gap in card.safety_gaps for code in gap.practices) == ["B.2.4", "B.2.5", "B.3.1", "B.5.5"]
    assert (found["contact"].on, found["contact"].days_left(TODAY)) == (date(2026, 10, 6), 5)
    assert (found["visit"].on, found["visit"].until) == (date(2026, 10, 20), date(2026, 11, 3))
    assert (card.benchmarks.in_practice, card.benchmarks.applicable) == (33, 47)


def test_maple_street_gives_reasons_for_what_does_not_apply(demo: Flask) -> None:
    answers = answers_of(newest_cycle("Maple Street"))
    reasons = {code: one.na_reason for code, one in answers.items() if one.status == "not_applicable"}

    assert set(reasons) == {"B.1.5", "E.2.2", "E.2.3", "E.4.4"}
    assert all(reasons.values())
    assert answers["B.2.7"].own_minimum == "45 minutes every Wednesday, about 3 hours a month"
    assert answers["B.6.9"].rating == 1


def test_circle_of_elders_is_58_percent_done_and_advice_ends_9_october(demo: Flask) -> None:
    from portal.assessments.queries import progress_of
    from portal.teamwork.queries import team_of

    cycle = newest_cycle("Circle of Elders")
    confirmed = team_of(cycle.id, 0).confirmed
    progress = progress_of(rulebook_of(cycle).catalogue, answers_of(cycle), confirmed)

    assert (cycle.state, award_of(cycle), submission_of(cycle)) == (CycleState.IN_PROGRESS, None, None)
    assert (progress.complete, progress.total, progress.percent) == (67, 116, 58)
    assert [(one.section.key, one.state) for one in progress.sections if one.state != "Completed"] == [
        ("s-3", "All answered, please confirm"),
        ("s-4", "In progress"),
        ("s-5", "Not started"),
        ("s-6", "Not started"),
        ("v", "Not started"),
    ]
    advice = duties(cycle)["advised_finish"]
    assert (advice.on, advice.until) == (date(2026, 9, 25), date(2026, 10, 9))


def test_circle_of_elders_is_answered_by_two_people_and_two_items_wait(demo: Flask) -> None:
    from portal.assessments.queries import stored_answers

    rows = stored_answers(newest_cycle("Circle of Elders").id)

    assert {row.saved_by.name for row in rows.values() if row.saved_by} == {"Winona Redfeather-Clark", "Josiah Bell"}
    assert {code for code, row in rows.items() if "Awaiting the director" in row.content["notes"]} == {"B.4.1", "B.4.3"}
    assert rows["B.2.7"].content["own_minimum"].startswith("5 hours a month")


def test_step_up_is_three_days_late_and_has_no_tier_without_its_statement(demo: Flask) -> None:
    cycle = newest_cycle("Step Up")
    card, results = scorecard_of(cycle), duties(cycle)["results"]
    decision = decided_now(cycle)

    assert (cycle.state, award_of(cycle)) == (CycleState.VISITED, None)
    assert (results.on, results.days_late(TODAY)) == (date(2026, 9, 28), 3)
    assert (card.benchmarks.in_practice, card.benchmarks.applicable) == (42, 47)
    assert (decision.outcome, decision.tier) == ("not_yet", None)
    unmet = {one.key for tier in decision.tiers for one in tier.conditions if not one.met}
    assert unmet == {"plan", "signed", "all-core"}
    assert db.session.scalars(select(Statement).where(Statement.cycle_id == cycle.id)).all() == []


def test_step_up_drafts_the_most_priorities_and_its_reviewer_accepted_what_does_not_apply(demo: Flask) -> None:
    from portal.reviews.models import Review, ReviewItem

    cycle = newest_cycle("Step Up")
    plan = db.session.scalars(select(Plan).where(Plan.cycle_id == cycle.id)).one()
    item = db.session.scalars(
        select(ReviewItem).join(Review).where(Review.cycle_id == cycle.id, ReviewItem.practice_code == "B.2.4")
    ).one()
    answers = answers_of(cycle)

    assert (plan.issued_at, plan.months, len(plan.priorities)) == (None, 12, 5)
    assert {priority.practice_codes[0] for priority in plan.priorities} == {"B.5.5", "B.6.8", "B.5.1", "E.3.4", "M.E.1"}
    assert (answers["B.2.4"].status, answers["E.2.5"].status) == ("not_applicable", "not_applicable")
    assert (item.content["na_accepted"], answers["E.4.1"].status) == (True, "in_practice")


def test_bridgelink_is_quality_partner_for_65_more_days(demo: Flask) -> None:
    cycle = newest_cycle("BridgeLink")
    award = award_of(cycle)

    assert award is not None
    assert (award.tier_name, award.awarded_on, award.expires_on) == (
        "Quality Partner",
        date(2023, 12, 5),
        date(2026, 12, 5),
    )
    assert duties(cycle)["expiry"].days_left(TODAY) == 65
    assert (scorecard_of(cycle).benchmarks.in_practice, scorecard_of(cycle).benchmarks.applicable) == (45, 48)


def test_bridgelink_met_three_priorities_and_carried_one_over(demo: Flask) -> None:
    cycle = newest_cycle("BridgeLink")
    plan = db.session.scalars(select(Plan).where(Plan.cycle_id == cycle.id)).one()
    answers = answers_of(cycle)

    assert (plan.months, sorted(priority.outcome.value for priority in plan.priorities if priority.outcome)) == (
        24,
        ["carried_over", "met", "met", "met"],
    )
    assert (answers["B.3.1"].status, answers["B.4.3"].status) == ("not_in_practice", "in_practice")
    assert answers["B.2.7"].own_minimum == "2.5 hours a month, online"


def test_northlake_has_its_own_rules(demo: Flask) -> None:
    policy = current_rulebook(program_named("BridgeLink").partnership).policy

    assert ([gate.key for gate in policy.gates], policy.review_kind, policy.report_every_months) == (
        ["mou"],
        "meeting",
        3,
    )
    assert [tier.name for tier in current_rulebook(program_named("BridgeLink").partnership).tiers] == [
        "Quality Partner"
    ]
    assert current_rulebook(program_named("Harbor Light").partnership).policy.gates == ()


def test_fresh_tracks_is_eligible_from_march_2027(demo: Flask) -> None:
    program = program_named("Fresh Tracks")
    found = eligibility_of(program)

    assert cycles_of(program.id) == []
    assert (found.eligible, found.eligible_from) == (False, date(2027, 3, 1))
    assert len([one for one in found.verdicts if one.met is False]) == 1


def test_fresh_tracks_founded_earlier_is_held_back_by_the_age_of_its_youth(demo: Flask) -> None:
    program = program_named("Fresh Tracks")
    program.founded, program.youth_min_age, program.youth_max_age = date(2025, 3, 1), 16, 20
    found = eligibility_of(program)

    refused = [one for one in found.verdicts if one.met is False]
    assert (found.eligible, found.eligible_from, len(refused)) == (False, None, 1)
    assert "18" in refused[0].sentence
    db.session.rollback()


def test_maple_street_asks_to_change_two_answers(demo: Flask) -> None:
    from portal.assessments.amendments import copies_of, under_way

    cycle = newest_cycle("Maple Street")
    asked = under_way(cycle)

    assert asked is not None
    assert (asked.state, asked.asked_codes, cycle.reopened) == ("asked", ["B.2.7", "B.6.9"], [])
    assert [copy.number for copy in copies_of(cycle)] == [1]


def test_step_up_changed_two_answers_after_its_visit_and_its_reviewer_has_to_look(demo: Flask) -> None:
    from portal.assessments.amendments import copies_of
    from portal.assessments.models import Judgement
    from portal.reviews.changed import changed_answers

    cycle = newest_cycle("Step Up")
    causes = select(Judgement.cause).where(Judgement.cycle_id == cycle.id).order_by(Judgement.id)

    assert [copy.number for copy in copies_of(cycle)] == [1, 2]
    assert [(one.practice.code, one.again, one.reviewed) for one in changed_answers(cycle)] == [
        ("B.2.5", True, False), ("B.3.1", True, True),
    ]  # fmt: skip
    assert db.session.scalars(causes).all() == ["submitted", "amended"]
