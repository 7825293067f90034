"""The letters of this room. They say what happened and where to read on; never an answer, a result or a typed reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.queries import administrators_of_program, people_of_program, staff_of_partnership
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation import outbox
from portal.foundation.access import TABLE, Action
from portal.foundation.database import db
from portal.foundation.languages import Value
from portal.programs.mails import write

from .ahead import ahead_of
from .models import Amendment

MOST_CODES = 6  # named in a mail; more are counted


def tell_submitted(cycle: Cycle, digest: str, base_url: str) -> None:
    """Send the receipt to the program's administrators, and tell the partnership's staff."""
    program, staff = cycle.program, _staff(cycle)
    administrators = administrators_of_program(program.id)
    home = f"{base_url}/programs/{program.id}"
    _tell(
        cycle, administrators, f"submitted:{cycle.id}", "submitted", mark=digest[:12], link=home,
        steps=tuple(one.phrase for one in ahead_of(cycle)),
        told=", ".join(person.name for person in (*administrators, *staff)),
        answers_link=f"{base_url}/cycles/{cycle.id}/answers", changes_link=_page(cycle, base_url),
    )  # fmt: skip
    weeks = rulebook_of(cycle).policy.contact_weeks
    until = (cycle.submitted_on or cycle.access_on) + timedelta(weeks=weeks)
    _tell(cycle, staff, f"to-review:{cycle.id}", "to-review", until=until, link=home)


def told_of(cycle: Cycle) -> list[str]:
    """Return the names of everybody who got a mail about the submission, the program's own people first."""
    kinds = (f"submitted:{cycle.id}:%", f"to-review:{cycle.id}:%")
    return [
        name
        for kind in kinds
        for name in db.session.scalars(
            select(outbox.Message.to_name).where(outbox.Message.key.like(kind)).order_by(outbox.Message.to_name)
        )
    ]


def tell_asked(asked: Amendment, base_url: str) -> None:
    """Tell staff that the program asks to change answers."""
    cycle, link = asked.cycle, _page(asked.cycle, base_url)
    _tell(cycle, _staff(cycle), f"amend-asked:{asked.id}", "amend-asked", link=link, **_codes(asked.asked_codes))


def tell_withdrawn(ended: Amendment, base_url: str) -> None:
    """Tell staff that the program changes nothing after all."""
    cycle = ended.cycle
    _tell(cycle, _staff(cycle), f"amend-withdrawn:{ended.id}", "amend-withdrawn", link=_page(cycle, base_url))


def tell_reopened(opened: Amendment, base_url: str) -> None:
    """Tell everybody of the program who may answer which practices they can change now, and until when."""
    cycle, until = opened.cycle, opened.due_on or ""
    people = [person for person, role in people_of_program(cycle.program_id) if role in TABLE[Action.ANSWER]]
    key = f"amend-open:{opened.id}:{len(opened.codes)}:{until}"
    _tell(cycle, people, key, "amend-open", until=until, link=_page(cycle, base_url), **_codes(opened.codes))


def tell_declined(declined: Amendment, base_url: str) -> None:
    """Tell the program that its request was declined, and where the reason is."""
    cycle = declined.cycle
    people = _administrators_and(declined.asked_by, cycle)
    _tell(cycle, people, f"amend-declined:{declined.id}", "amend-declined", link=_page(cycle, base_url))


def tell_closed(closed: Amendment, base_url: str) -> None:
    """Tell the program that its practices are closed again."""
    cycle, link = closed.cycle, _page(closed.cycle, base_url)
    people = _administrators_and(closed.asked_by, cycle)
    _tell(cycle, people, f"amend-closed:{closed.id}", "amend-closed", link=link, **_codes(closed.codes))


def tell_amended(sent: Amendment, changed: int, digest: str, base_url: str) -> None:
    """Send the receipt of changes to the program, and tell staff."""
    cycle = sent.cycle
    _tell(
        cycle, administrators_of_program(cycle.program_id), f"amended:{sent.id}", "amended", count=changed,
        mark=digest[:12], answers_link=f"{base_url}/cycles/{cycle.id}/receipt",
        link=f"{base_url}/programs/{cycle.program_id}",
    )  # fmt: skip
    again = f"{base_url}/cycles/{cycle.id}/plan" if cycle.state is CycleState.PLAN_ISSUED else ""
    link = f"{base_url}/cycles/{cycle.id}/review/changes"
    _tell(cycle, _staff(cycle), f"amended-staff:{sent.id}", "amended-staff", count=changed, again=again, link=link)


def _staff(cycle: Cycle) -> list[Person]:
    return staff_of_partnership(cycle.program.partnership_id)


def _administrators_and(asker: Person | None, cycle: Cycle) -> list[Person]:
    people = {person.id: person for person in administrators_of_program(cycle.program_id)}
    members = {person.id for person, _ in people_of_program(cycle.program_id)}
    if asker is not None and asker.id in members:
        people.setdefault(asker.id, asker)
    return list(people.values())


def _codes(codes: list[str]) -> dict[str, Value]:
    return {"codes": ", ".join(codes) if len(codes) <= MOST_CODES else "", "count": len(codes)}


def _page(cycle: Cycle, base_url: str) -> str:
    return f"{base_url}/cycles/{cycle.id}/changes"


def _tell(cycle: Cycle, people: Iterable[Person], key: str, kind: str, **fields: Value) -> None:
    program = cycle.program
    own: dict[str, Value] = {"program": program.name, "partnership": program.partnership.name}
    write(people, program.partnership_id, key, kind, own | fields)
