"""Moves a cycle to the rules its partnership has in force now: deliberate, with a reason, logged, and undone at will.

No answer is changed or deleted. What the new rules do not ask stays stored under its code, and is there again when they
ask it once more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal.assessments.judging import judge
from portal.assessments.queries import stored_answers
from portal.cycles.models import Cycle, CycleMove
from portal.cycles.queries import load_for_change, moves_of, rulebook_of
from portal.foundation import audit, clock, outbox
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import DomainError, Problem, Refused
from portal.partnerships.queries import current_rulebook, rulebook_of_record
from portal.partnerships.services import keep_catalogue
from portal.plans.queries import plan_of
from portal.programs.mails import write_to_administrators
from portal.reviews.queries import reviewed_assessment_of
from rules.answers import Answer, Status
from rules.catalogue import Catalogue, CatalogueError
from rules.comparison import compare
from rules.crosswalk import CrosswalkError, EditionsDiffer
from rules.outcomes import Moved, Outcome, moves, outcome_of
from rules.plugininfo import PluginInfo
from rules.practice import Practice
from rules.rulebook import Rulebook

from .comparing import crosswalk_between

JUDGED_AFTER = "moved to other rules"
JUDGED_BACK = "move undone"


class CannotMove(DomainError):
    """This cycle keeps the rules it has."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would change. Outcomes are told only of submitted answers: drafts are the program's own."""

    target: Rulebook
    mark: str  # of both sides, so that the step does what its page showed
    same: bool  # the cycle has these rules already
    stays: int
    changed: tuple[Practice, ...]  # asked as before, with something else about them
    new: tuple[Practice, ...]
    gone: tuple[Practice, ...]
    answers: int  # stored now, all of them kept
    set_aside: int  # of these, answers to practices that would not be asked
    coverage: str  # across editions: how much of the one leads to the other
    before: Outcome | None
    after: Outcome | None
    moved: tuple[Moved, ...]


def closed_to_moves(cycle: Cycle) -> str:
    """Say why this cycle can never move, empty when it can."""
    if cycle.awarded_on is not None or cycle.closed_on is not None:
        return "The recognition is confirmed. From then on a cycle keeps the rules that decided it."
    return ""


def preview(cycle: Cycle) -> Preview:
    """Return what moving to the rules in force now would change; nothing is written."""
    here, there = rulebook_of(cycle), current_rulebook(cycle.program.partnership)
    old, new = here.catalogue, there.catalogue
    both = [practice for practice in new.practices if practice.code in old]
    if old.edition != new.edition:
        both = []  # the same code in another edition is another question
    kept = {practice.code for practice in both}
    stored = stored_answers(cycle.id)
    before, after = None, None
    if cycle.submitted_on is not None and old.edition == new.edition:
        assessment = reviewed_assessment_of(cycle)
        before, after = outcome_of(assessment, here), outcome_of(assessment, there)
    return Preview(
        there, mark_of(here, there), here.key == there.key, len(kept),
        tuple(one for one in both if replace(one, number=0) != replace(old.practice(one.code), number=0)),
        tuple(one for one in new.practices if one.code not in kept),
        tuple(one for one in old.practices if one.code not in kept), len(stored),
        sum(code not in kept for code in stored), _coverage(old, new), before, after,
        moves(before, after) if before and after else (),
    )  # fmt: skip


def mark_of(here: Rulebook, there: Rulebook) -> str:
    """Return a mark of both sides of a move."""
    return hashlib.sha256(f"{here.key}\n{there.key}".encode()).hexdigest()[:16]


def _coverage(old: Catalogue, new: Catalogue) -> str:
    """Say across editions how much of the one leads to the other, whatever was answered."""
    if old.edition == new.edition:
        return ""
    everywhere = ({p.code: Answer(p.code, Status.IN_PRACTICE) for p in side.practices} for side in (old, new))
    try:
        return compare(old, next(everywhere), new, next(everywhere), crosswalk_between(old, new)).coverage.sentence
    except (CrosswalkError, CatalogueError, EditionsDiffer):
        return f"Nothing links {old.title} with {new.title}, so the two cannot be compared."


