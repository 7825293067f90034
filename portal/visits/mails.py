"""Mail about a visit, put into the running transaction: dates offered and asked for, invitations and their ends."""

from __future__ import annotations

import hashlib

from flask import current_app

from portal.accounts.queries import administrators_of_program
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation import outbox
from portal.foundation.languages import Phrase, Value
from portal.programs.mails import tell
from portal.reviews.reviewers import at_work
from portal.teamwork.queries import taken_off

from .invitations import CANCEL, REQUEST, entry_of, invitation
from .models import Visit
from .times import local_date, when_phrase


def address_of(cycle: Cycle, base_url: str) -> str:
    """Return the address of the visit's page."""
    return f"{base_url}/cycles/{cycle.id}/visit"


def title_of(cycle: Cycle) -> str:
    """Return what the partnership calls its review."""
    return rulebook_of(cycle).policy.review_title


def tell_proposals(cycle: Cycle, visit: Visit, base_url: str, by_id: int) -> None:
    """Ask the program's administrators to pick a date."""
    program, zone = cycle.program, cycle.program.partnership.time_zone
    people = [one for one in administrators_of_program(program.id) if one.id != by_id]
    times = tuple(when_phrase(one, zone, visit.minutes) for one in visit.times)
    fields = _fields(cycle, base_url) | {"partnership": program.partnership.name, "times": times}
    tell(people, program.partnership_id, f"visit-proposed:{visit.id}:{visit.version}", "visit-proposed", fields)


def tell_staff_picked(cycle: Cycle, visit: Visit, base_url: str, by_id: int) -> None:
    """Tell whoever reviews that the program picked a date."""
    if visit.starts_at is not None:
        when = when_phrase(visit.starts_at, cycle.program.partnership.time_zone, visit.minutes)
        _tell_staff(cycle, visit, "visit-picked", by_id, _fields(cycle, base_url) | {"when": when})


def tell_staff_asked(cycle: Cycle, visit: Visit, base_url: str, by_id: int) -> None:
    """Tell whoever reviews that the program asks for other dates; what it wrote is on the page."""
    _tell_staff(cycle, visit, "visit-asked", by_id, _fields(cycle, base_url))


def _fields(cycle: Cycle, base_url: str) -> dict[str, Value]:
    return {
        "program": cycle.program.name, "review": Phrase(title_of(cycle)), "link": address_of(cycle, base_url),
    }  # fmt: skip


def _tell_staff(cycle: Cycle, visit: Visit, kind: str, by_id: int, fields: dict[str, Value]) -> None:
    others = [one for one in at_work(cycle) if one.id != by_id]
    tell(others, cycle.program.partnership_id, f"{kind}:{visit.id}:{visit.version}", kind, fields)


def guests_of(cycle: Cycle, visit: Visit) -> list[dict[str, str]]:
    """Return who gets an invitation, each address once; the program's administrators do, people taken off do not."""
    found = {one["email"]: one["name"] for one in reversed(visit.attendees) if one["email"]}
    gone = taken_off(cycle.program, list(found))
    found = {email: name for email, name in found.items() if email not in gone}
    listed = [{"name": name, "email": email} for email, name in reversed(found.items())]
    more = [one for one in administrators_of_program(cycle.program_id) if one.email not in found]
    return listed + [{"name": one.name, "email": one.email} for one in more]


def invite(cycle: Cycle, visit: Visit, base_url: str) -> None:
    """Send everybody the visit as it is now; whoever is no longer on the list gets its end, unless taken off."""
    guests = guests_of(cycle, visit)
    here = {one["email"] for one in guests}
    gone = [one for one in _still_told(cycle, visit) if one["email"] not in here]
    for one in guests:
        _send(cycle, visit, one, REQUEST, base_url)
    for one in gone:
        _send(cycle, visit, one, CANCEL, base_url)
    visit.invited = guests


def cancel_invitations(cycle: Cycle, visit: Visit, base_url: str) -> None:
    """Take the visit out of every calendar it was sent to."""
    for one in _still_told(cycle, visit):
        _send(cycle, visit, one, CANCEL, base_url)
    visit.invited = []


def _still_told(cycle: Cycle, visit: Visit) -> list[dict[str, str]]:
    """Return who was invited, without those who were taken off since: where a visit moved is not theirs to know."""
    gone = taken_off(cycle.program, [one["email"] for one in visit.invited])
    return [one for one in visit.invited if one["email"] not in gone]


def _send(cycle: Cycle, visit: Visit, to: dict[str, str], method: str, base_url: str) -> None:
    if visit.starts_at is None:
        return
    program, zone, ends = cycle.program, cycle.program.partnership.time_zone, method == CANCEL
    fields = _fields(cycle, base_url) | {
        "day": local_date(visit.starts_at, zone), "when": when_phrase(visit.starts_at, zone, visit.minutes),
    }  # fmt: skip
    if not ends:
        fields |= {"place": visit.place, "changed": Phrase("changed") if visit.sequence > 0 else ""}
    entry = entry_of(visit, visit.starts_at, title_of(cycle), address_of(cycle, base_url), cancelled=ends)
    who = hashlib.sha256(to["email"].encode()).hexdigest()[:12]
    outbox.write(
        "visit-ended" if ends else "visit-invitation",
        f"visit-invitation:{visit.id}:{visit.sequence}:{method}:{who}",
        outbox.To(to["name"], to["email"]), fields, program.partnership_id,
        calendar=invitation(method, entry, to["name"], to["email"], current_app.config["MAIL_FROM"]),
    )  # fmt: skip
