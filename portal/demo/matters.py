"""What the demo's programs brought to their partnerships and still waits for an answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.accounts.hashes import digest
from portal.accounts.models import Person
from portal.cycles.models import AccessRequest, RequestState
from portal.foundation.database import db
from portal.partnerships.models import Partnership
from portal.programs.models import Program
from portal.requests.models import Advice, AdviceMessage, AdviceState, ChangeNotice, Registration, RegistrationState

from .clock import at

REGISTRATION: dict[str, Any] = {
    "name": "Northside Reading Friends (fictional)", "host": "Northside Library (fictional)",
    "place": "Northside, Aldane County", "zip_code": "00000", "web": "https://northside.example.org",
    "description": "Adults and young people read together at the library, one hour a week, from September to May.",
    "mentor_description": "You read, listen and laugh with the same child every week. We train you and stay beside you.",
    "contact_name": "Ines Okafor", "contact_email": "ines.okafor@example.org", "phone": "555-0144",
    "founded": "2023-09-01", "model": "one-to-one", "settings": ["site"], "youth_min_age": 7, "youth_max_age": 12,
    "focus_groups": "", "meeting_place": "The children's room of the library", "meeting_frequency": "Once a week",
    "commitment": "One school year", "mentor_min_age": 18, "mentor_requirements": "An interview and two references.",
    "background_checks": "yes", "matches": 26, "mentors": 28, "staff": "1 librarian at half time",
    "key_leader_name": "Ruth Amsel", "key_leader_title": "Head of the library",
    "key_leader_email": "ruth.amsel@example.org", "pairs_volunteers": True, "capacity_confirmed": True,
}  # fmt: skip
TALK = (
    ("Lena Brandt", date(2026, 9, 24), "Our mentors are checked by the district, but we do not see when a check is out of "
     "date. How do other school programs keep track?"),
    ("Ruben Ortega", date(2026, 9, 25), "Many keep a list with the day of each check, and ask the district in August for those "
     "that end within the year. Shall I send you a sheet that others use?"),
    ("Lena Brandt", date(2026, 9, 29), "Yes, please. And who should look at it when I am away?"),
)  # fmt: skip


def add_matters(partnerships: dict[str, Partnership], programs: dict[str, Program], people: dict[str, Person]) -> None:
    """Add a registration, a request for access, a talk and news of a change to the running transaction."""
    db.session.add(
        Registration(
            partnership_id=partnerships["riverbend"].id, save_id="demo", token_hash=digest("demo"), content=REGISTRATION,
            state=RegistrationState.WAITING, created_at=at(date(2026, 9, 28), 11), confirmed_at=at(date(2026, 9, 28), 12),
        )
    )  # fmt: skip
    db.session.add(
        AccessRequest(
            program_id=programs["bridgelink"].id, asked_at=at(date(2026, 9, 30), 15),
            asked_by_id=people["Hannah Lindqvist"].id, start_on=date(2026, 10, 19), state=RequestState.OPEN,
            helpers="Both coordinators, and two people of our employers.",
            note="Our recognition ends in December, so we would like to begin soon.",
        )
    )  # fmt: skip
    _add_talk(programs["maple"], people)
    db.session.add(
        ChangeNotice(
            program_id=programs["stepup"].id, event="leadership", happens_on=date(2027, 1, 4), save_id="demo",
            text="Our assistant principal moves to another school in January. We hope to know by then who follows.",
            reported_at=at(date(2026, 9, 29), 9, 30), reported_by_id=people["Grace Mbeki"].id,
        )
    )  # fmt: skip


def _add_talk(program: Program, people: dict[str, Person]) -> None:
    name, day, _text = TALK[0]
    made = Advice(
        program_id=program.id, topic="Keeping background checks up to date", practices=["B.2.4"], save_id="demo",
        state=AdviceState.OPEN, asked_at=at(day, 14), asked_by_id=people[name].id,
    )  # fmt: skip
    for number, (who, day, text) in enumerate(TALK):
        made.messages.append(
            AdviceMessage(
                at=at(day, 14),
                by_id=people[who].id,
                from_staff=who == "Ruben Ortega",
                text=text,
                save_id=f"demo-{number}",
            )
        )
    db.session.add(made)
