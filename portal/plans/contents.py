"""What one issue of a plan says, frozen: written as canonical JSON, read back the same, also from older issues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.codec import read_json


@dataclass(frozen=True, slots=True)
class RestsOn:
    """Hold the answer that justifies a priority, as it stood: in which frozen copy, and which version of the answer.

    `version` is 0 where the history of the answer does not hold what was sent.
    """

    code: str
    title: str = ""
    copy: int = 0  # Submission.number
    version: int = 0
    said: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class ActionContent:
    """One step; `due` is the first day of a month, like 2027-03-01, or nothing."""

    text: str
    owner: str = ""
    due: str | None = None
    resource: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class PriorityContent:
    """One numbered aim; its `key` stays the same from issue to issue, whatever it is called."""

    title: str
    why: str = ""
    practices: tuple[str, ...] = ()
    actions: tuple[ActionContent, ...] = ()
    rests_on: tuple[RestsOn, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class PlanContent:
    """The whole plan as one issue, or one shared draft, says it."""

    months: int | None = None
    overview: str = ""
    strengths: Mapping[str, str] = field(default_factory=dict)
    improvements: Mapping[str, str] = field(default_factory=dict)
    priorities: tuple[PriorityContent, ...] = ()


def read_content(text: str) -> PlanContent:
    """Read what an issue or a shared draft holds; parts that older ones do not know are empty."""
    return read_json(PlanContent, text)
