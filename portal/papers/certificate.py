"""The certificate as plain values: who is recognized as what, by whom, and for how long."""

from __future__ import annotations

from typing import Any

from portal.cycles.models import Cycle
from portal.partnerships.queries import rulebook_of_record
from portal.recognition.models import Award
from rules.wording import say_date

from .head import head_of

LONG_NAME = 46  # letters; a longer name is set smaller


def certificate_snapshot(cycle: Cycle, award: Award) -> dict[str, Any]:
    """Return the certificate of a confirmed recognition."""
    rulebook = rulebook_of_record(award.rulebook)
    return {
        **head_of(cycle),
        "draft": False,
        "tier": award.tier_name,
        "from": say_date(award.awarded_on),
        "to": say_date(award.expires_on),
        "edition": rulebook.catalogue.title,
        "long": len(cycle.program.name) > LONG_NAME,
        "confirmed_by": award.confirmed_by.name if award.confirmed_by else "",
        "code": getattr(award, "code", "") or "",
    }
