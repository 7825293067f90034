"""The day agreed for a visit, which counts instead of the promised window wherever days are told.

Visits are planned in a room to the right; it says here which days are agreed, so that every list can tell them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

from flask import Flask, current_app

from rules.duties import Due

AGREED = "agreed days"
AgreedSource = Callable[[Collection[int]], Mapping[int, date]]  # ids of cycles -> the agreed day of each that has one


def set_agreed_days(app: Flask, source: AgreedSource) -> None:
    """Let a room say which days are agreed."""
    app.extensions[AGREED] = source


def agreed_days(cycle_ids: Collection[int]) -> Mapping[int, date]:
    """Return the agreed days by the cycle's id, in one query."""
    source: AgreedSource = current_app.extensions[AGREED]
    return source(cycle_ids)


def with_agreed(dues: tuple[Due, ...], day: date | None) -> tuple[Due, ...]:
    """Return the duties with the agreed day of the visit instead of its window."""
    if day is None:
        return dues
    told = (Due(due.kind, f"{due.title}, agreed", day) if due.kind == "visit" else due for due in dues)
    return tuple(sorted(told, key=lambda due: (due.on, due.until or due.on, due.kind)))