def move(cycle_id: int, seen: str, reason: str, by_id: int) -> CycleMove:
    """Move the cycle to the rules in force now. Raises Refused without a reason, or CannotMove."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > 500 or "\x00" in reason:
        raise Refused([Problem("reason", "Say in at most 500 characters why this cycle moves.")])
    with reading() as session:
        cycle = session.get_one(Cycle, cycle_id)
        there = current_rulebook(cycle.program.partnership)  # may ask a plugin to describe itself, so outside the write
    with unit_of_work() as session:
        cycle = load_for_change(cycle_id)
        here = rulebook_of(cycle)
        _check(cycle, here, there)
        if seen != mark_of(here, there):
            raise CannotMove("The rules changed since this page was loaded. Nothing was moved; please look again.")
        keep_catalogue(there)
        made = CycleMove(
            cycle_id=cycle.id, moved_at=clock.now(), moved_by_id=by_id, reason=reason,
            before=dict(cycle.rulebook), after=there.record(),
        )  # fmt: skip
        session.add(made)
        _put(cycle, there.record())
        audit.record("cycle moved to other rules", person_id=by_id, cycle_id=cycle.id, reason=reason)
        session.flush()
        _tell(cycle, f"moved:{made.id}", "rules-moved")
    _judge(cycle_id, JUDGED_AFTER)
    return made


def undoable(cycle: Cycle) -> CycleMove | None:
    """Return the last move that stands, when its rules are those of the cycle and may still change."""
    standing = [one for one in moves_of(cycle) if one.undone_at is None]
    if closed_to_moves(cycle) or not standing or standing[0].after != cycle.rulebook:
        return None
    return standing[0] if not _other_edition(cycle, standing[0].before) else None


def undo(cycle_id: int, by_id: int) -> None:
    """Put the rules back that were there before the last move, exactly. Raises CannotMove."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        last = undoable(cycle)
        if last is None:
            raise CannotMove(closed_to_moves(cycle) or "There is no move to undo. Nothing was changed.")
        last.undone_at, last.undone_by_id = clock.now(), by_id
        _put(cycle, dict(last.before))
        audit.record("move to other rules undone", person_id=by_id, cycle_id=cycle.id)
        _tell(cycle, f"unmoved:{last.id}", "rules-moved-back")
    _judge(cycle_id, JUDGED_BACK)


def _put(cycle: Cycle, record: dict[str, Any]) -> None:
    cycle.rulebook = record
    plan = plan_of(cycle)
    if plan is not None and plan.issued_at is None:
        plan.proposals = ""  # they were made by the other rules; a draft's own words stay


def _check(cycle: Cycle, here: Rulebook, there: Rulebook) -> None:
    if why := closed_to_moves(cycle):
        raise CannotMove(why)
    if here.key == there.key:
        raise CannotMove("This cycle has the rules in force already. Nothing was moved.")
    if why := edition_refusal(cycle, there):
        raise CannotMove(why)


def edition_refusal(cycle: Cycle, there: Rulebook) -> str:
    """Say why a submitted cycle stays with its edition, empty when that does not stand in the way."""
    if not _other_edition(cycle, there.record()):
        return ""
    return (
        f"The answers were submitted, and {there.catalogue.title} asks other questions. They would all stay without "
        "an answer, so only a cycle in progress can move to another edition."
    )


def _other_edition(cycle: Cycle, record: Mapping[str, Any]) -> bool:
    return cycle.submitted_on is not None and record["edition"] != cycle.rulebook["edition"]


def _judge(cycle_id: int, cause: str) -> None:
    db.session.expire_all()
    if db.session.get_one(Cycle, cycle_id).submitted_on is not None:
        judge(cycle_id, cause)


def _tell(cycle: Cycle, key: str, kind: str) -> None:
    write_to_administrators(cycle.program, key, kind, link=outbox.address_of(f"/programs/{cycle.program_id}"))


@dataclass(frozen=True, slots=True)
class MoveShown:
    """One move with the names of the rules on both sides."""

    move: CycleMove
    before: tuple[PluginInfo, ...]
    after: tuple[PluginInfo, ...]


def moves_shown(cycle: Cycle) -> list[MoveShown]:
    """Return every move of the cycle, newest first, also those undone."""
    return [
        MoveShown(one, rulebook_of_record(one.before).plugins, rulebook_of_record(one.after).plugins)
        for one in moves_of(cycle)
    ]
