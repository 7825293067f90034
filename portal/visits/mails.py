"""Mail about a visit, put into the running transaction: dates offered and asked for, invitations and their ends."""

from __future__ import annotations

import hashlib

from flask import current_app

from portal.accounts.queries import administrators_of_program, staff_of_partnership
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation import outbox
from portal.programs.mails import tell
from portal.reviews.queries import review_of
from rules.wording import sentence_case

from .invitations import CANCEL, REQUEST, entry_of, invitation
from .models import Visit
from .times import say_length, say_when


def address_of(cycle: Cycle, base_url: str) -> str:
    """Return the address of the visit's page."""
    return f"{base_url}/cycles/{cycle.id}/visit"


def title_of(cycle: Cycle) -> str:
    """Return what the partnership calls its review."""
    return rulebook_of(cycle).policy.review_title


def tell_proposals(cycle: Cycle, visit: Visit, base_url: str, by_id: int) -> None:
    """Ask the program's administrators to pick a date."""
    title, zone = title_of(cycle), cycle.program.partnership.time_zone
    times = "\n".join(f"- {say_when(one, zone, visit.minutes)}" for one in visit.times)
    people = [one for one in administrators_of_program(cycle.program_id) if one.id != by_id]
    tell(
        people, cycle.program.partnership_id, f"visit-proposed:{visit.id}:{visit.version}",
        f"Please pick a date for the {title}: {cycle.program.name}",
        f"Your partnership offers these dates for the {title}:\n{times}\n\n"
        f"Pick one, or ask for others, here:\n{address_of(cycle, base_url)}",
    )  # fmt: skip


def tell_staff_picked(cycle: Cycle, visit: Visit, base_url: str, by_id: int) -> None:
    """Tell whoever reviews that the program picked a date."""
    when = say_when(visit.starts_at, cycle.program.partnership.time_zone, visit.minutes)
    _tell_staff(cycle, visit, "picked", f"A date is picked: {cycle.program.name}", f"The {title_of(cycle)} is set for {when}.", base_url, by_id)  # fmt: skip


def tell_staff_asked(cycle: Cycle, visit: Visit, base_url: str, by_id: int) -> None:
    """Tell whoever reviews that the program asks for other dates; what it wrote is on the page."""
    said = f"{cycle.program.name} asks for other dates for the {title_of(cycle)}."
    _tell_staff(cycle, visit, "asked", f"Other dates asked for: {cycle.program.name}", said, base_url, by_id)


def _tell_staff(cycle: Cycle, visit: Visit, kind: str, subject: str, said: str, base_url: str, by_id: int) -> None:
    review = review_of(cycle)
    people = [review.reviewer] if review and review.reviewer else staff_of_partnership(cycle.program.partnership_id)
    tell(
        [one for one in people if one.id != by_id], cycle.program.partnership_id,
        f"visit-{kind}:{visit.id}:{visit.version}", subject, f"{said}\n{address_of(cycle, base_url)}",
    )  # fmt: skip


def guests_of(cycle: Cycle, visit: Visit) -> list[dict[str, str]]:
    """Return who gets an invitation, each address once; the program's administrators do in any case."""
    found = {one["email"]: one["name"] for one in reversed(visit.attendees) if one["email"]}
    listed = [{"name": name, "email": email} for email, name in reversed(found.items())]
    more = [one for one in administrators_of_program(cycle.program_id) if one.email not in found]
    return listed + [{"name": one.name, "email": one.email} for one in more]


def invite(cycle: Cycle, visit: Visit, base_url: str) -> None:
    """Send everybody the visit as it is now; whoever is no longer on the list gets its end."""
    guests = guests_of(cycle, visit)
    here = {one["email"] for one in guests}
    gone = [one for one in visit.invited if one["email"] not in here]
    moved = visit.sequence > 0
    for one in guests:
        _send(cycle, visit, one, REQUEST, "Changed: " if moved else "", base_url)
    for one in gone:
        _send(cycle, visit, one, CANCEL, "No longer for you: ", base_url)
    visit.invited = guests


def cancel_invitations(cycle: Cycle, visit: Visit, base_url: str) -> None:
    """Take the visit out of every calendar it was sent to."""
    for one in visit.invited:
        _send(cycle, visit, one, CANCEL, "Cancelled: ", base_url)
    visit.invited = []


def _send(cycle: Cycle, visit: Visit, to: dict[str, str], method: str, before: str, base_url: str) -> None:
    if visit.starts_at is None:
        return
    title, program, address = title_of(cycle), cycle.program, address_of(cycle, base_url)
    when = say_when(visit.starts_at, program.partnership.time_zone, visit.minutes)
    ends = method == CANCEL
    if ends:
        said = f"The {title} of {program.name} on {when} is not in your calendar any more.\n\nSee what is planned now:\n{address}"
    else:
        place = f"\nWhere: {visit.place}" if visit.place else ""
        said = (
            f"The {title} of {program.name} is planned for\n{when}.\nLength: {say_length(visit.minutes)}{place}\n\n"
            f"Your calendar can take this from the mail. Agenda, people and what to have at hand:\n{address}"
        )
    entry = entry_of(visit, visit.starts_at, title, address, cancelled=ends)
    sender = current_app.config["MAIL_FROM"]
    who = hashlib.sha256(to["email"].encode()).hexdigest()[:12]
    outbox.post(
        f"visit-invitation:{visit.id}:{visit.sequence}:{method}:{who}", to_name=to["name"], to_email=to["email"],
        subject=f"{before}{sentence_case(title)} on {when.rpartition(',')[0]}: {program.name}",
        text=f"Hello {to['name']},\n\n{said}\n", partnership_id=program.partnership_id,
        calendar=invitation(method, entry, to["name"], to["email"], sender),
    )  # fmt: skip
