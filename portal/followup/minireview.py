"""The mini-review: answers opened again, how priorities ended, extra time, and the plan re-baselined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.assessments.amendments import Copy, copies_shown
from portal.cycles.models import Cycle
from portal.cycles.queries import local_today, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused, StaleVersion
from portal.foundation.typed import text_of, text_problems
from portal.foundation.versions import own_id, renamed
from portal.plans.forms import PlanDraft
from portal.plans.models import Outcome, PlanIssue
from portal.plans.services import reissue_plan
from portal.programs.mails import tell_administrators
from rules.wording import say_count

from .gone import Gone, PartsGone, keys_named, titles_of
from .models import ExtraTime, PriorityOutcome
from .overviewing import Aim, extra_time_of, outcomes_of, overview_of
from .services import running

LONGEST = 2000  # characters of a note or a reason
PARTS = ("outcome", "note", "seen")


class OutcomeChanged(StaleVersion):
    """A colleague said how a priority ended after the sender's page was made."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What was typed about one priority, and the number of what its page showed."""

    key: str
    outcome: str
    note: str
    seen: str


def begin(cycle_id: int, by_id: int, base_url: str) -> None:
    """Begin the mini-review and tell the program; pressed twice, it begins once. Raises OutOfOrder."""
    with unit_of_work():
        cycle = running(cycle_id)
        if cycle.mini_review_done_on is not None:
            raise OutOfOrder("The mini-review was held already. Nothing was changed.")
        if cycle.mini_review_on is not None:
            return
        cycle.mini_review_on = local_today(cycle)
        audit.record("mini-review begun", person_id=by_id, cycle_id=cycle.id)
        link = f"{base_url}/cycles/{cycle.id}/follow-up"
        tell_administrators(cycle.program, f"mini-review:{cycle.id}", "mini-review", link=link)


def changed_since_plan(cycle: Cycle) -> list[Copy]:
    """Return the copies of the answers that were sent after the plan was delivered, newest first, with what is different."""
    issued = cycle.plan_issued_on
    zone = cycle.program.partnership.time_zone
    return [
        one for one in copies_shown(cycle)
        if one.amended and issued and clock.day_at(one.submission.submitted_at, zone) >= issued
    ]  # fmt: skip


def read_outcomes(form: Mapping[str, str]) -> list[Ended]:
    """Read what the form says of the priorities it names."""
    return [Ended(key, *(text_of(form, f"{key}-{part}") for part in PARTS)) for key in keys_named(form)]


def gone_of(cycle: Cycle, told: Sequence[Ended], aims: Sequence[Aim]) -> tuple[Gone, ...]:
    """Return what is new of what was typed about priorities that the plan no longer has."""
    keys = {aim.priority.key for aim in aims}
    missing = [one for one in told if one.key not in keys]
    if not missing:
        return ()
    said, titles, words = outcomes_of(cycle.id), titles_of(cycle), {one.value: one.words for one in Outcome}
    stored = {key: (rows[0].outcome, rows[0].note) for key, rows in said.items()}
    return tuple(
        Gone(titles.get(one.key, ""), words.get(one.outcome, ""), one.note,
             {f"{one.key}-{part}": getattr(one, part) for part in PARTS})
        for one in missing if (one.outcome, one.note) != stored.get(one.key, ("", ""))
    )  # fmt: skip


def save_outcomes(cycle_id: int, told: Sequence[Ended], by_id: int) -> int:
    """Store how priorities ended, and return how many changed.

    Raises OutOfOrder, Refused or OutcomeChanged; once the rest is stored, PartsGone.
    """
    with unit_of_work() as session:
        cycle = running(cycle_id)
        found = overview_of(cycle, True).aims
        gone, aims = gone_of(cycle, told, found), {aim.priority.key: aim for aim in found}
        changed = not_stored(told, found)
        if problems := [problem for one in changed for problem in _problems(one)]:
            raise Refused(problems)
        if any(one.seen != last_row(aims[one.key]) for one in changed):
            raise OutcomeChanged(
                "A colleague said how a priority ended while you were writing. Nothing of yours was stored yet."
            )
        for one in changed:
            priority = aims[one.key].priority
            priority.outcome = Outcome(one.outcome)
            session.add(
                PriorityOutcome(
                    cycle_id=cycle.id, priority_key=one.key, title=priority.title, outcome=priority.outcome, note=one.note,
                    at=clock.now(), by_id=by_id,
                )
            )  # fmt: skip
        if changed:
            audit.record("outcomes said", person_id=by_id, cycle_id=cycle.id, priorities=[one.key for one in changed])
    if gone:
        raise PartsGone("priority", gone)
    return len(changed)


