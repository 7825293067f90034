"""What the rules may know about a program and about the dates of its cycle."""

from dataclasses import dataclass
from datetime import date

MODELS = ("one-to-one", "group", "team", "peer", "e-mentoring")
SETTINGS = ("community", "site", "school", "workplace", "online", "faith")
OF_AGE = 18  # years; from here on a mentee may sign without a parent or guardian


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """Hold the facts that rules judge; ages in whole years. ValueError for an unknown model, setting or age."""

    name: str
    model: str
    settings: tuple[str, ...]
    founded: date
    youth_min_age: int
    youth_max_age: int
    in_service_area: bool
    registered: bool
    capacity_confirmed: bool
    pairs_volunteers: bool
    gates_passed: tuple[str, ...] = ()  # keys of the gates before access that are behind the program
    youth_served: int = 0  # active matches
    full_cycle_done: bool = False  # the program has been through one whole cycle of its own

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", tuple(self.settings))
        object.__setattr__(self, "gates_passed", tuple(self.gates_passed))
        if self.model not in MODELS:
            raise ValueError(f"The model cannot be “{self.model}”; it is one of: {', '.join(MODELS)}.")
        for setting in self.settings:
            if setting not in SETTINGS:
                raise ValueError(f"A setting cannot be “{setting}”; it is one of: {', '.join(SETTINGS)}.")
        if not 0 <= self.youth_min_age <= self.youth_max_age <= 120:
            raise ValueError("The ages of the young people must run from the youngest to the oldest.")

    @property
    def tags(self) -> frozenset[str]:
        """Give the words that an N/A rule asks for: model, settings, and "of-age" from 18 years up."""
        tags = {self.model, *self.settings}
        if self.youth_max_age >= OF_AGE:
            tags.add("of-age")
        return frozenset(tags)


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """Hold the local days on which the steps of a cycle happened; None while a step is still open.

    `check_ins_done` and `reports_done` hold months after the plan was issued (the mini-review is month 12).
    `na_accepted` holds the codes whose "not applicable" the reviewer accepted; `staff_agreed` the keys of the conditions
    that staff decide by hand and have agreed to.
    """

    today: date
    access_on: date | None = None
    submitted_on: date | None = None
    contacted_on: date | None = None
    visited_on: date | None = None
    plan_issued_on: date | None = None
    statement_signed_on: date | None = None
    awarded_on: date | None = None
    check_ins_done: tuple[int, ...] = ()
    renewal_invited_on: date | None = None
    reports_done: tuple[int, ...] = ()
    na_accepted: tuple[str, ...] = ()
    staff_agreed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("check_ins_done", "reports_done", "na_accepted", "staff_agreed"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
