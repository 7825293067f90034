"""North Carolina: one level of recognition, and a meeting in place of an onsite visit.

Source: https://mentornc.org/program-partners/quality-assurance/ . It speaks of a written summary, a review meeting,
goals and a work plan, and of Quality Partners with a high level of adherence, without a number. No number is made up here:
the conditions are the national steps. Everything the page does not state stays at the national default.
"""

from typing import Any

from rules import Tier, hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "North Carolina"
SOURCE = "https://mentornc.org/program-partners/quality-assurance/"


@hookimpl
def nqms_policy() -> dict[str, Any]:
    """Describe the review as a meeting."""
    return {"review_kind": "meeting", "review_title": "review meeting"}


@hookimpl
def nqms_tiers() -> list[Tier]:
    """Describe the one tier."""
    return [Tier("quality", "Quality Partner", 1, ("submitted", "reviewed", "plan", "signed"))]
