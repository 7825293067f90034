"""The fictional people of the demo; none of them has a password, so the demo's own buttons are their only way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.accounts.models import Membership, Person
from portal.foundation.access import PROGRAM_ROLES, Role
from portal.foundation.database import db


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One person, what the person is, and where: a partnership's or a program's key."""

    name: str
    role: Role
    place: str
    note: str
    language: str = ""  # of mail; empty for the partnership's

    @property
    def email(self) -> str:
        """Return an address that can never reach anybody."""
        return self.name.lower().replace(" ", ".") + "@example.org"


ADMINISTRATOR, CONTRIBUTOR = Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR

ACCOUNTS = (
    DemoAccount("Dana Whitlock", Role.PARTNERSHIP_ADMINISTRATOR, "riverbend", "Quality director at Riverbend"),
    DemoAccount("Ruben Ortega", Role.REVIEWER, "riverbend", "Reviewer at Riverbend"),
    DemoAccount("Paige Madeup", Role.PARTNERSHIP_ADMINISTRATOR, "northlake", "Partnership administrator at Northlake"),
    DemoAccount("Priya Nair", Role.REVIEWER, "northlake", "Reviewer at Northlake"),
    DemoAccount("Tom Adeyemi", ADMINISTRATOR, "harbor", "Program administrator at Harbor Light"),
    DemoAccount(
        "Marisol Keane", ADMINISTRATOR, "harbor", "Director at Harbor Light, signs for it, has mail in Spanish", "es"
    ),
    DemoAccount("Lena Brandt", ADMINISTRATOR, "maple", "Counselor, program administrator at Maple Street"),
    DemoAccount(
        "Winona Redfeather-Clark", ADMINISTRATOR, "circle", "Coordinator, program administrator at Circle of Elders"
    ),
    DemoAccount("Josiah Bell", CONTRIBUTOR, "circle", "Executive director, helps to answer at Circle of Elders"),
    DemoAccount("Grace Mbeki", ADMINISTRATOR, "stepup", "Adviser, program administrator at Step Up"),
    DemoAccount("Hannah Lindqvist", ADMINISTRATOR, "bridgelink", "Manager, program administrator at BridgeLink"),
    DemoAccount("Noor Haddad", ADMINISTRATOR, "fresh", "Founder of Fresh Tracks, a program under a year old"),
)


def add_people(places: dict[str, int], moment: datetime) -> dict[str, Person]:
    """Add everybody to the running transaction; `places` maps keys to ids. Returns people by name."""
    found = {}
    for account in ACCOUNTS:
        person = Person(
            name=account.name,
            email=account.email,
            password_hash="",
            fictional=True,
            demo_note=account.note,
            language=account.language,
            created_at=moment,
        )
        kind = "program_id" if account.role in PROGRAM_ROLES else "partnership_id"
        person.memberships = [Membership(role=account.role, **{kind: places[account.place]})]
        db.session.add(person)
        db.session.flush()
        found[account.name] = person
    return found
