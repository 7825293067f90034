"""Reads the people of the demo and the mail the demo wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape
from sqlalchemy import select

from portal.accounts.models import Membership, Person
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.partnerships.models import Partnership
from portal.programs.models import Program

ADDRESS = re.compile(r"https?://[^\s<>\"']+")
MAILS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody a visitor of the demo may sign in as."""

    id: int
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """The people of one partnership: its staff first, then program by program."""

    partnership: str
    people: tuple[DemoPerson, ...]


def is_seeded() -> bool:
    """Tell whether the demo was filled before."""
    return db.session.scalar(select(Partnership.id).where(Partnership.key == "riverbend")) is not None


def demo_people() -> tuple[DemoGroup, ...]:
    """Return all fictional people who can sign in, grouped by partnership in the order they were made."""
    rows = db.session.execute(
        select(Person, Membership.partnership_id, Program.partnership_id)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Program, Program.id == Membership.program_id)
        .where(Person.fictional, Person.disabled_at.is_(None))
        .order_by(Person.id, Membership.id)
    )
    names = {one.id: one.name for one in db.session.scalars(select(Partnership).order_by(Partnership.id))}
    groups: dict[int, dict[int, DemoPerson]] = {}
    for person, own, through_program in rows:
        group = groups.setdefault(own or through_program, {})
        group[person.id] = DemoPerson(person.id, person.name, person.demo_note)
    return tuple(DemoGroup(names[key], tuple(groups[key].values())) for key in sorted(groups))


def demo_mail() -> list[Message]:
    """Return the newest mail of the demo, newest first."""
    found = select(Message).order_by(Message.created_at.desc(), Message.id.desc()).limit(MAILS_SHOWN)
    return list(db.session.scalars(found))


def with_links(text: str, base_url: str) -> Markup:
    """Show a mail's text with addresses of this portal as links; any other address stays plain text."""
    parts, end = [], 0
    for match in ADDRESS.finditer(text):
        address = match.group().rstrip(".,;:!?)")
        parts.append(escape(text[end : match.start()]))
        ours = address == base_url or address.startswith(base_url + "/")
        parts.append(Markup('<a href="{0}">{0}</a>').format(address) if ours else escape(address))
        end = match.start() + len(address)
    parts.append(escape(text[end:]))
    return Markup("<br>").join(Markup("").join(parts).splitlines())
