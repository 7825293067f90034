"""The calendar of a cycle: which duties are open, and by when, counted from anchors by the partnership's policy."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rules.facts import CycleFacts
from rules.policy import Policy
from rules.wording import sentence_case


def add_months(anchor: date, months: int) -> date:
    """Count months from an anchor; a day the month does not have becomes its last day.

    Always count from the same anchor: 30 November + 3 months is 28 February, and 6 months is 30 May.
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Due:
    """Hold one open duty: due on a day, or in a window that runs to `until`."""

    kind: str
    title: str
    on: date
    until: date | None = None

    def days_left(self, today: date) -> int:
        """Count the days to the last day on which the duty is in time; 0 when that is past."""
        return max(0, ((self.until or self.on) - today).days)

    def days_late(self, today: date) -> int:
        """Count the days since the last day on which the duty was in time; 0 before that."""
        return max(0, (today - (self.until or self.on)).days)


def due_dates(policy: Policy, cycle: CycleFacts) -> tuple[Due, ...]:
    """List the duties that are open now, in order of their days; a later step closes the earlier ones."""
    dues = [*_until_plan(policy, cycle), *_after_plan(policy, cycle), *_after_award(policy, cycle)]
    return tuple(sorted(dues, key=lambda due: (due.on, due.until or due.on, due.kind)))


def _until_plan(policy: Policy, cycle: CycleFacts) -> Iterator[Due]:
    if cycle.plan_issued_on:
        return
    if cycle.visited_on:
        yield Due("results", "Results to the program", cycle.visited_on + timedelta(weeks=policy.results_weeks))
    elif cycle.submitted_on:
        if not cycle.contacted_on:
            on = cycle.submitted_on + timedelta(weeks=policy.contact_weeks)
            yield Due("contact", f"Contact to schedule the {policy.review_title}", on)
        first, last = (cycle.submitted_on + timedelta(weeks=weeks) for weeks in policy.visit_weeks)
        yield Due("visit", sentence_case(policy.review_title), first, last)
    elif cycle.access_on:
        first, last = (cycle.access_on + timedelta(weeks=weeks) for weeks in policy.self_assessment_weeks)
        yield Due("advised_finish", "Advised finish of the self-assessment", first, last)


def _after_plan(policy: Policy, cycle: CycleFacts) -> Iterator[Due]:
    issued = cycle.plan_issued_on
    if not issued:
        return
    if not cycle.statement_signed_on:
        yield Due("statement", "Signed Statement of Accuracy", issued + timedelta(weeks=policy.statement_weeks))
    for months in policy.check_in_months:
        if months not in cycle.check_ins_done:
            yield Due("check_in", f"{months}-month check-in", add_months(issued, months))
    if policy.mini_review_months not in cycle.check_ins_done:
        yield Due("mini_review", "Mini-review", add_months(issued, policy.mini_review_months))
    if policy.report_every_months:
        every = policy.report_every_months
        months = next(m for m in range(every, 10**6, every) if m not in cycle.reports_done)
        yield Due("report", f"{months}-month report", add_months(issued, months))


def _after_award(policy: Policy, cycle: CycleFacts) -> Iterator[Due]:
    if not cycle.awarded_on:
        return
    months = policy.recognition_months
    if not cycle.renewal_invited_on:
        invite = add_months(cycle.awarded_on, months - policy.renewal_invitation_months)
        yield Due("renewal_invitation", "Invitation to renew", invite)
    yield Due("expiry", "Recognition ends", add_months(cycle.awarded_on, months))
