"""Says in plain words who gave a result, by which rule, and from which practices or facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

from portal.foundation.judging import evaluator
from rules.catalogue import Section
from rules.practice import Practice
from rules.results import Trace, Undetermined
from rules.rows import say_rule
from rules.rulebook import Rulebook
from rules.scorecard import CORE

from .models import Cycle

MOST = 12  # practices named one by one; more are told section by section

FACTS = {
    "name": "the program's name",
    "model": "the program's model",
    "settings": "where the program's pairs meet",
    "founded": "the day the program began",
    "youth_min_age": "the youngest age it serves",
    "youth_max_age": "the oldest age it serves",
    "in_service_area": "whether it is in the service area",
    "registered": "whether it is in the Mentoring Connector",
    "capacity_confirmed": "whether it confirmed the staff time",
    "pairs_volunteers": "whether it pairs volunteers with young people",
    "gates_passed": "the steps before access that are done",
    "youth_served": "the number of matches",
    "full_cycle_done": "whether it went through one full program cycle",
    "today": "today's date",
    "access_on": "the day access was given",
    "submitted_on": "the day of submitting",
    "contacted_on": "the day of the first contact",
    "visited_on": "the day of the review",
    "plan_issued_on": "the day the plan was issued",
    "statement_signed_on": "the day the Statement was signed",
    "awarded_on": "the day of the recognition",
    "check_ins_done": "the check-ins that took place",
    "renewal_invited_on": "the day of the renewal invitation",
    "reports_done": "the reports that came in",
    "na_accepted": "which “not applicable” the reviewer accepted",
    "staff_agreed": "what the partnership's staff agreed to",
}


@dataclass(frozen=True, slots=True)
class Named:
    """One thing a result rests on, with a link where there is a page that shows it."""

    words: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Who says so, and what it rests on."""

    who: str
    version: str
    rule: str
    basis: tuple[Named, ...]


class Explainer:
    """Explains the results of one rulebook; `link` gives the address that shows a practice."""

    def __init__(self, rulebook: Rulebook, link: Callable[[Practice], str] | None = None) -> None:
        self.catalogue = rulebook.catalogue
        self.titles = {info.name: info.title or info.name for info in rulebook.plugins}
        self.link = link or (lambda _: "")

    def knowing(self, other: Rulebook) -> Explainer:
        """Learn the names of other rules too, for a page that tells of both."""
        self.titles = {info.name: info.title or info.name for info in other.plugins} | self.titles
        return self

    def plugin(self, name: str) -> str:
        """Return what people call a plugin."""
        return "The portal's own count" if name == CORE else self.titles.get(name, name)

    def practice(self, code: str) -> Named:
        """Return a practice with its title and link; a code these rules do not ask stays a bare code."""
        if code not in self.catalogue:
            return Named(code)
        found = self.catalogue.practice(code)
        return Named(f"{code} {found.title}", self.link(found))

    def why(self, trace: Trace) -> Why:
        """Return a trace in plain words."""
        if len(trace.practices) <= MOST:
            basis = [self.practice(code) for code in trace.practices]
        else:
            basis = self._by_section(frozenset(trace.practices))
        facts = [Named(FACTS.get(name, name)) for name in trace.facts]
        return Why(self.plugin(trace.plugin), trace.version, trace.rule, (*basis, *facts))

    def undetermined(self, one: Undetermined) -> str:
        """Name a rule that could not judge, and what happened."""
        who = f"{self.plugin(one.plugin)}, version {one.version},"
        return f"undetermined: {who} could not judge {say_rule(one.rule)}: {one.what.rstrip('.')}."

    def _by_section(self, codes: frozenset[str]) -> list[Named]:
        found, left = [], set(codes)
        for section in self.catalogue.sections:
            mine = [practice.code for practice in section.practices if practice.code in codes]
            left.difference_update(mine)
            if mine:
                found.append(Named(_say_part(section, mine), self.link(section.practices[0])))
        return found + [Named(code) for code in sorted(left)]


def _say_part(section: Section, mine: list[str]) -> str:
    every = [practice.code for practice in section.practices]
    if len(mine) == len(every):
        return f"all {len(every)} practices of {section.title}" if len(every) > 1 else f"{mine[0]} of {section.title}"
    others = [code for code in every if code not in mine]
    which = f"all but {', '.join(others)}" if len(others) < len(mine) else ", ".join(mine)
    return f"{len(mine)} of {len(every)} practices of {section.title}: {which}"


def explainer_of(cycle: Cycle, rulebook: Rulebook) -> Explainer:
    """Return an explainer whose practices lead to the program's answers."""
    where = url_for("assessments.answers", cycle_id=cycle.id)
    return Explainer(rulebook, lambda practice: f"{where}#{practice.code}")


def reviewers_explainer(cycle: Cycle, rulebook: Rulebook) -> Explainer:
    """Return an explainer whose practices lead to the reviewer's side of them."""

    def link(practice: Practice) -> str:
        return url_for("reviews.section", cycle_id=cycle.id, key=practice.section) + f"#{practice.code}"

    return Explainer(rulebook, link)


def plugins_not_at_hand(rulebook: Rulebook) -> tuple[str, ...]:
    """Say which plugins of these rules cannot judge here any more: gone, or there in another version."""
    found, said = evaluator().found(), []
    for info in rulebook.plugins:
        here = found.plugins.get(info.name)
        who = f"{info.title or info.name}, version {info.version},"
        if here is None:
            said.append(f"{who} is no longer on this machine.")
        elif not here.info.judges_like(info):
            other = here.info.version
            said.append(
                f"{who} was changed since these rules were chosen." if other == info.version
                else f"{who} was replaced by version {other}."
            )  # fmt: skip
    return tuple(said)
