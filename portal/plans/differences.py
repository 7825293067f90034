"""Says line by line what is different between two issues of a plan, or between a shared draft and the newest text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from rules.wording import say_count, say_month

from .contents import ActionContent, PlanContent, PriorityContent

CHANGED, ADDED, REMOVED, MOVED = "changed", "added", "removed", "moved"
One = TypeVar("One", PriorityContent, ActionContent)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is different: where it stands, which part, and what it said before and says after.

    `kind` is changed, added, removed or moved; `key` names the priority it belongs to, "" for the plan as a whole.
    """

    kind: str
    where: str
    part: str
    before: str = ""
    after: str = ""
    key: str = ""


def differences(before: PlanContent, after: PlanContent, areas: Mapping[str, str] | None = None) -> tuple[Line, ...]:
    """Return what is different, in the order of the plan; nothing when the two say the same.

    `areas` gives the titles of the areas by key.
    """
    return tuple(_lines(before, after, areas or {}))


def _lines(before: PlanContent, after: PlanContent, areas: Mapping[str, str]) -> Iterator[Line]:
    yield from _part("The plan", "Length", _months(before.months), _months(after.months))
    yield from _part("The plan", "What matters most", before.overview, after.overview)
    for part, was, now in (
        ("Strengths", before.strengths, after.strengths),
        ("Areas for improvement", before.improvements, after.improvements),
    ):
        for area in (*now, *(key for key in was if key not in now)):
            yield from _part(areas.get(area, area.capitalize()), part, was.get(area, ""), now.get(area, ""))
    for place, one, old_place, old in _paired(before.priorities, after.priorities):
        yield from _priority(place, one, old_place, old)


def _priority(n: int, one: PriorityContent | None, m: int, old: PriorityContent | None) -> Iterator[Line]:
    if one is None:
        if old is not None:
            yield Line(REMOVED, f"Priority {m}", "Priority", old.title, "", old.key)
        return
    where, key = f"Priority {n}", one.key
    if old is None:
        yield Line(ADDED, where, "Priority", "", one.title, key)
        old = PriorityContent("")
    else:
        yield from _part(where, "Aim", old.title, one.title, key)
        if m != n:
            yield Line(MOVED, where, "Place", f"Priority {m}", where, key)
    yield from _part(where, "Why", old.why, one.why, key)
    yield from _part(where, "Practices", ", ".join(old.practices), ", ".join(one.practices), key)
    if old.rests_on:  # issues from before the answers were kept with them say nothing of it
        yield from _part(where, "Rests on", _rests(old), _rests(one), key)
    for k, step, j, old_step in _paired(old.actions, one.actions):
        yield from _action(where, key, (k, step), (j, old_step))


def _action(
    place: str, key: str, new: tuple[int, ActionContent | None], old: tuple[int, ActionContent | None]
) -> Iterator[Line]:
    (k, one), (j, was) = new, old
    if one is None:
        if was is not None:
            yield Line(REMOVED, f"{place}, action {j}", "Action", _in_a_line(was), "", key)
        return
    where = f"{place}, action {k}"
    if was is None:
        yield Line(ADDED, where, "Action", "", _in_a_line(one), key)
        return
    if j != k:
        yield Line(MOVED, where, "Place", f"Action {j}", f"Action {k}", key)
    for part, before, after in (
        ("Action", was.text, one.text),
        ("Who", was.owner, one.owner),
        ("Due", _month(was.due), _month(one.due)),
        ("Resource", was.resource, one.resource),
    ):
        yield from _part(where, part, before, after, key)


def _part(where: str, part: str, before: str, after: str, key: str = "") -> Iterator[Line]:
    if before != after:
        yield Line(CHANGED, where, part, before, after, key)


def _paired(old: Sequence[One], new: Sequence[One]) -> list[tuple[int, One | None, int, One | None]]:
    """Find each one's counterpart: by its key, else by what it is called, else, where a key is missing, by its place.

    Returns the place and the new one, the place and the old one, in the order of the new; what was taken out stands
    where it stood. A place of 0 goes with a side that is missing.
    """
    left, right = dict(enumerate(old, 1)), dict(enumerate(new, 1))
    found: dict[int, int] = {}  # place in the new -> place in the old
    tests: tuple[Callable[[int, One, int, One], bool], ...] = (
        lambda i, a, j, b: bool(a.key) and a.key == b.key,
        lambda i, a, j, b: _name(a) == _name(b),
        lambda i, a, j, b: i == j and not (a.key and b.key),
    )
    for same in tests:
        for j, b in right.items():
            if j not in found:
                free = (i for i, a in left.items() if i not in found.values() and same(i, a, j, b))
                if (match := next(free, 0)) != 0:
                    found[j] = match
    pairs: list[tuple[int, One | None, int, One | None]] = [
        (j, b, found.get(j, 0), left.get(found.get(j, 0))) for j, b in right.items()
    ]
    for i, a in left.items():
        if i not in found.values():
            at = next((n for n, (_, _, m, _) in enumerate(pairs) if m > i), len(pairs))
            pairs.insert(at, (0, None, i, a))
    return pairs


def _name(one: PriorityContent | ActionContent) -> str:
    return one.title if isinstance(one, PriorityContent) else one.text


def _rests(one: PriorityContent) -> str:
    return "; ".join(f"{r.code}: {r.said} (copy {r.copy}, version {r.version})" for r in one.rests_on)


def _in_a_line(one: ActionContent) -> str:
    more = ", ".join(part for part in (one.owner, _month(one.due), one.resource) if part)
    return f"{one.text} ({more})" if more else one.text


def _month(due: str | None) -> str:
    return say_month(date.fromisoformat(due)) if due else ""


def _months(months: int | None) -> str:
    return "" if months is None else say_count(months, "month")
