"""The program says how far each action of its plan is; everything said stays in the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.cycles.models import Cycle
from portal.cycles.queries import local_today
from portal.foundation import audit, clock
from portal.foundation.database import unit_of_work
from portal.foundation.errors import Problem, Refused, StaleVersion
from portal.foundation.typed import day_of, text_of, text_problems

from .gone import Gone, PartsGone, keys_named, titles_of
from .models import ActionProgress, ProgressState
from .overviewing import Aim, Step, overview_of, progress_of
from .services import running

LONGEST = 2000  # characters of a note
PARTS = ("state", "note", "on", "seen")


class ProgressChanged(StaleVersion):
    """Somebody else said something about the same actions after the sender's page was made."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__("Somebody else wrote about the same action while you were writing. Both texts are kept.")
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Told:
    """What was typed about one action, and the number of what its page showed."""

    key: str
    state: str
    note: str
    on: str
    seen: str


def read_progress(form: Mapping[str, str]) -> list[Told]:
    """Read what the form says about the actions it names; an action it does not name stays as it is."""
    return [Told(key, *(text_of(form, f"{key}-{part}") for part in PARTS)) for key in keys_named(form)]


def gone_of(cycle: Cycle, told: Sequence[Told], aims: Sequence[Aim]) -> tuple[Gone, ...]:
    """Return what is new of what was typed about actions that the plan no longer has."""
    keys = {step.action.key for aim in aims for step in aim.steps}
    missing = [one for one in told if one.key not in keys]
    if not missing:
        return ()
    said, titles, words = progress_of(cycle.id), titles_of(cycle), {one.value: one.words for one in ProgressState}
    return tuple(
        Gone(titles.get(one.key, ""), " ".join((words.get(one.state, ""), one.on)).strip(), one.note,
             {f"{one.key}-{part}": getattr(one, part) for part in PARTS})
        for one in missing if _is_new(one, [row for row in said.get(one.key, ()) if not row.refused])
    )  # fmt: skip


def _is_new(one: Told, said: Sequence[ActionProgress]) -> bool:
    if not said:
        return bool(one.note) or one.state not in ("", ProgressState.NOT_STARTED)
    last = said[-1]
    return (one.state, one.note) != (last.state, last.note) or (bool(one.on) and day_of(one.on) != last.on)


def tell_progress(cycle_id: int, told: Sequence[Told], by_id: int, from_staff: bool) -> int:
    """Store what changed and return how much.

    Raises OutOfOrder or Refused with every problem; once the rest is stored, ProgressChanged or PartsGone.
    """
    late, stored = [], 0
    with unit_of_work() as session:
        cycle = running(cycle_id)
        today, aims = local_today(cycle), overview_of(cycle, from_staff).aims
        gone = gone_of(cycle, told, aims)
        steps = {step.action.key: step for aim in aims for step in aim.steps}
        changed = [one for one in told if one.key in steps and _differs(one, steps[one.key], today)]
        if problems := [problem for one in changed for problem in _problems(one, cycle, today)]:
            raise Refused(problems)
        for one in changed:
            step, too_late = steps[one.key], one.seen != str(steps[one.key].row)
            row = ActionProgress(
                cycle_id=cycle.id, action_key=one.key, action_text=step.action.text, state=ProgressState(one.state),
                note=one.note, on=_day(one, today), at=clock.now(), by_id=by_id, from_staff=from_staff, refused=too_late,
            )  # fmt: skip
            session.add(row)
            if too_late:
                late.append(one.key)
                continue
            step.action.done_on = row.on if row.state is ProgressState.DONE else None
            stored += 1
        if changed:
            audit.record("progress told", person_id=by_id, cycle_id=cycle.id, actions=[one.key for one in changed])
    if late:
        raise ProgressChanged(tuple(late))
    if gone:
        raise PartsGone("step", gone)
    return stored


def _differs(one: Told, step: Step, today: date) -> bool:
    if one.state not in list(ProgressState):
        return True
    return (ProgressState(one.state), one.note, _day(one, today) if one.on else step.on) != (
        step.state,
        step.note,
        step.on,
    )


def _day(one: Told, today: date) -> date | None:
    """Return the day of an end; an action that goes on has none."""
    if one.state not in (ProgressState.DONE, ProgressState.DROPPED):
        return None
    return day_of(one.on) or today


def _problems(one: Told, cycle: Cycle, today: date) -> list[Problem]:
    problems = text_problems(one.note, f"{one.key}-note", "note", LONGEST)
    if one.state not in list(ProgressState):
        problems.append(Problem(f"{one.key}-state", "Choose how far this action is."))
    if one.state == ProgressState.DROPPED and not one.note:
        problems.append(Problem(f"{one.key}-note", "Say in a few words why this action was dropped."))
    if one.on and one.state in (ProgressState.DONE, ProgressState.DROPPED):
        found = day_of(one.on)
        if found is None:
            problems.append(Problem(f"{one.key}-on", "Enter the day like 2026-10-01, or leave it empty for today."))
        elif not cycle.access_on <= found <= today:
            problems.append(
                Problem(f"{one.key}-on", "The day has to be after the self-assessment began, and not in the future.")
            )
    return problems
