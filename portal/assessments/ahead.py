"""What happens after submitting, and when: the same steps on the receipt and in its mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.languages import Phrase
from rules.wording import say_count, say_date, sentence_case


@dataclass(frozen=True, slots=True)
class Ahead:
    """One step after submitting: what, when by the policy, and the day it was done."""

    title: str
    days: str
    done_on: date | None
    phrase: Phrase  # title and days in a mail


def ahead_of(cycle: Cycle) -> tuple[Ahead, ...]:
    """Return the steps from submitting to the results; none before submitting. Days are those of the partnership."""
    sent = cycle.submitted_on
    if sent is None:
        return ()
    policy = rulebook_of(cycle).policy
    review, plan, weeks = policy.review_title, policy.plan_name, policy.results_weeks
    first, last = (sent + timedelta(weeks=many) for many in policy.visit_weeks)
    contact = sent + timedelta(weeks=policy.contact_weeks)
    by = cycle.visited_on + timedelta(weeks=weeks) if cycle.visited_on else None
    if by is not None:
        days, results = (
            f"by {say_date(by)}",
            Phrase("Results, with your {plan}: by {day}", {"plan": Phrase(plan), "day": by}),
        )
    else:
        days = f"within {say_count(weeks, 'week')} after the {review}"
        text = (
            "Results, with your {plan}: within " + ("1 week" if weeks == 1 else "{weeks} weeks") + " after the {review}"
        )
        results = Phrase(text, {"plan": Phrase(plan), "weeks": weeks, "review": Phrase(review)})
    return (
        Ahead(
            f"Your partnership gets in touch to set up the {review}", f"by {say_date(contact)}", cycle.contacted_on,
            Phrase("Your partnership gets in touch to set up the {review}: by {day}", {"review": Phrase(review), "day": contact}),
        ),
        Ahead(
            sentence_case(review), f"between {say_date(first)} and {say_date(last)}", cycle.visited_on,
            Phrase("{Review}: between {first} and {last}", {"Review": Phrase(sentence_case(review)), "first": first, "last": last}),
        ),
        Ahead(f"Results, with your {plan}", days, cycle.plan_issued_on, results),
    )  # fmt: skip
