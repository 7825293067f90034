"""Answers the outbox's questions about people and partnerships."""

from __future__ import annotations

from sqlalchemy import select

from portal.accounts.models import Person
from portal.foundation.database import db
from portal.foundation.languages import LANGUAGES, USUAL
from portal.foundation.outbox import Known, To
from portal.foundation.wording import Wording
from portal.partnerships.models import Partnership

from .queries import newest_wording


class Rooms:
    """Knows people by their address, and each partnership's language, contact, day and wording."""

    def known(self, email: str, partnership_id: int | None) -> Known:
        """Return who has this address, and the language they chose, else that of the partnership."""
        person = db.session.scalar(select(Person).where(Person.email == email.strip().lower()))
        chosen = person.language if person is not None else ""
        if not chosen:
            own = _of_person(person) if partnership_id is None else partnership_id
            chosen = (own and db.session.scalar(select(Partnership.language).where(Partnership.id == own))) or USUAL
        return Known(person.id if person is not None else None, chosen if chosen in LANGUAGES else USUAL)

    def own_wording(self, partnership_id: int | None, kind: str, language: str) -> Wording | None:
        """Return the partnership's newest wording, None while it uses the usual one."""
        found = newest_wording(partnership_id, kind, language) if partnership_id is not None else None
        return None if found is None or found.usual else Wording(found.subject, found.body)

    def contact(self, partnership_id: int) -> To | None:
        """Return the partnership's contact person, None where no address is known."""
        found = db.session.get(Partnership, partnership_id)
        return To(found.contact_name or found.name, found.contact_email) if found and found.contact_email else None

    def time_zone(self, partnership_id: int | None) -> str:
        """Return the partnership's time zone."""
        zone = db.session.scalar(select(Partnership.time_zone).where(Partnership.id == partnership_id))
        return zone or "America/New_York"


def _of_person(person: Person | None) -> int | None:
    """Return the partnership a person works at; people of programs have none here."""
    held = [one.partnership_id for one in person.memberships if one.partnership_id] if person is not None else []
    return held[0] if held else None
