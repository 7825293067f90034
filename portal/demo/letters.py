"""The mail of the demo's past, as the portal would have sent it."""

from __future__ import annotations

from datetime import date

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.foundation.outbox import Message

from .clock import at

SENT = (
    (
        "renewal",
        "bridgelink",
        "Hannah Lindqvist",
        date(2026, 6, 5),
        "It is time to renew: BridgeLink Careers (fictional)",
        "Your recognition as Quality Partner lasts until December 5, 2026. You can begin the next self-assessment "
        "whenever it suits you; six to eight weeks are usual. Your answers of 2023 are there to look at.",
    ),
    (
        "submitted",
        "maple",
        "Lena Brandt",
        date(2026, 9, 22),
        "We have your self-assessment: Maple Street Lunch Buddies (fictional)",
        "Your self-assessment reached Riverbend Mentoring Partnership (fictional). Your answers stay as they are.\n\n"
        "What happens next: somebody will get in touch within 2 weeks to set up the onsite review.",
    ),
    (
        "to-review",
        "maple",
        "Ruben Ortega",
        date(2026, 9, 22),
        "Ready for review: Maple Street Lunch Buddies (fictional)",
        "Maple Street Lunch Buddies (fictional) submitted its self-assessment. Please get in touch within 2 weeks.",
    ),
    (
        "to-review",
        "maple",
        "Dana Whitlock",
        date(2026, 9, 22),
        "Ready for review: Maple Street Lunch Buddies (fictional)",
        "Maple Street Lunch Buddies (fictional) submitted its self-assessment. Please get in touch within 2 weeks.",
    ),
    (
        "amend-asked",
        "maple",
        "Ruben Ortega",
        date(2026, 9, 29),
        "Asks to change answers: Maple Street Lunch Buddies (fictional)",
        "Maple Street Lunch Buddies (fictional) asks to change what it submitted on practices B.2.7, B.6.9.",
    ),
    (
        "access",
        "circle",
        "Winona Redfeather-Clark",
        date(2026, 8, 14),
        "Your self-assessment is open: Circle of Elders (fictional)",
        "The memorandum of understanding is signed by all, so your self-assessment is open. Six to eight weeks are "
        "usual. Invite colleagues to help you answer.",
    ),
)


def add_letters(cycles: dict[str, Cycle], people: dict[str, Person], base_url: str) -> None:
    """Add mail that was already sent to the running transaction."""
    for kind, key, name, day, subject, body in SENT:
        program, person, moment = cycles[key].program, people[name], at(day, 16, 21)
        db.session.add(
            Message(
                key=f"{kind}:{cycles[key].id}:{person.id}",
                partnership_id=program.partnership_id,
                to_name=name,
                to_email=person.email,
                subject=subject,
                created_at=moment,
                sent_at=moment,
                next_try_at=None,
                tries=1,
                text=f"Hello {name},\n\n{body}\n\nOpen the program's page:\n{base_url}/programs/{program.id}\n",
            )
        )
