"""What a partnership may set: names, gates, limits and the calendar, with the national values as defaults."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta

from rules.facts import CycleFacts, ProgramFacts
from rules.wording import sentence_case

REVIEW_KINDS = ("onsite", "meeting", "desk")
GATES = {"mou": "All partners have signed the memorandum of understanding (MOU)."}


class PolicyError(ValueError):
    """Raised when a policy value cannot be."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold one partnership's policy values; PolicyError names the first one that cannot be.

    Weeks and months are whole numbers; a pair is (least, most). `gates` are keys of GATES.
    """

    system_name: str = "NQMS"
    plan_name: str = "Improvement & Innovation Plan"
    review_kind: str = "onsite"
    review_title: str = "onsite review"
    gates: tuple[str, ...] = ()
    minimum_age_months: int = 12
    youth_max_age: int = 18
    self_assessment_weeks: tuple[int, int] = (6, 8)
    contact_weeks: int = 2
    visit_weeks: tuple[int, int] = (4, 6)
    visit_hours: tuple[int, int] = (2, 3)
    results_weeks: int = 2
    statement_weeks: int = 2
    check_in_months: tuple[int, ...] = (3, 6, 9)
    mini_review_months: int = 12
    recognition_months: int = 36
    renewal_invitation_months: int = 6
    min_priorities: int = 3
    max_priorities: int = 5
    min_months: int = 6
    max_months: int = 24
    report_every_months: int | None = None

    def __post_init__(self) -> None:
        for name in _TEXTS:
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise PolicyError(f"The policy value {name} must be a text.")
        for name in _WHOLES:
            _whole(name, getattr(self, name))
        for name in _LISTS:
            value = getattr(self, name)
            if not isinstance(value, tuple):
                raise PolicyError(f"The policy value {name} must be a tuple.")
            for number in value:
                _whole(name, number)
            if list(value) != sorted(set(value)) or (name != "check_in_months" and len(value) != 2):
                raise PolicyError(f"The policy value {name} must rise from the least to the most.")
        if self.report_every_months is not None:
            _whole("report_every_months", self.report_every_months)
        if self.review_kind not in REVIEW_KINDS:
            raise PolicyError(f"The policy value review_kind must be one of: {', '.join(REVIEW_KINDS)}.")
        if not isinstance(self.gates, tuple) or not set(self.gates) <= set(GATES):
            raise PolicyError(f"The policy value gates may hold: {', '.join(GATES)}.")
        if self.min_priorities > self.max_priorities or self.min_months > self.max_months:
            raise PolicyError("The least of a plan must not be above the most.")
        if self.renewal_invitation_months >= self.recognition_months:
            raise PolicyError("The renewal invitation must come while the recognition lasts.")


_TEXTS = ("system_name", "plan_name", "review_title")
_LISTS = ("self_assessment_weeks", "visit_weeks", "visit_hours", "check_in_months")
_WHOLES = tuple(
    f.name for f in fields(Policy) if f.name not in (*_TEXTS, *_LISTS, "review_kind", "gates", "report_every_months")
)


def _whole(name: str, value: object) -> None:
    if type(value) is not int or not 0 < value <= 1200:
        raise PolicyError(f"The policy value {name} must be a whole number from 1 to 1200.")


def closed_gates(policy: Policy, facts: ProgramFacts) -> tuple[str, ...]:
    """Name, in sentences, what must be true before a program gets access and is not yet."""
    passed = {"mou": facts.mou_signed}
    return tuple(GATES[gate] for gate in policy.gates if not passed[gate])


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
