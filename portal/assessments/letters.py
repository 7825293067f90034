"""The mails of this room. They say what happened and where to read on; never an answer, a result or a typed reason."""

from __future__ import annotations

from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.queries import administrators_of_program, people_of_program, staff_of_partnership
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation import outbox
from portal.foundation.access import TABLE, Action
from portal.foundation.database import db
from rules.wording import say_date

from .ahead import ahead_of
from .models import Amendment

CODE = "Content code: {code} (it changes when a single letter of the answers changes)"


def tell_submitted(cycle: Cycle, digest: str, base_url: str) -> None:
    """Send the receipt to the program's administrators, and tell the partnership's staff."""
    program, staff = cycle.program, staff_of_partnership(cycle.program.partnership_id)
    administrators = administrators_of_program(program.id)
    ahead = "".join(f"- {one.title}: {one.days}\n" for one in ahead_of(cycle))
    told = ", ".join(person.name for person in (*administrators, *staff))
    for person in administrators:
        _post(
            cycle, f"submitted:{cycle.id}", person, f"We have your self-assessment: {program.name}",
            f"Your self-assessment reached {program.partnership.name}. Your answers are kept as they are.\n\n"
            f"What happens next:\n{ahead}\n{CODE.format(code=digest[:12])}\nTold by mail: {told}\n\n"
            f"Read or print all your answers:\n{base_url}/cycles/{cycle.id}/answers\n\n"
            f"If an answer turns out to be wrong, you can ask to change it:\n{base_url}/cycles/{cycle.id}/changes\n",
            base_url,
        )  # fmt: skip
    weeks = rulebook_of(cycle).policy.contact_weeks
    for person in staff:
        _post(
            cycle, f"to-review:{cycle.id}", person, f"Ready for review: {program.name}",
            f"{program.name} submitted its self-assessment. Please get in touch within {weeks} weeks.\n", base_url,
        )  # fmt: skip


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
    cycle = asked.cycle
    for person in staff_of_partnership(cycle.program.partnership_id):
        _post(
            cycle, f"amend-asked:{asked.id}", person, f"Asks to change answers: {cycle.program.name}",
            f"{cycle.program.name} asks to change what it submitted on {_practices(asked.asked_codes)}. "
            f"Read why, and open the practices or decline:\n{_page(cycle, base_url)}",
        )  # fmt: skip


def tell_withdrawn(ended: Amendment, was_open: bool, base_url: str) -> None:
    """Tell staff that the program changes nothing after all."""
    cycle = ended.cycle
    what = "leaves its answers as they were" if was_open else "no longer asks to change its answers"
    for person in staff_of_partnership(cycle.program.partnership_id):
        _post(
            cycle, f"amend-withdrawn:{ended.id}", person, f"No changes: {cycle.program.name}",
            f"{cycle.program.name} {what}. You need not do anything.\n{_page(cycle, base_url)}",
        )  # fmt: skip


def tell_reopened(opened: Amendment, base_url: str) -> None:
    """Tell everybody of the program who may answer which practices they can change now, and until when."""
    cycle, until = opened.cycle, say_date(opened.due_on) if opened.due_on else ""
    for person, role in people_of_program(cycle.program_id):
        if role in TABLE[Action.ANSWER]:
            _post(
                cycle, f"amend-open:{opened.id}:{len(opened.codes)}:{until}", person,
                f"Please look at your answers by {until}: {cycle.program.name}",
                f"{cycle.program.partnership.name} opened {_practices(opened.codes)} for changes until {until}. "
                "All other answers stay as you submitted them.\n\n"
                f"Read what your partnership says, change the answers, and send them:\n{_page(cycle, base_url)}",
            )  # fmt: skip


def tell_declined(declined: Amendment, base_url: str) -> None:
    """Tell the program that its request was declined, and where the reason is."""
    cycle = declined.cycle
    for person in _administrators_and(declined.asked_by, cycle):
        _post(
            cycle, f"amend-declined:{declined.id}", person, f"About your request: {cycle.program.name}",
            f"{cycle.program.partnership.name} did not open the answers you asked to change. They stay as you "
            f"submitted them. Read the reason:\n{_page(cycle, base_url)}",
        )  # fmt: skip


def tell_closed(closed: Amendment, base_url: str) -> None:
    """Tell the program that its practices are closed again."""
    cycle = closed.cycle
    for person in _administrators_and(closed.asked_by, cycle):
        _post(
            cycle, f"amend-closed:{closed.id}", person, f"Closed for changes: {cycle.program.name}",
            f"{cycle.program.partnership.name} closed {_practices(closed.codes)} for changes. Your answers count as you "
            "submitted them; what you typed since and did not send is kept in each answer's earlier versions. "
            f"Read the reason:\n{_page(cycle, base_url)}",
        )  # fmt: skip


def tell_amended(sent: Amendment, changed: int, digest: str, base_url: str) -> None:
    """Send the receipt of changes to the program, and tell staff."""
    cycle, count = sent.cycle, "1 changed answer" if changed == 1 else f"{changed} changed answers"
    for person in administrators_of_program(cycle.program_id):
        _post(
            cycle, f"amended:{sent.id}", person, f"We have your changes: {cycle.program.name}",
            f"{cycle.program.partnership.name} has {count}. What you submitted before is kept too, unchanged.\n\n"
            f"{CODE.format(code=digest[:12])}\n\n"
            f"Your receipt, with every copy:\n{base_url}/cycles/{cycle.id}/receipt\n",
            base_url,
        )  # fmt: skip
    again = ""
    if cycle.state is CycleState.PLAN_ISSUED:
        again = (
            "\nThe Statement of Accuracy waits for its signature. Its link shows the changed answers from now on; a paper "
            f"printed before no longer counts:\n{base_url}/cycles/{cycle.id}/statement\n"
        )
    for person in staff_of_partnership(cycle.program.partnership_id):
        _post(
            cycle, f"amended-staff:{sent.id}", person, f"Changed answers to look at: {cycle.program.name}",
            f"{cycle.program.name} sent {count}. See what is different:\n"
            f"{base_url}/cycles/{cycle.id}/review/changes\n{again}",
        )  # fmt: skip


def _administrators_and(asker: Person | None, cycle: Cycle) -> list[Person]:
    people = {person.id: person for person in administrators_of_program(cycle.program_id)}
    members = {person.id for person, _ in people_of_program(cycle.program_id)}
    if asker is not None and asker.id in members:
        people.setdefault(asker.id, asker)
    return list(people.values())


def _practices(codes: list[str]) -> str:
    if len(codes) > 6:
        return f"{len(codes)} practices"
    return f"practice {codes[0]}" if len(codes) == 1 else f"practices {', '.join(codes)}"


def _page(cycle: Cycle, base_url: str) -> str:
    return f"{base_url}/cycles/{cycle.id}/changes\n"


def _post(cycle: Cycle, key: str, person: Person, subject: str, text: str, base_url: str = "") -> None:
    end = f"\nOpen the program's page:\n{base_url}/programs/{cycle.program_id}\n" if base_url else ""
    outbox.post(
        f"{key}:{person.id}", to_name=person.name, to_email=person.email, partnership_id=cycle.program.partnership_id,
        subject=subject, text=f"Hello {person.name},\n\n{text}{end}",
    )  # fmt: skip
