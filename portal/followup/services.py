"""Logging check-ins, editing them while they are fresh, adding notes later."""

from __future__ import annotations

from sqlalchemy import select

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused, StaleVersion
from portal.foundation.typed import text_problems
from portal.foundation.versions import own_id, renamed
from portal.programs.mails import tell_administrators
from portal.resources.queries import Item, chosen, library_of

from .forms import LONGEST, Said, early_problem, month_problem, problems_of
from .models import ANOTHER, CheckIn, CheckInNote, CheckInVersion
from .queries import early_for, is_asked, load_check_in, may_edit, months_asked


class CheckInChanged(StaleVersion):
    """A colleague edited the check-in after the sender last looked."""


def running(cycle_id: int) -> Cycle:
    """Read a cycle for a change while its plan runs. Raises OutOfOrder before the plan and once the cycle is closed."""
    cycle = load_for_change(cycle_id)
    if cycle.plan_issued_on is None:
        raise OutOfOrder("Check-ins begin after the plan is issued. Nothing was stored.")
    if cycle.state is CycleState.CLOSED:
        raise OutOfOrder(
            "This cycle is closed and can only be read. What follows belongs to the newer one. Nothing was stored."
        )
    return cycle


def log_check_in(cycle_id: int, said: Said, save_id: str, by_id: int, base_url: str) -> CheckIn:
    """Store one check-in, and tell the program when resources go with it. Raises OutOfOrder or Refused.

    The same form sent twice logs one; a colleague who logs the same month second is told, with everything kept.
    """
    items = _library(cycle_id)
    with unit_of_work() as session:
        cycle = running(cycle_id)
        policy, anchor, save_id = rulebook_of(cycle).policy, cycle.plan_issued_on, own_id(save_id)
        known = _logged(cycle, said, save_id)
        if known is not None and _says(known, said, by_id):
            return known
        problems = _month_problems(cycle, said, known)
        if anchor is not None:
            problems += problems_of(said, anchor, local_today(cycle))
        if problems or said.month is None or said.done_on is None:
            raise Refused(problems)
        if said.month == policy.mini_review_months:
            cycle.mini_review_done_on = said.done_on
        if known is not None:  # a page brought back with another text: another contact, and that one only once as well
            save_id = renamed(save_id, {"said": str(said)})
            again = session.scalar(select(CheckIn).where(CheckIn.cycle_id == cycle.id, CheckIn.save_id == save_id))
            if again is not None:
                return again
        made = CheckIn(
            cycle_id=cycle.id, month=said.month, done_on=said.done_on, how=said.how, notes=said.notes,
            private_notes=said.private_notes, resources=chosen(said.resources, items),
            save_id=save_id, logged_at=clock.now(), logged_by_id=by_id,
        )  # fmt: skip
        session.add(made)
        session.flush()
        audit.record("check-in logged", person_id=by_id, cycle_id=cycle.id, month=said.month)
        if made.resources:
            _tell(cycle, made, base_url)
    return made


def edit_check_in(cycle_id: int, check_in_id: int, version: str, said: Said, by_id: int, base_url: str) -> CheckIn:
    """Change a fresh check-in; what it said before is kept. Raises OutOfOrder, Refused or CheckInChanged."""
    items = _library(cycle_id)
    with unit_of_work() as session:
        cycle = running(cycle_id)
        one = load_check_in(cycle, check_in_id)
        session.refresh(one)
        if _says(one, said, one.logged_by_id):
            return one
        if not may_edit(one, rulebook_of(cycle).policy):
            hours = rulebook_of(cycle).policy.check_in_edit_hours
            raise OutOfOrder(f"A check-in can be edited for {hours} hours. Your text is kept here; add it as a note.")
        if str(one.version) != version:
            raise CheckInChanged(
                "A colleague edited this check-in while you were writing. Nothing of yours was stored yet."
            )
        moved = said.month != one.month
        problems = _month_problems(cycle, said, _logged(cycle, said, "")) if moved else []
        problems += problems_of(said, cycle.plan_issued_on or one.done_on, local_today(cycle))
        if problems or said.month is None or said.done_on is None:
            raise Refused(problems)
        session.add(
            CheckInVersion(
                check_in_id=one.id, version=one.version, replaced_at=clock.now(), replaced_by_id=by_id,
                content=one.content(),
            )
        )  # fmt: skip
        had, ends = bool(one.resources), rulebook_of(cycle).policy.mini_review_months
        if moved and one.month == ends and said.month != ends:  # logged by mistake, the mini-review is not held yet
            cycle.mini_review_done_on = None
        elif said.month == ends:
            cycle.mini_review_done_on = said.done_on
        one.month = said.month
        one.done_on, one.how, one.notes, one.private_notes = said.done_on, said.how, said.notes, said.private_notes
        one.resources = chosen(said.resources, items, one.resources)
        one.version, one.edited_at, one.edited_by_id = one.version + 1, clock.now(), by_id
        audit.record("check-in edited", person_id=by_id, cycle_id=cycle.id, check_in=one.id)
        if one.resources and not had:
            _tell(cycle, one, base_url)
    return one


