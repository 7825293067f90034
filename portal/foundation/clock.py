"""The portal's one source of time: stored in UTC, shown in the partnership's local day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

EXTENSION = "nqms-clock"


def init_clock(app, source: Callable[[], datetime] | None = None) -> None:  # type: ignore[no-untyped-def]
    """Give the app its source of time; tests and demo mode pass their own."""
    app.extensions[EXTENSION] = source or (lambda: datetime.now(UTC))


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    moment: datetime = current_app.extensions[EXTENSION]()
    return moment.astimezone(UTC)


def day_at(moment: datetime, time_zone: str) -> date:
    """Return the date of a moment where the partnership is."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def local_day(time_zone: str) -> date:
    """Return today's date where the partnership is."""
    return day_at(now(), time_zone)
