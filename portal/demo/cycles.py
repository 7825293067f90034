"""The cycles of the demo: their days, their answers, and the frozen copies of those that were submitted."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.accounts.models import Person
from portal.assessments.models import AnswerVersion, Judgement, StoredAnswer, Submission
from portal.assessments.services import freeze
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation.database import db
from portal.partnerships.queries import current_rulebook
from portal.programs.models import Program
from portal.programs.queries import facts_of
from rules.answers import Answer
from rules.asking import Assessment
from rules.eligibility import judge_eligibility
from rules.facts import CycleFacts
from rules.scorecard import Scorecard, evaluate

from .amended import SENT, add_changes, add_request, before_changes
from .answers import Sheet, answers_from
from .clock import at
from .evidence import add_evidence
from .sheets import bridgelink, circle_of_elders, harbor_light, maple_street, step_up


@dataclass(frozen=True, slots=True)
class DemoCycle:
    """One cycle: whose, which number, where it stands, its days in the order of the steps, and its answers."""

    key: str
    program: str
    number: int
    state: CycleState
    access: date
    sheet: Sheet
    answered_by: tuple[str, ...]
    submitted: date | None = None
    contacted: date | None = None
    visited: date | None = None
    issued: date | None = None
    signed: date | None = None
    closed: date | None = None


CYCLES = (
    DemoCycle(
        "harbor-2022",
        "harbor",
        1,
        CycleState.CLOSED,
        date(2022, 9, 6),
        harbor_light.FIRST,
        ("Tom Adeyemi",),
        date(2022, 10, 31),
        date(2022, 11, 8),
        date(2022, 12, 1),
        date(2022, 12, 13),
        date(2022, 12, 20),
        date(2025, 11, 17),
    ),
    DemoCycle(
        "harbor",
        "harbor",
        2,
        CycleState.RECOGNIZED,
        date(2025, 11, 17),
        harbor_light.SECOND,
        ("Tom Adeyemi", "Tom Adeyemi", "Marisol Keane"),
        date(2026, 1, 12),
        date(2026, 1, 20),
        date(2026, 2, 18),
        date(2026, 3, 3),
        date(2026, 3, 11),
    ),
    DemoCycle(
        "maple",
        "maple",
        1,
        CycleState.SUBMITTED,
        date(2026, 7, 3),
        maple_street.SHEET,
        ("Lena Brandt",),
        date(2026, 9, 22),
    ),
    DemoCycle(
        "circle-2021",
        "circle",
        1,
        CycleState.CLOSED,
        date(2021, 8, 20),
        circle_of_elders.FIRST,
        ("Winona Redfeather-Clark",),
        date(2021, 10, 15),
        date(2021, 10, 25),
        date(2021, 11, 20),
        date(2021, 12, 2),
        date(2021, 12, 14),
        date(2026, 8, 14),
    ),
    DemoCycle(
        "circle",
        "circle",
        2,
        CycleState.IN_PROGRESS,
        date(2026, 8, 14),
        circle_of_elders.SHEET,
        ("Winona Redfeather-Clark", "Winona Redfeather-Clark", "Josiah Bell"),
    ),
    DemoCycle(
        "stepup",
        "stepup",
        1,
        CycleState.VISITED,
        date(2026, 6, 8),
        step_up.SHEET,
        ("Grace Mbeki",),
        date(2026, 8, 3),
        date(2026, 8, 13),
        date(2026, 9, 14),
    ),
    DemoCycle(
        "bridgelink",
        "bridgelink",
        1,
        CycleState.RECOGNIZED,
        date(2023, 8, 21),
        bridgelink.SHEET,
        ("Hannah Lindqvist",),
        date(2023, 10, 16),
        date(2023, 10, 24),
        date(2023, 11, 14),
        date(2023, 11, 27),
        date(2023, 12, 5),
    ),
)

REFERENCE_ANSWERED = date(2026, 9, 30)  # the last answer of an assessment still in progress


def add_cycle(demo: DemoCycle, program: Program, people: dict[str, Person]) -> Cycle:
    """Add one cycle with its answers, and its submission when it has one, to the running transaction."""
    rulebook = current_rulebook(program.partnership)
    cycle = Cycle(
        program_id=program.id,
        program=program,
        number=demo.number,
        state=demo.state,
        rulebook=rulebook.record(),
        eligibility=judge_eligibility(facts_of(program), demo.access, rulebook).to_json(),
        created_at=at(demo.access, 9),
        access_on=demo.access,
        submitted_on=demo.submitted,
        contacted_on=demo.contacted,
        visited_on=demo.visited,
        plan_issued_on=demo.issued,
        statement_signed_on=demo.signed,
        awarded_on=demo.signed,
        closed_on=demo.closed,
    )
    db.session.add(cycle)
    db.session.flush()
    answers = answers_from(demo.sheet, rulebook_of(cycle).catalogue, facts_of(program).tags)
    first, by = before_changes(demo.key, answers), [people[name] for name in demo.answered_by]
    _add_answers(demo, cycle, first, by)
    sealed = at(demo.submitted, 16, 20) if demo.submitted else None
    add_evidence(demo.key, cycle, people, sealed or at(REFERENCE_ANSWERED), sealed)
    if demo.submitted is not None:
        _add_submission(cycle, first, by[0], at(demo.submitted, 16, 20))
    if sent := SENT.get(demo.key):
        copy = _add_submission(cycle, answers, by[0], at(sent.sent, 16), 2, "amended")
        add_changes(demo.key, cycle, answers, copy.id, people)
    add_request(demo.key, cycle, people)
    return cycle


def _add_answers(demo: DemoCycle, cycle: Cycle, answers: dict[str, Answer], people: Sequence[Person]) -> None:
    """Spread the answers evenly over the weeks of the self-assessment."""
    begun = at(demo.access + timedelta(days=3))
    last = at(demo.submitted - timedelta(days=1) if demo.submitted else REFERENCE_ANSWERED, 15)
    step = (last - begun) / max(1, len(answers) - 1)
    for index, (code, answer) in enumerate(answers.items()):
        day = (begun + step * index).date()
        saved = {
            "cycle_id": cycle.id,
            "practice_code": code,
            "version": 1,
            "save_id": f"demo-{secrets.token_urlsafe(9)}",
            "saved_at": at(day, 9 + index % 8, index * 7 % 60),
            "saved_by_id": people[index % len(people)].id,
            "content": answer.as_dict(),
        }
        db.session.add_all([StoredAnswer(**saved), AnswerVersion(**saved)])


def _add_submission(
    cycle: Cycle, answers: dict[str, Answer], by: Person, moment: datetime, number: int = 1, cause: str = "submitted"
) -> Submission:
    content, digest = freeze(cycle, answers)
    submission = Submission(
        cycle_id=cycle.id,
        number=number,
        submitted_at=moment,
        submitted_by_id=by.id,
        content=content,
        content_hash=digest,
    )
    db.session.add(submission)
    db.session.flush()
    db.session.add(
        Judgement(
            cycle_id=cycle.id,
            made_at=moment,
            cause=cause,
            submission_id=submission.id,
            rulebook=cycle.rulebook,
            scorecard=judged(cycle, answers, moment.date()).to_json(),
        )
    )
    db.session.flush()
    return submission


def judged(cycle: Cycle, answers: dict[str, Answer], day: date) -> Scorecard:
    """Return the scorecard of these answers as it stood on the day they were sent."""
    facts = CycleFacts(today=day, access_on=cycle.access_on, submitted_on=cycle.submitted_on)
    return evaluate(Assessment(answers, facts_of(cycle.program), facts), rulebook_of(cycle))