def add_note(cycle_id: int, check_in_id: int, text: str, private: bool, save_id: str, by_id: int) -> None:
    """Add a note to a check-in; the same form sent twice adds one. Raises OutOfOrder or Refused."""
    if problems := text_problems(text, "text", "note", LONGEST, needed="Type the note."):
        raise Refused(problems)
    with unit_of_work() as session:
        cycle = running(cycle_id)
        one = load_check_in(cycle, check_in_id)
        save_id = own_id(save_id)
        known = _note(save_id)
        if known is not None and (known.check_in_id, known.text, known.private) != (one.id, text, private):
            save_id = renamed(save_id, {"text": text, "private": private, "check_in": one.id})
            known = _note(save_id)
        if known is None:
            session.add(
                CheckInNote(
                    check_in_id=one.id, at=clock.now(), by_id=by_id, text=text, private=private, save_id=save_id
                )
            )
            audit.record("check-in note added", person_id=by_id, cycle_id=cycle.id, check_in=one.id)


def _library(cycle_id: int) -> list[Item]:
    """Read the library before the write: the rules that name the national guides may have to be read first."""
    with reading() as session:
        cycle = session.get_one(Cycle, cycle_id)
        return library_of(cycle.program.partnership, rulebook_of(cycle))


def _note(save_id: str) -> CheckInNote | None:
    return db.session.scalar(select(CheckInNote).where(CheckInNote.save_id == save_id))


def _logged(cycle: Cycle, said: Said, save_id: str) -> CheckIn | None:
    """Find what stands in the way: the same month, or another contact that came with this very form."""
    mine = select(CheckIn).where(CheckIn.cycle_id == cycle.id, CheckIn.month == said.month)
    return db.session.scalar((mine.where(CheckIn.save_id == save_id) if said.month == ANOTHER else mine).limit(1))


def _month_problems(cycle: Cycle, said: Said, known: CheckIn | None) -> list[Problem]:
    """Return what keeps a check-in from being logged as the contact chosen; `known` is what is logged as that already."""
    policy, problems = rulebook_of(cycle).policy, []
    if said.month is None or not (said.month == ANOTHER or is_asked(policy, said.month)):
        problems.append(month_problem(months_asked(policy)))
    elif known is not None and said.month != ANOTHER:
        who = known.logged_by.name if known.logged_by else "somebody"
        problems.append(Problem("month", f"The {said.month}-month check-in is logged already, by {who}. Your text is kept here; add it as a note to that check-in."))  # fmt: skip
    elif not said.early and (due_on := early_for(cycle, said.month, said.done_on)) is not None:
        problems.append(early_problem(said.month, due_on))
    if said.month == policy.mini_review_months and cycle.reopened:
        problems.append(Problem("month", f"Answers are open for changes: {', '.join(sorted(cycle.reopened))}. Log the mini-review once the program has sent them or you have closed the changes."))  # fmt: skip
    return problems


def _says(one: CheckIn, said: Said, by_id: int | None) -> bool:
    keys = tuple(each["key"] for each in one.resources)
    stored = (one.month, one.done_on, one.how, one.notes, one.private_notes, keys, one.logged_by_id)
    return stored == (said.month, said.done_on, said.how, said.notes, said.private_notes, said.resources, by_id)


def _tell(cycle: Cycle, one: CheckIn, base_url: str) -> None:
    program = cycle.program
    link = f"{base_url}/cycles/{cycle.id}/follow-up"
    tell_administrators(program, f"resources-sent:{one.id}", "resources-sent", link=link)
