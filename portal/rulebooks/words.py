"""Policy values and settings in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules.policy import Gate
from rules.wording import say_count, say_list, say_range

LABELS = {
    "system_name": "Name of the system",
    "plan_name": "Name of the plan",
    "statement_signers": "Who signs the Statement of Accuracy",
    "gates": "Needed before access",
    "minimum_age_months": "How long a program has to have run",
    "youth_max_age": "Oldest youth served",
    "minimum_youth": "Youth a program has to serve at least",
    "full_cycle_required": "One full program cycle needed first",
    "staff_may_override": "Staff may let a program begin all the same",
    "asks_rating": "Asks for a rating",
    "rating_labels": "Names of the ratings 1 to 5",
    "na_allowed": "“Not applicable” may be answered",
    "low_rating": "Highest rating for which resources are suggested",
    "review_kind": "Kind of review",
    "review_title": "Name of the review",
    "reviewers_needed": "Reviewers needed",
    "visit_hours": "Length of the review",
    "visit_materials": "To have at hand at the review",
    "self_assessment_weeks": "Advised time for the self-assessment",
    "contact_weeks": "First contact after submitting",
    "visit_weeks": "Review after submitting",
    "results_weeks": "Results after the review",
    "statement_weeks": "Statement after the results",
    "statement_link_days": "How long a link to sign works",
    "check_in_months": "Check-ins after the plan",
    "check_in_edit_hours": "A check-in can be edited for",
    "mini_review_months": "Mini-review after the plan",
    "report_every_months": "Reports from the program",
    "min_priorities": "Fewest priorities in a plan",
    "max_priorities": "Most priorities in a plan",
    "min_months": "Shortest plan",
    "max_months": "Longest plan",
    "max_extra_months": "Most extra time for a plan",
    "sign_again_at_mini_review": "Statement signed again at the mini-review",
    "recognition_months": "How long a recognition is held",
    "renewal_invitation_months": "Invitation to renew before the end",
    "at_expiry": "At the end of a recognition",
    "loss_notice_days": "Notice before a recognition is lost",
    "appeal_days": "Time to appeal",
    "reminder_days": "Staff are reminded before a day is due",
    "readers": "Who reads results",
    "min_cell_size": "Fewest programs behind a published figure",
    "change_events": "Changes a program has to tell",
}
EXPIRY = {"lapse": "it ends", "step_down": "it steps down a tier"}


def _weeks(value: Any) -> str:
    return _span(value, "week") if isinstance(value, tuple) else say_count(value, "week")


def _span(value: Any, noun: str) -> str:
    return say_range(value[0], value[1], noun)


def _months(value: Any) -> str:
    if value is None:
        return "none"
    return f"{say_list([str(one) for one in value])} months" if isinstance(value, tuple) else say_count(value, "month")


def _gates(value: tuple[Gate, ...]) -> str:
    return say_list([gate.title for gate in value]) or "nothing more"


SAID: dict[str, Callable[[Any], str]] = {
    "gates": _gates,
    "visit_hours": lambda value: _span(value, "hour"),
    "report_every_months": lambda value: f"every {_months(value)}" if value else "none",
    "at_expiry": lambda value: EXPIRY[value],
}


def label_of(name: str) -> str:
    """Name a policy value as people do; one that has no name yet keeps its own."""
    return LABELS.get(name, name.replace("_", " "))


def say_policy(name: str, value: Any) -> str:
    """Say a policy value: 2 weeks, 6 to 8 weeks, yes."""
    if name in SAID:
        return SAID[name](value)
    if name.endswith("_weeks"):
        return _weeks(value)
    if name.endswith("_months"):
        return _months(value)
    if name.endswith(("_days", "_hours")):
        return say_count(value, name.rpartition("_")[2][:-1])
    return say_value(value)


def say_value(value: Any) -> str:
    """Say a plain value, such as a setting."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return say_list([say_value(one) for one in value]) or "none"
    return "nothing" if value in (None, "") else str(value)
