"""Everything a partnership has to do, as rows: what the cycles ask for by their policy, and what waits for an answer.

It needs no request, so that a page, a file and a mail can tell the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from portal.accounts.models import Person
from portal.assessments.amendments import under_way_in
from portal.assessments.models import Amendment, AmendmentState
from portal.cycles.agreed import agreed_days, with_agreed
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.cycles.requests import invited
from portal.followup.models import CheckIn
from portal.foundation import clock
from portal.foundation.database import db
from portal.partnerships.models import Partnership
from portal.plans.queries import again_since, days_signed
from portal.programs.models import Program
from portal.recognition.duties import of_closed, with_award
from portal.recognition.models import Award
from portal.recognition.withholding import withheld_in
from portal.requests.queries import open_matters
from portal.reviews.reviewers import Team, teams_of
from rules.discovery import UnknownPlugin
from rules.duties import Due, due_dates
from rules.rulebook import RulebookNotBuilt
from rules.wording import say_count

from .waiting import PAGES, SAID, words_of

KINDS = {
    "registration": "Registration",
    "access": "Request for access",
    "advice": "Request for help",
    "notice": "News of a change",
    "amendment": "Changes to answers",
    "dates": "Other dates for the visit",
    "answered": "Answers to questions",
    "comments": "Comments on a draft",
    "contact": "First contact",
    "visit": "Visit or meeting",
    "results": "Results",
    "statement": "Statement of Accuracy",
    "recognition": "Recognition",
    "check_in": "Check-in",
    "mini_review": "Mini-review",
    "report": "Report",
    "renewal_invitation": "Invitation to renew",
    "expiry": "End of a recognition",
    "appeal": "Appeal",
    "rules": "Rules",
}
STEPS = frozenset(KINDS)  # what `due_dates` may name and staff have to do; advice to the program is none of it
WEEK = timedelta(days=7)
MONTHS_FROM = 100  # days; what is further away is told in months
NEVER_LATE = ("renewal_invitation", "expiry")  # a renewal stays open; an end is a fact, not somebody's delay


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do. `due` is the last day in time, None where no day is promised; `opens` the first day of a window."""

    kind: str
    title: str
    program: str
    program_id: int | None  # None for a registration, which is no program yet
    cycle_id: int | None
    since: date  # what it is counted from: the day it came, or the step before it
    opens: date | None
    due: date | None
    age: int  # whole days since then
    days_late: int
    days_left: int
    owner: Person | None
    team: frozenset[int]  # ids of everybody who takes part in the review
    link: str

    @property
    def kind_words(self) -> str:
        """Return the kind in words."""
        return KINDS[self.kind]

    @property
    def owner_name(self) -> str:
        """Return who has to do it, in words."""
        return self.owner.name if self.owner else "nobody yet"

    @property
    def when_words(self) -> str:
        """Say how late it is, or how much time is left: 3 days late, today, in 12 days, waits for 2 days."""
        if self.due is None:
            return f"waits for {say_count(self.age, 'day')}" if self.age else "came today"
        if self.kind == "renewal_invitation" and not self.days_left:
            return "open now"
        if self.days_late:
            return f"{say_count(self.days_late, 'day')} {'ago' if self.kind == 'expiry' else 'late'}"
        if self.days_left >= MONTHS_FROM:
            return f"in about {say_count(round(self.days_left / 30.44), 'month')}"
        return f"in {say_count(self.days_left, 'day')}" if self.days_left else "today"

    @property
    def late(self) -> bool:
        """Tell whether it is somebody's delay."""
        return self.days_late > 0 and self.kind not in NEVER_LATE

    def this_week(self, today: date) -> bool:
        """Tell whether it belongs to the coming seven days: late, due, open already, or waiting for an answer."""
        first = self.opens or self.due
        return first is None or first <= today + WEEK


def duties_of(partnership: Partnership) -> list[Duty]:
    """Return every duty of the partnership's staff, the latest first, in a fixed number of queries."""
    today = clock.local_day(partnership.time_zone)
    cycles = list(
        db.session.scalars(
            select(Cycle).join(Cycle.program).where(Program.partnership_id == partnership.id).order_by(Cycle.number)
        )
    )
    newest = {cycle.program_id: cycle for cycle in cycles}
    teams = teams_of(cycle.id for cycle in cycles)
    found = [
        *_asked(partnership, newest, teams, today),
        *_amendments(newest, teams, today),
        *_said(newest, teams, today),
        *_steps(cycles, newest, teams, today),
    ]
    return sorted(found, key=_first)


