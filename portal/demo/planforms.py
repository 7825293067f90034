"""The shape of a demo plan as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.plans.models import Outcome


@dataclass(frozen=True, slots=True)
class DemoAction:
    """One step: what, who, by which month (its first day), when it was done, and with the help of what."""

    text: str
    owner: str
    due: date
    done: date | None = None
    resource: str = ""


@dataclass(frozen=True, slots=True)
class DemoPriority:
    """One aim with the practices it improves."""

    title: str
    why: str
    codes: tuple[str, ...]
    actions: tuple[DemoAction, ...]
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """One plan; it is issued when its cycle has a day for that."""

    months: int
    overview: str
    strengths: dict[str, str]
    improvements: dict[str, str]
    priorities: tuple[DemoPriority, ...]
