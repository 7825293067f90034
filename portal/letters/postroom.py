"""Answers the outbox's questions about people and partnerships."""

from __future__ import annotations

from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.queries import administrators_of_partnership
from portal.foundation.database import db
from portal.foundation.languages import LANGUAGES, USUAL
from portal.foundation.outbox import Known, Message, To
from portal.foundation.wording import Wording
from portal.partnerships.models import Partnership

from .queries import newest_wording


class Rooms:
    """Knows people by their address, and each partnership's language, contact, day and wording."""

    def known(self, email: str, partnership_id: int | None) -> Known:
        """Return who has this address, and the language they chose, else that of the partnership."""
        person = db.session.scalar(select(Person).where(Person.email == email.strip().lower()))
        chosen = person.language if person is not None else ""
        if not chosen and partnership_id is None:  # about an account: as the last letter that came from a partnership
            last = select(Message.language).where(Message.to_email == email, Message.kind != "")
            chosen = db.session.scalar(last.order_by(Message.id.desc()).limit(1)) or USUAL
        elif not chosen:
            chosen = db.session.scalar(select(Partnership.language).where(Partnership.id == partnership_id)) or USUAL
        return Known(person.id if person is not None else None, chosen if chosen in LANGUAGES else USUAL)

    def own_wording(self, partnership_id: int | None, kind: str, language: str) -> Wording | None:
        """Return the partnership's newest wording, None while it uses the usual one."""
        found = newest_wording(partnership_id, kind, language) if partnership_id is not None else None
        return None if found is None or found.usual else Wording(found.subject, found.body)

    def contact(self, partnership_id: int) -> To | None:
        """Return the partnership's contact person, else its first administrator; None where there is nobody."""
        found = db.session.get_one(Partnership, partnership_id)
        if found.contact_email:
            return To(found.contact_name or found.name, found.contact_email)
        administrators = administrators_of_partnership(partnership_id)
        return To(administrators[0].name, administrators[0].email) if administrators else None

    def time_zone(self, partnership_id: int | None) -> str:
        """Return the partnership's time zone."""
        zone = db.session.scalar(select(Partnership.time_zone).where(Partnership.id == partnership_id))
        return zone or "America/New_York"
