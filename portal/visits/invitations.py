"""A visit as calendars read it: one UID for its whole life, and a sequence that grows with every change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from email.utils import parseaddr

from icalendar import Calendar, Event, vCalAddress, vText

from portal.foundation import clock
from portal.foundation.typed import only_printable
from rules.wording import sentence_case

from .models import Visit

PRODUCT = "-//NQMS Portal//Visits//EN"
PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"


def calendar_of(method: str = "", name: str = "") -> Calendar:
    """Return an empty calendar."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    if method:
        made.add("method", method)
    if name:
        made.add("x-wr-calname", name)
    return made


def summary_of(title: str, program: str) -> str:
    """Return what a calendar shows: the kind of review and the program, and nothing that is confidential."""
    return only_printable(f"{sentence_case(title)}: {program}")


def entry_of(visit: Visit, starts_at: datetime, title: str, address: str, cancelled: bool = False) -> Event:
    """Return the visit as an entry. Its times are in UTC, which every calendar shows in its owner's own."""
    made = Event()
    made.add("uid", visit.uid)
    made.add("sequence", visit.sequence)
    made.add("dtstamp", clock.now())
    made.add("dtstart", starts_at)
    made.add("dtend", starts_at + timedelta(minutes=visit.minutes))
    made.add("summary", summary_of(title, visit.cycle.program.name))
    made.add("description", f"Agenda, people and what to have at hand: {address}")
    made.add("url", address)
    if visit.place:
        made.add("location", only_printable(visit.place))
    made.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return made


def invitation(method: str, entry: Event, name: str, email: str, sender: str) -> str:
    """Return an invitation, or the end of one, for one person. The organizer is the sender: mail programs compare them."""
    organizer = vCalAddress(f"mailto:{parseaddr(sender)[1] or sender}")
    organizer.params["cn"] = vText(parseaddr(sender)[0] or "NQMS Portal")
    entry.add("organizer", organizer)
    guest = vCalAddress(f"mailto:{email}")
    guest.params["cn"] = vText(only_printable(name))
    guest.params["role"] = vText("REQ-PARTICIPANT")
    guest.params["partstat"] = vText("NEEDS-ACTION")
    guest.params["rsvp"] = vText("FALSE")
    entry.add("attendee", guest)
    made = calendar_of(method)
    made.add_component(entry)
    return str(made.to_ical().decode())


def day_entry(uid: str, day: date, summary: str, address: str) -> Event:
    """Return an entry for a whole day, such as a due date; it leaves the day free."""
    made = Event()
    made.add("uid", uid)
    made.add("dtstamp", clock.now())
    made.add("dtstart", day)
    made.add("dtend", day + timedelta(days=1))
    made.add("summary", summary)
    made.add("url", address)
    made.add("description", address)
    made.add("transp", "TRANSPARENT")
    return made