def not_stored(told: Sequence[Ended], aims: Sequence[Aim]) -> list[Ended]:
    """Return what was typed of these priorities and is not what is stored."""
    by_key = {aim.priority.key: aim for aim in aims}
    return [one for one in told if one.key in by_key and _differs(one, by_key[one.key])]


def last_row(aim: Aim) -> str:
    """Return the number of what was said last, 0 before anything was."""
    return str(aim.outcomes[0].id if aim.outcomes else 0)


def _differs(one: Ended, aim: Aim) -> bool:
    note = aim.outcomes[0].note if aim.outcomes else ""
    return (one.outcome, one.note) != (aim.outcome.value if aim.outcome else "", note)


def _problems(one: Ended) -> list[Problem]:
    problems = text_problems(one.note, f"{one.key}-note", "note", LONGEST)
    if one.outcome not in list(Outcome):
        problems.append(Problem(f"{one.key}-outcome", "Choose how this priority ended, or leave its note empty."))
    return problems


def grant_time(cycle_id: int, months: str, reason: str, save_id: str, by_id: int, base_url: str) -> ExtraTime:
    """Give a plan more months, with a reason. Raises OutOfOrder or Refused; the same form sent twice grants once."""
    problems = text_problems(reason, "reason", "reason", LONGEST, needed="Say why the plan gets more time.")
    number = int(months) if months.isascii() and months.isdigit() and len(months) < 4 else 0
    with unit_of_work() as session:
        cycle = running(cycle_id)
        save_id = own_id(save_id)
        known = _granted(save_id)
        if known is not None and (known.cycle_id, known.months, known.reason) != (cycle.id, number, reason):
            save_id = renamed(save_id, {"months": number, "reason": reason, "cycle": cycle.id})
            known = _granted(save_id)
        if known is not None:
            return known
        most = rulebook_of(cycle).policy.max_extra_months
        left = max(0, most - sum(one.months for one in extra_time_of(cycle.id)))
        if number < 1 or number > left:
            had = f" {say_count(most - left, 'month')} of {most} are granted already." if left < most else ""
            sentence = f"Enter a whole number of months from 1 to {left}.{had}" if left else f"No more time can be granted: all {most} extra months are."  # fmt: skip
            problems.insert(0, Problem("months", sentence))
        if problems:
            raise Refused(problems)
        made = ExtraTime(cycle_id=cycle.id, months=number, reason=reason, at=clock.now(), by_id=by_id, save_id=save_id)
        session.add(made)
        session.flush()
        audit.record("extra time granted", person_id=by_id, cycle_id=cycle.id, months=number)
        link = f"{base_url}/cycles/{cycle.id}/follow-up"
        tell_administrators(cycle.program, f"extra-time:{made.id}", "extra-time", link=link)
    return made


def _granted(save_id: str) -> ExtraTime | None:
    return db.session.scalar(select(ExtraTime).where(ExtraTime.save_id == save_id))


def rebaseline(
    cycle_id: int, draft: PlanDraft, reason: str, seen: int, save_id: str, by_id: int, base_url: str
) -> PlanIssue:
    """Issue the plan again with the extra time in it; the old issue is kept. Raises what issuing again raises."""
    with reading() as session:
        cycle = session.get_one(Cycle, cycle_id)
        extra = sum(one.months for one in extra_time_of(cycle.id))
    issue = reissue_plan(cycle_id, draft, reason, seen, save_id, by_id, base_url, extra)
    number = issue.number
    with unit_of_work():
        for one in extra_time_of(cycle_id):
            if one.issue_number is None:
                one.issue_number = number
    return issue
