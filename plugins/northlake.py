"""Northlake Mentoring Alliance (fictional): a demo partnership with rules of its own.

No real partnership is described. Its memorandum of understanding, review meeting and quarterly report are made up.
"""

from typing import Any

from rules import Tier, hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Northlake (fictional)"
SOURCE = "Made up for the demo."


@hookimpl
def nqms_policy() -> dict[str, Any]:
    """Describe the gate before access, the review as a meeting, a report every quarter, and early notice of an end."""
    return {"gates": ("mou",), "review_kind": "meeting", "review_title": "review meeting", "report_every_months": 3,
            "loss_notice_days": 90}  # fmt: skip


@hookimpl
def nqms_tiers() -> list[Tier]:
    """Describe the one tier."""
    return [Tier("quality", "Quality Partner", 1, ("submitted", "reviewed", "plan", "signed"))]
