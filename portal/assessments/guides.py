"""What may help a program now: resources for the practices that are not in practice, or rated low."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import render_template
from flask_login import current_user

from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import STAFF_ROLES, Action
from portal.resources.queries import Item, by_code, library_of, suggested
from rules.answers import Answer, Status
from rules.practice import Practice
from rules.rulebook import Rulebook

from .queries import answers_of
from .views import bp

EACH, SHORT = 3, 5  # resources named at one practice, and in a short list


@dataclass(frozen=True, slots=True)
class Gap:
    """One practice that is not in practice or rated low, why it stands here, and what may help."""

    practice: Practice
    why: str
    resources: tuple[Item, ...] = ()


def gaps_of(answers: Mapping[str, Answer], rulebook: Rulebook) -> list[Gap]:
    """Return the gaps: what protects children first, then what is not in practice, then the lowest ratings."""
    low, found = rulebook.policy.low_rating, []
    for practice in rulebook.catalogue.practices:
        answer = answers.get(practice.code)
        if answer is None:
            continue
        if answer.status is Status.NOT_IN_PRACTICE:
            rank = 0 if practice.is_critical else 1 if practice.is_core else 9
            found.append((rank, Gap(practice, "not in practice")))
        elif answer.status is Status.IN_PRACTICE and answer.rating is not None and answer.rating <= low:
            found.append((1 + answer.rating, Gap(practice, f"rated {answer.rating} of 5")))
    return [gap for _, gap in sorted(found, key=lambda one: one[0])]


def with_resources(gaps: Iterable[Gap], items: Iterable[Item]) -> list[Gap]:
    """Return the gaps for which the library has something, with it."""
    at = by_code(items)
    mine = [Gap(one.practice, one.why, tuple(at.get(one.practice.code, ())[:EACH])) for one in gaps]
    return [one for one in mine if one.resources]


def for_gaps(cycle: Cycle, most: int = SHORT) -> list[Item]:
    """Return the short list for this cycle's gaps."""
    rulebook = rulebook_of(cycle)
    codes = [one.practice.code for one in gaps_of(answers_of(cycle), rulebook)]
    return suggested(library_of(cycle.program.partnership, rulebook), codes, most) if codes else []


@bp.get("/cycles/<int:cycle_id>/resources")
def guides(cycle_id: int) -> str:
    """Show what the library has for the gaps in the answers; staff see it once the program submitted."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_ANSWERS)
    rulebook = rulebook_of(cycle)
    gaps = gaps_of(answers_of(cycle), rulebook)
    return render_template(
        "assessments/guides.html", cycle=cycle, staff=roles <= STAFF_ROLES, count=len(gaps),
        low=rulebook.policy.low_rating, sections={one.key: one.title for one in rulebook.catalogue.sections},
        gaps=with_resources(gaps, library_of(cycle.program.partnership, rulebook)),
    )  # fmt: skip
