"""A fictional program whose plan is issued and whose Statement of Accuracy waits for its signature, and who reviews it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from portal.accounts.models import Membership, Person
from portal.cycles.models import CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.partnerships.models import Partnership
from portal.plans.services.statements import new_statement
from portal.programs.models import Program
from portal.reviews.models import FindingKind, Review
from portal.reviews.reviewers import Part, Reviewer

from .answers import Sheet
from .clock import at
from .cycles import DemoCycle, add_cycle
from .plandata import PLANS
from .planforms import DemoAction, DemoPlan, DemoPriority
from .results import add_results
from .reviewdata import REVIEWS, DemoReview

ISSUED, WHO = date(2026, 9, 10), "Abel Quist"
FACTS: dict[str, Any] = {
    "name": "Ferry Road Mentors (fictional)", "host": "Ferry Road Community Church (fictional), faith based",
    "place": "Ferry Road, Aldane County", "founded": date(2016, 3, 1), "model": "one-to-one", "settings": ["community"],
    "description": "Adult volunteers meet one young person of 9 to 15 every second week, for a year or longer.",
    "youth_min_age": 9, "youth_max_age": 15, "matches": 31, "mentors": 33, "staff": "1 coordinator",
    "key_leader_name": "Imelda Voss", "key_leader_title": "Chair of the board",
    "key_leader_email": "imelda.voss@example.org", "registered": True, "capacity_confirmed": True, "fictional": True,
}  # fmt: skip
SHEET = Sheet(
    usual=(4, 4, 3, 5, 4),
    absent=frozenset({"B.5.6", "B.6.3", "B.6.7", "M.D.2", "V.6", "E.2.1", "E.2.2", "E.4.2"}),
    notes={
        "B.2.4": "National and registry checks for every mentor before the match.",
        "B.6.3": "It happened twice. We handled it case by case.",
    },
)
CYCLE = DemoCycle(
    "ferry", "ferry", 1, CycleState.PLAN_ISSUED, date(2026, 5, 4), SHEET, (WHO,), date(2026, 6, 29),
    date(2026, 7, 7), date(2026, 8, 28), ISSUED,
)  # fmt: skip
REVIEWS["ferry"] = DemoReview(
    "Ruben Ortega", "Phone", "Ferry Road Community Church", "Imelda Voss, Abel Quist, one mentor", "",
    (
        ("B.2.4", 5, FindingKind.STRENGTH, "Every file we saw held its checks.", "", None),
        ("B.6.3", None, FindingKind.IMPROVE, "Write down what happens when one side is gone.", "", None),
    ),
)  # fmt: skip
PLANS["ferry"] = DemoPlan(
    12,
    "Ferry Road knows its families well. This plan puts endings and calls to parents into writing.",
    {"management": "A board that takes part.", "operations": "Careful screening.", "evaluation": ""},
    {"management": "A second source of money.", "operations": "Endings; calls to parents.", "evaluation": "Surveys."},
    tuple(
        DemoPriority(title, why, (code,), (DemoAction(step, who, due),))
        for title, why, code, step, who, due in (
            ("Write steps for endings in which one side is gone", "It happened twice.", "B.6.3", "Agree on one page",
             "Coordinator", date(2026, 12, 1)),
            ("Hold a closing talk with every mentor", "Some mentors left without one.", "B.6.7",
             "Add the talk to the checklist", "Coordinator", date(2027, 2, 1)),
            ("Use a set guide for calls to parents", "Each call is different.", "B.5.6", "Agree on eight questions",
             "Imelda Voss", date(2027, 4, 1)),
        )
    ),
)  # fmt: skip


def add_outstanding(partnerships: dict[str, Partnership], people: dict[str, Person], base_url: str) -> None:
    """Add the program, its cycle, and the Statement that waits, to the running transaction."""
    program = Program(partnership_id=partnerships["riverbend"].id, created_at=at(date(2026, 4, 20)), **FACTS)
    db.session.add(program)
    db.session.flush()
    abel = Person(
        name=WHO, email="abel.quist@example.org", password_hash="", fictional=True, created_at=program.created_at,
        demo_note="Coordinator, program administrator at Ferry Road",
    )  # fmt: skip
    abel.memberships = [Membership(role=Role.PROGRAM_ADMINISTRATOR, program_id=program.id)]
    db.session.add(abel)
    db.session.flush()
    people = people | {WHO: abel}
    cycle = add_cycle(CYCLE, program, people)
    add_results(CYCLE, cycle, people)
    review = db.session.query(Review).filter_by(cycle_id=cycle.id).one()
    db.session.add(
        Reviewer(
            review_id=review.id, person_id=people["Dana Whitlock"].id, part=Part.SECOND_OPINION,
            assigned_at=at(date(2026, 7, 2)), assigned_by_id=people["Ruben Ortega"].id,
        )
    )  # fmt: skip
    sent, reviewer = at(ISSUED, 15, 5), people["Ruben Ortega"]
    made, token = new_statement(cycle, program.key_leader_name, program.key_leader_email, reviewer.id)
    days = rulebook_of(cycle).policy.statement_link_days
    made.sent_at, made.expires_at = sent, sent + timedelta(days=days)
    db.session.add(
        Message(
            key=f"statement:{made.token_hash[:24]}", partnership_id=program.partnership_id, to_name=made.leader_name,
            to_email=made.leader_email, subject=f"Please sign: Statement of Accuracy for {program.name}", created_at=sent,
            sent_at=sent, tries=1,
            text=f"Hello {made.leader_name},\n\nRiverbend Mentoring Partnership (fictional) asks you, as a key leader, to read "
            f"and sign the Statement of Accuracy for {program.name}. You need no account. The link is personal, works once, "
            f"and for {days} days:\n{base_url}/statement/{token}\n",
        )
    )  # fmt: skip
