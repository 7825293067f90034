"""What followed the submissions of the demo: reviews, plans, signed Statements, recognitions, check-ins."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

from portal.accounts.models import Person
from portal.assessments.queries import answers_of, scorecard_of, submission_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.followup.models import CheckIn
from portal.foundation.database import db
from portal.plans.models import Plan, PlanAction, Priority, Statement
from portal.plans.services import keep_issue, signed_hash
from portal.programs.queries import facts_of
from portal.recognition.models import Award
from portal.reviews.models import Review, ReviewItem, ReviewItemVersion
from rules.asking import Assessment
from rules.duties import add_months
from rules.facts import CycleFacts
from rules.tiers import decide

from .clock import at
from .cycles import DemoCycle
from .plandata import PLANS
from .planforms import DemoPlan
from .reviewdata import REVIEWS, content_of

CHECK_INS = {
    "harbor-2022": (
        (3, date(2023, 3, 14), "phone", "Closing steps are drafted."),
        (6, date(2023, 6, 13), "e-mail", "Two of three priorities are done."),
        (9, date(2023, 9, 12), "phone", "The card for calls to parents is in use."),
        (12, date(2023, 12, 12), "visit", "All priorities met."),
    ),
    "harbor": (
        (3, date(2026, 6, 3), "phone", "The survey is chosen. Sent two articles about feedback to mentors."),
        (6, date(2026, 9, 3), "e-mail", "Ten pairs tried the survey. The weeks for fall and spring are fixed."),
    ),
    "bridgelink": (
        (3, date(2024, 2, 27), "e-mail", "First note to mentors is written."),
        (6, date(2024, 5, 28), "e-mail", "The note went out to all mentors."),
        (9, date(2024, 8, 27), "phone", "The September site day is full; training in person has to wait."),
        (12, date(2024, 11, 26), "phone", "Three priorities on course, one carried over."),
        (15, date(2025, 2, 25), "e-mail", "Quarterly report: the student group met for the first time."),
        (18, date(2025, 5, 27), "e-mail", "Quarterly report: 118 matches, three closed early."),
        (21, date(2025, 8, 26), "e-mail", "Quarterly report: two new mentors' trainings, still online."),
        (24, date(2025, 11, 25), "phone", "Quarterly report: three priorities met, one carried over."),
        (27, date(2026, 2, 24), "e-mail", "Quarterly report: 121 matches."),
        (30, date(2026, 5, 26), "e-mail", "Quarterly report: 120 matches, 11 closed with a talk."),
        (33, date(2026, 8, 25), "e-mail", "Quarterly report: 120 matches. They plan to renew."),
    ),
}


def add_results(demo: DemoCycle, cycle: Cycle, people: dict[str, Person]) -> None:
    """Add everything that followed this cycle's submission to the running transaction."""
    if demo.key not in REVIEWS:
        return
    reviewer = people[REVIEWS[demo.key].reviewer]
    _add_review(demo, cycle, reviewer)
    plan = _add_plan(demo, cycle, reviewer, PLANS[demo.key])
    if demo.signed is not None:
        _add_statement(demo, cycle, plan)
        _add_award(cycle, reviewer, demo.signed)
    for month, day, how, notes in CHECK_INS.get(demo.key, ()):
        db.session.add(
            CheckIn(
                cycle_id=cycle.id,
                month=month,
                done_on=day,
                how=how,
                notes=notes,
                logged_at=at(day, 11, 30),
                logged_by_id=reviewer.id,
            )
        )


def _add_review(demo: DemoCycle, cycle: Cycle, reviewer: Person) -> None:
    data = REVIEWS[demo.key]
    review = Review(
        cycle_id=cycle.id,
        reviewer_id=reviewer.id,
        contact_how=data.contact_how,
        visit_planned_on=demo.visited,
        visit_place=data.place,
        attendees=data.attendees,
        visit_notes=data.notes,
    )
    db.session.add(review)
    db.session.flush()
    for index, item in enumerate(data.items):
        saved = {
            "review_id": review.id,
            "practice_code": item[0],
            "version": 1,
            "save_id": f"demo-{secrets.token_urlsafe(9)}",
            "saved_at": at(demo.visited or cycle.access_on, 14, index % 60),
            "saved_by_id": reviewer.id,
            "content": content_of(item),
        }
        db.session.add_all([ReviewItem(**saved, finding=item[2]), ReviewItemVersion(**saved)])


def _add_plan(demo: DemoCycle, cycle: Cycle, reviewer: Person, data: DemoPlan) -> Plan:
    moment = at(demo.issued or date(2026, 9, 24), 15)
    plan = Plan(
        cycle_id=cycle.id,
        version=1,
        save_id=f"demo-{secrets.token_urlsafe(9)}",
        saved_at=moment,
        saved_by_id=reviewer.id,
        months=data.months,
        overview=data.overview,
        strengths=dict(data.strengths),
        improvements=dict(data.improvements),
        priorities=[
            Priority(
                position=place,
                title=one.title,
                why=one.why,
                practice_codes=list(one.codes),
                outcome=one.outcome,
                actions=[
                    PlanAction(
                        position=step,
                        text=action.text,
                        owner=action.owner,
                        due_month=action.due,
                        done_on=action.done,
                        resource=action.resource,
                    )
                    for step, action in enumerate(one.actions, 1)
                ],
            )
            for place, one in enumerate(data.priorities, 1)
        ],
    )
    db.session.add(plan)
    db.session.flush()
    if demo.issued is not None:
        keep_issue(cycle, plan, moment, reviewer.id)
    return plan


def _add_statement(demo: DemoCycle, cycle: Cycle, plan: Plan) -> None:
    submission = submission_of(cycle)
    if submission is None or demo.issued is None or demo.signed is None:
        raise ValueError(f"The demo's cycle {demo.key} signs before it submits or issues its plan.")
    leader = cycle.program
    db.session.add(
        Statement(
            cycle_id=cycle.id,
            token_hash=hashlib.sha256(secrets.token_bytes(32)).hexdigest(),
            leader_name=leader.key_leader_name,
            leader_email=leader.key_leader_email,
            sent_at=at(demo.issued, 15, 5),
            signed_at=at(demo.signed, 9, 40),
            signer_name=leader.key_leader_name,
            signer_title=leader.key_leader_title,
            content_hash=signed_hash(cycle, plan),
        )
    )


def _add_award(cycle: Cycle, reviewer: Person, day: date) -> None:
    """Let the rules decide, as they would have on the day of the signature, before the award itself."""
    submission, rulebook = submission_of(cycle), rulebook_of(cycle)
    if submission is None:
        raise ValueError("A recognition needs a submitted assessment.")
    facts = CycleFacts(
        today=day,
        access_on=cycle.access_on,
        submitted_on=cycle.submitted_on,
        contacted_on=cycle.contacted_on,
        visited_on=cycle.visited_on,
        plan_issued_on=cycle.plan_issued_on,
        statement_signed_on=day,
    )
    assessment = Assessment(answers_of(cycle), facts_of(cycle.program), facts)
    decision = decide(scorecard_of(cycle), assessment, rulebook)
    if decision.tier is None:
        raise ValueError(f"The rules give {cycle.program.name} no tier: {decision.sentence}")
    db.session.add(
        Award(
            cycle_id=cycle.id,
            tier_key=decision.tier.key,
            tier_name=decision.tier.name,
            awarded_on=day,
            expires_on=add_months(day, rulebook.policy.recognition_months),
            confirmed_at=at(day, 13),
            confirmed_by_id=reviewer.id,
            decision=decision.to_json(),
            rulebook=rulebook.record(),
        )
    )
