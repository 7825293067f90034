"""Made-up assessments of any catalogue, always the same ones: what plugins are tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rules.answers import Answer, Status
from rules.asking import Assessment, PreviousCycle
from rules.catalogue import Catalogue
from rules.facts import CycleFacts, ProgramFacts
from rules.practice import Practice

TODAY = date(2026, 10, 1)
FACTS = ProgramFacts(
    name="Willow Road Mentors (fictional)", model="one-to-one", settings=("community",), founded=date(2015, 5, 1),
    youth_min_age=8, youth_max_age=14, in_service_area=True, registered=True, capacity_confirmed=True,
    pairs_volunteers=True, youth_served=40, full_cycle_done=True,
)  # fmt: skip
YOUNG = ProgramFacts(
    name="Harbor Peers (fictional)", model="peer", settings=("school", "site"), founded=date(2026, 3, 1),
    youth_min_age=12, youth_max_age=19, in_service_area=True, registered=False, capacity_confirmed=True,
    pairs_volunteers=False, youth_served=4,
)  # fmt: skip
BEGUN = CycleFacts(TODAY, access_on=date(2026, 7, 1), submitted_on=date(2026, 8, 20))
DONE = CycleFacts(
    TODAY, access_on=date(2026, 1, 5), submitted_on=date(2026, 2, 20), contacted_on=date(2026, 3, 2),
    visited_on=date(2026, 4, 8), plan_issued_on=date(2026, 4, 20), statement_signed_on=date(2026, 4, 29),
    check_ins_done=(3,),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold one made-up assessment and what it is like."""

    title: str
    assessment: Assessment


def in_place(practice: Practice, rating: int = 4) -> Answer:
    """Answer that a practice is in place, with all its parts."""
    letters = tuple(item.letter for item in practice.sub_items)
    return Answer(practice.code, Status.IN_PRACTICE, rating if practice.rated else None, "", "We do.", letters)


def sample_assessments(catalogue: Catalogue) -> tuple[Sample, ...]:
    """Make three assessments: everything in place, a mixed one with a cycle before it, and one that has just begun."""

    def answers(make: Callable[[int, Practice], Answer | None]) -> dict[str, Answer]:
        made = (make(at, practice) for at, practice in enumerate(catalogue.practices))
        return {answer.code: answer for answer in made if answer is not None}

    full, mixed, few = answers(lambda _, practice: in_place(practice)), answers(_mixed), answers(_few)
    before = PreviousCycle(catalogue.edition, few)
    return (
        Sample("everything in place", Assessment(full, FACTS, DONE)),
        Sample("mixed, with a cycle before it", Assessment(mixed, FACTS, DONE, before)),
        Sample("just begun, by a young program", Assessment(few, YOUNG, BEGUN)),
    )


def _mixed(at: int, practice: Practice) -> Answer:
    if at % 5 == 1:
        return Answer(practice.code, Status.NOT_IN_PRACTICE, notes="Planned for spring.")
    if at % 7 == 3 and practice.na.allows(FACTS.tags):
        return Answer(practice.code, Status.NOT_APPLICABLE, na_reason="We have none of these.")
    made = in_place(practice, 1 + at % 5)
    return Answer(made.code, made.status, made.rating, sub_items=made.sub_items[at % 2 :])


def _few(at: int, practice: Practice) -> Answer | None:
    if at % 3 == 0:
        return None
    return Answer(practice.code, Status.NOT_IN_PRACTICE) if at % 3 == 1 else in_place(practice, 1 + at % 3)
