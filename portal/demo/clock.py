"""The demo's own day: it was 1 October 2026 when the demo was filled, and time runs on from there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import inspect

from portal.foundation.database import db, reading
from portal.foundation.settings import Setting

REFERENCE_DAY = date(2026, 10, 1)
ZONE = ZoneInfo("America/New_York")  # both demo partnerships keep this time
OFFSET_KEY = "demo.clock_offset_seconds"


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """Return a moment of that day where the demo partnerships are."""
    return datetime.combine(day, time(hour, minute), ZONE)


def offset_at(real: datetime) -> timedelta:
    """Return what to add to real time so that it is the reference day now, at the same local time of day."""
    local = real.astimezone(ZONE)
    wanted = datetime.combine(REFERENCE_DAY, local.time(), ZONE)
    return wanted.astimezone(UTC) - real.astimezone(UTC)


def demo_clock(app: Flask) -> Callable[[], datetime]:
    """Return the demo's source of time, read once; real time while the demo is not filled yet."""
    with app.app_context(), reading() as session:
        known = inspect(session.connection()).has_table(Setting.__tablename__)
        setting = session.get(Setting, OFFSET_KEY) if known else None
        seconds = float(setting.value) if setting is not None else 0.0
    offset = timedelta(seconds=seconds)
    return lambda: datetime.now(UTC) + offset


def store_offset(real: datetime) -> timedelta:
    """Keep the offset in the running transaction, so that a restart does not turn the demo back."""
    offset = offset_at(real)
    db.session.add(Setting(key=OFFSET_KEY, value=str(offset.total_seconds())))
    return offset