def _first(one: Duty) -> tuple[date, date, str, str]:
    """Order by the last day in time; what has none counts from the day it came."""
    return one.due or one.since, one.since, one.program.casefold(), one.kind


def path_of(endpoint: str, **values: object) -> str:
    """Return the path of a page, also outside a request."""
    return current_app.url_map.bind("localhost").build(endpoint, values)


def _local(moment: datetime, partnership: Partnership) -> date:
    return moment.astimezone(ZoneInfo(partnership.time_zone)).date()


def _row(
    kind: str, title: str, program: str, program_id: int | None, link: str, since: date, today: date,
    team: Team | None = None, cycle_id: int | None = None, opens: date | None = None, due: date | None = None,
) -> Duty:  # fmt: skip
    team = team or Team()
    late, left = (max(0, (today - due).days), max(0, (due - today).days)) if due else (0, 0)
    return Duty(
        kind, title, program, program_id, cycle_id, since, opens, due, max(0, (today - since).days), late, left,
        team.decider, team.ids, link,
    )  # fmt: skip


def _asked(
    partnership: Partnership, newest: Mapping[int, Cycle], teams: Mapping[int, Team], today: date
) -> Iterator[Duty]:
    """Join the list of open matters: the same rows, told as duties."""

    def team(program_id: int) -> Team | None:
        return teams.get(newest[program_id].id) if program_id in newest else None

    matters = open_matters(partnership.id)
    for registration in matters.registrations:
        since = _local(registration.confirmed_at or registration.created_at, partnership)
        link = path_of("registrations.show", registration_id=registration.id)
        yield _row("registration", "Answer the registration", registration.name, None, link, since, today)
    for access in matters.access:
        where = path_of("desk.program", program_id=access.program_id) + "#request"
        since = _local(access.asked_at, partnership)
        one = newest.get(access.program_id)
        also = " (it is invited, and may begin its renewal by itself)" if one is not None and invited([one]) else ""
        yield _row("access", f"Answer the request for access{also}", access.program.name, access.program_id, where, since,
                   today, team(access.program_id))  # fmt: skip
    for advice in matters.advice:
        where = path_of("advice.talk", advice_id=advice.id)
        since = _local(advice.asked_at, partnership)
        yield _row("advice", f"Answer: {advice.topic}", advice.program.name, advice.program_id, where, since, today,
                   team(advice.program_id))  # fmt: skip
    for notice in matters.notices:
        where = path_of("notices.changes", program_id=notice.program_id) + f"#change-{notice.id}"
        since = _local(notice.reported_at, partnership)
        yield _row("notice", "Read the news of a change", notice.program.name, notice.program_id, where, since, today,
                   team(notice.program_id))  # fmt: skip


def _amendments(newest: Mapping[int, Cycle], teams: Mapping[int, Team], today: date) -> Iterator[Duty]:
    """Name requests to change answers, and practices that stay open past their day."""
    by_id = {cycle.id: cycle for cycle in newest.values()}
    for cycle_id, round_ in under_way_in(by_id).items():
        cycle = by_id[cycle_id]
        if round_.state is AmendmentState.ASKED:
            yield _amendment(cycle, round_, "Answer the request to change answers", teams, today, None)
        elif round_.due_on and round_.due_on <= today:
            yield _amendment(cycle, round_, "Answers stay open for changes: talk or close", teams, today, round_.due_on)


def _amendment(
    cycle: Cycle, round_: Amendment, title: str, teams: Mapping[int, Team], today: date, due: date | None
) -> Duty:
    program = cycle.program
    moment = round_.asked_at or round_.answered_at or cycle.created_at
    return _row("amendment", title, program.name, program.id, path_of("amendments.page", cycle_id=cycle.id),
                _local(moment, program.partnership), today, teams.get(cycle.id), cycle.id, due=due)  # fmt: skip


def _said(newest: Mapping[int, Cycle], teams: Mapping[int, Team], today: date) -> Iterator[Duty]:
    """Name what each program said in its newest cycle and nobody acted on."""
    by_id = {cycle.id: cycle for cycle in newest.values() if cycle.closed_on is None}
    for word in words_of(by_id):
        program = by_id[word.cycle_id].program
        more = {"number": word.draft} if word.draft else {}
        link = path_of(PAGES[word.kind], cycle_id=word.cycle_id, **more)
        yield _row(word.kind, SAID[word.kind], program.name, program.id, link, _local(word.since, program.partnership),
                   today, teams.get(word.cycle_id), word.cycle_id)  # fmt: skip


