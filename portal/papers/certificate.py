"""The certificate as plain values: who is recognized as what, by whom, and for how long."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.cycles.models import Cycle
from portal.partnerships.queries import rulebook_of_record
from portal.plans.head import head_of
from portal.recognition.models import Award
from portal.recognition.publishing import listing_of
from rules.wording import say_date

from .addresses import typed_address

LONG_NAME = 46  # letters; a longer name is set smaller


def certificate_snapshot(cycle: Cycle, award: Award) -> dict[str, Any]:
    """Return the certificate of a confirmed recognition."""
    rulebook, listing = rulebook_of_record(award.rulebook), listing_of(cycle.program_id)
    return {
        **head_of(cycle),
        "draft": False,
        "tier": award.tier_name,
        "from": say_date(award.awarded_on),
        "to": say_date(award.expires_on),
        "edition": rulebook.catalogue.title,
        "long": len(cycle.program.name) > LONG_NAME,
        "confirmed_by": award.confirmed_by.name if award.confirmed_by else "",
        "proof": typed_address(url_for("partners.verify", address=listing.address, _external=False)) if listing else "",
    }
