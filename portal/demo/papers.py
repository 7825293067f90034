"""What one program of the demo shows its funders, so that a recognized program has every document."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.papers.funder import Choice
from portal.papers.models import FunderSummary

from .clock import at

ABOUT = (
    "Harbor Light pairs one grown-up with one young person of 8 to 14 in Port Ellis. The two meet two to four times a month, "
    "for a year or longer; our pairs stay together for 19 months on average. Before the first meeting every mentor is "
    "checked, trained in person, and introduced by a member of our staff."
)


def add_papers(harbor: Cycle) -> None:
    """Add what Harbor Light chose for its funders, in the running transaction."""
    choice = Choice(
        ABOUT,
        ("M.A.4", "B.2.5", "B.3.1", "B.4.3", "B.6.3"),
        ("operations",),
        ("1", "2", "3"),
        recognition=True,
        counts=True,
    )
    moment = at(date(2026, 4, 8), 10)
    db.session.add(FunderSummary(cycle_id=harbor.id, version=1, content=asdict(choice), saved_at=moment))
