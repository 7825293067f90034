"""What happens after submitting, and when: the same steps on the receipt and in its mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from rules.wording import say_date, sentence_case


@dataclass(frozen=True, slots=True)
class Ahead:
    """One step after submitting: what, when by the policy, and the day it was done."""

    title: str
    days: str
    done_on: date | None


def ahead_of(cycle: Cycle) -> tuple[Ahead, ...]:
    """Return the steps from submitting to the results; none before submitting. Days are those of the partnership."""
    sent = cycle.submitted_on
    if sent is None:
        return ()
    policy = rulebook_of(cycle).policy
    first, last = (say_date(sent + timedelta(weeks=weeks)) for weeks in policy.visit_weeks)
    weeks = "1 week" if policy.results_weeks == 1 else f"{policy.results_weeks} weeks"
    by = say_date(cycle.visited_on + timedelta(weeks=policy.results_weeks)) if cycle.visited_on else ""
    contact = sent + timedelta(weeks=policy.contact_weeks)
    return (
        Ahead(f"Your partnership gets in touch to set up the {policy.review_title}", f"by {say_date(contact)}", cycle.contacted_on),
        Ahead(sentence_case(policy.review_title), f"between {first} and {last}", cycle.visited_on),
        Ahead(
            f"Results, with your {policy.plan_name}",
            f"by {by}" if by else f"within {weeks} after the {policy.review_title}", cycle.plan_issued_on,
        ),
    )  # fmt: skip
