"""What was typed about a part of the plan that a newer issue no longer has: shown to copy, never dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.cycles.models import Cycle
from portal.foundation.errors import StaleVersion
from portal.plans.contents import read_content
from portal.plans.queries import issues_of, plan_of


@dataclass(frozen=True, slots=True)
class Gone:
    """One such part: what it was called, what was chosen in words, and the fields as they came."""

    title: str
    chosen: str
    note: str
    fields: Mapping[str, str]  # by their names in the form, to be sent again with it


class PartsGone(StaleVersion):
    """The plan was issued again, without some of what the sender wrote about; everything else is stored."""

    def __init__(self, what: str, gone: tuple[Gone, ...]) -> None:
        super().__init__(sentence_of(what) + " Everything else is stored.")
        self.gone = gone


def sentence_of(what: str) -> str:
    """Say that a step, or a priority, is no longer there."""
    return f"The plan was issued again while you were writing, without a {what} you wrote about. Your text is below."


def keys_named(form: Mapping[str, str]) -> list[str]:
    """Return the keys that a form was made for, also those the plan no longer has."""
    return [name.removesuffix("-seen") for name in form if name.endswith("-seen") and name != "-seen"]


def titles_of(cycle: Cycle) -> dict[str, str]:
    """Return what every priority and action of any issue of the plan was called last, by key."""
    found: dict[str, str] = {}
    for issue in issues_of(plan_of(cycle)):
        for priority in read_content(issue.issued_content).priorities:
            found |= {priority.key: priority.title} | {one.key: one.text for one in priority.actions}
    return found