def _steps(cycles: list[Cycle], newest: Mapping[int, Cycle], teams: Mapping[int, Team], today: date) -> Iterator[Duty]:
    """Name what each program's newest cycle asks for by its policy; of an earlier one only the end of its recognition."""
    done: dict[int, list[int]] = {}
    for one in db.session.execute(
        select(CheckIn.cycle_id, CheckIn.month).where(CheckIn.cycle_id.in_([cycle.id for cycle in cycles]))
    ):
        done.setdefault(one.cycle_id, []).append(one.month)
    awards = {
        one.cycle_id: one
        for one in db.session.scalars(select(Award).where(Award.cycle_id.in_([cycle.id for cycle in cycles])))
    }
    agreed = agreed_days([cycle.id for cycle in cycles])
    signed = days_signed([cycle.id for cycle in cycles])
    withheld = withheld_in(cycle.id for cycle in newest.values())
    for cycle in cycles:
        current = cycle is newest[cycle.program_id]
        team = teams.get(cycle.id)
        if cycle.closed_on is not None:  # by a renewal; what it was recognized for lasts as long as it was given
            yield from _of_closed(cycle, awards.get(cycle.id), team, today)
            continue
        try:
            policy = rulebook_of(cycle).policy
        except (UnknownPlugin, RulebookNotBuilt):
            if current:
                where = path_of("desk.program", program_id=cycle.program_id)
                yield _row("rules", "Its rules cannot be used now, so no day can be told", cycle.program.name,
                           cycle.program_id, where, today, today, team, cycle.id)  # fmt: skip
            continue
        dues = due_dates(policy, cycle.facts(today, tuple(sorted(done.get(cycle.id, ())))))
        for due in with_award(with_agreed(dues, agreed.get(cycle.id)), awards.get(cycle.id)):
            if due.kind in STEPS and (current or due.kind in ("expiry", "appeal")):
                yield _step(cycle, due, team, today)
        if current and (held := again_since(cycle, signed.get(cycle.id))) is not None:
            yield _row("statement", "Statement of Accuracy signed again", cycle.program.name, cycle.program_id,
                       path_of("statements.page", cycle_id=cycle.id), held, today, team, cycle.id,
                       due=held + timedelta(weeks=policy.statement_weeks))  # fmt: skip
        if cycle.state is CycleState.SIGNED and current and cycle.statement_signed_on and cycle.id not in withheld:
            where = path_of("recognition.decision", cycle_id=cycle.id)
            yield _row("recognition", "Decide the recognition", cycle.program.name, cycle.program_id, where,
                       cycle.statement_signed_on, today, team, cycle.id)  # fmt: skip


def _of_closed(cycle: Cycle, award: Award | None, team: Team | None, today: date) -> list[Duty]:
    try:
        return [_step(cycle, due, team, today) for due in of_closed(award)]
    except (UnknownPlugin, RulebookNotBuilt):
        return []


LEADS = {  # kind -> the page where it is done, and the day it is counted from
    "contact": ("reviews.overview", "submitted_on"),
    "visit": ("visits.page", "submitted_on"),
    "results": ("plans.edit", "visited_on"),
    "statement": ("statements.page", "plan_issued_on"),
    "check_in": ("followup.new_check_in", "plan_issued_on"),
    "mini_review": ("followup.mini_review", "plan_issued_on"),
    "appeal": ("recognition.decision", "awarded_on"),  # counted from the day it was made
}


def _step(cycle: Cycle, due: Due, team: Team | None, today: date) -> Duty:
    page, anchor = LEADS.get(due.kind, ("", "plan_issued_on"))
    anchor = "awarded_on" if due.kind in NEVER_LATE else anchor
    where = path_of(page, cycle_id=cycle.id) if page else path_of("desk.program", program_id=cycle.program_id)
    where += "#contact" if due.kind == "contact" else ""
    since: date = due.on if due.kind == "appeal" else getattr(cycle, anchor) or today
    return _row(due.kind, due.title, cycle.program.name, cycle.program_id, where, since, today, team, cycle.id,
                due.on if due.until else None, due.until or due.on)  # fmt: skip
