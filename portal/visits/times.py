"""Local times as people type and read them: a day and an hour where the partnership is, stored in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.cycles.models import Cycle
from portal.foundation.languages import Phrase, Value
from portal.foundation.typed import day_of
from rules.policy import Policy
from rules.wording import say_date, sentence_case

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NO_TIME = "Enter a day and a time, like 2026-10-20 10:00."


class NoSuchTime(ValueError):
    """What was typed is no moment; the words say why."""


def read_time(typed: str, time_zone: str) -> datetime:
    """Return the moment of a local time like 2026-10-20T10:00, in UTC. Raises NoSuchTime.

    An hour that comes twice, when the clocks go back, means the first of the two.
    """
    text = typed.strip().replace(" ", "T", 1)
    try:
        plain = datetime.fromisoformat(text)
    except ValueError:
        raise NoSuchTime(NO_TIME) from None
    if plain.tzinfo is not None or "T" not in text or day_of(text.partition("T")[0]) is None:
        raise NoSuchTime(NO_TIME)
    local = plain.replace(second=0, microsecond=0, tzinfo=ZoneInfo(time_zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime(
            f"On {say_date(local)} the clocks go forward, so {local:%H:%M} does not exist. Choose another time."
        )
    return moment


def typed_of(moment: datetime | None, time_zone: str) -> str:
    """Return a moment as the field for a day and time holds it."""
    return moment.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


def say_when(moment: datetime | None, time_zone: str, minutes: int = 0) -> str:
    """Say a moment where the partnership is: Tuesday, October 20, 2026, 10:00 to 12:30 (EDT)."""
    if moment is None:
        return ""
    begin = moment.astimezone(ZoneInfo(time_zone))
    end = (moment + timedelta(minutes=minutes)).astimezone(ZoneInfo(time_zone))
    until = f" to {end:%H:%M}" if minutes else ""
    return f"{WEEKDAYS[begin.weekday()]}, {say_date(begin)}, {begin:%H:%M}{until} ({begin:%Z})"


def when_phrase(moment: datetime, time_zone: str, minutes: int) -> Phrase:
    """Return a moment where the partnership is, to be said in the language of whoever reads the mail."""
    begin = moment.astimezone(ZoneInfo(time_zone))
    end = (moment + timedelta(minutes=minutes)).astimezone(ZoneInfo(time_zone))
    values: dict[str, Value] = {
        "weekday": Phrase(WEEKDAYS[begin.weekday()]), "day": begin.date(), "begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}",
        "zone": f"{begin:%Z}",
    }  # fmt: skip
    return Phrase("{weekday}, {day}, {begin} to {end} ({zone})", values)


def say_length(minutes: int) -> str:
    """Say how long: 45 minutes, 2 hours, 2 hours 30 minutes."""
    hours, rest = divmod(minutes, 60)
    words = [f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []
    return " ".join([*words, f"{rest} minutes"] if rest or not hours else words)


def local_date(moment: datetime, time_zone: str) -> date:
    """Return the day of a moment where the partnership is."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


@dataclass(frozen=True, slots=True)
class Window:
    """The days between which the policy promises the visit."""

    first: date
    last: date


def window_of(cycle: Cycle, policy: Policy) -> Window | None:
    """Return the promised window, counted from the day of submitting."""
    if cycle.submitted_on is None:
        return None
    first, last = (cycle.submitted_on + timedelta(weeks=weeks) for weeks in policy.visit_weeks)
    return Window(first, last)


def usual_minutes(policy: Policy) -> int:
    """Return the middle of what the policy says a visit takes."""
    return sum(policy.visit_hours) * 30


def about_date(day: date, window: Window | None, title: str) -> str:
    """Say what a day does to the promise; nothing when it keeps it."""
    if window is None or window.first <= day <= window.last:
        return ""
    promised = f"between {say_date(window.first)} and {say_date(window.last)}"
    if day < window.first:
        return f"{say_date(day)} is earlier than promised: the {title} is to be held {promised}."
    late = (day - window.last).days
    return f"{say_date(day)} is {late} day{'s' if late > 1 else ''} later than promised: the {title} is to be held {promised}."


def promise_words(planned: date | None, window: Window | None, title: str, today: date) -> str:
    """Say that the promise is broken or about to break; nothing while it holds.

    It is about to break from the first day of the window on, while no date is set.
    """
    if window is None:
        return ""
    over = (today - window.last).days
    if over > 0 and (planned is None or planned < today):
        return f"The {title} was promised by {say_date(window.last)}. That was {over} day{'s' if over > 1 else ''} ago."
    if planned is not None:
        if planned < today:
            return f"{sentence_case(title)} was planned for {say_date(planned)}. Record that it was held, or move it."
        return about_date(planned, window, title)
    if today >= window.first:
        return f"No date is set, and the {title} is promised by {say_date(window.last)}: {_in_days(-over)}."
    return ""


def _in_days(days: int) -> str:
    return "today" if days == 0 else f"in {days} day{'s' if days > 1 else ''}"
