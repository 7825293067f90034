"""Search for the smallest sets of things that are enough together, asking as seldom as can be.

Asking is what takes time, so a search is bounded, and says whether it was finished. It takes for granted that adding to a
set never makes it less than enough.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

Enough = Callable[[Sequence[str]], bool]
Order = Callable[[str], Any]


class Spent(Exception):
    """Raised by the question itself when no more may be asked."""


@dataclass(frozen=True, slots=True)
class Search:
    """Hold the question, how often it may still be asked, and two orders: by what is gained, and by what is taken up first.

    Things with the same `kind` are alike enough to be left out together, if they can be.
    """

    enough: Enough
    left: Callable[[], int]
    kind: Order
    gain: Order
    urgency: Order
    shown: int


@dataclass(frozen=True, slots=True)
class Smallest:
    """Hold sets that are enough. exact: none is smaller; irreducible: nothing can be left out; more: others may be as small."""

    sets: tuple[tuple[str, ...], ...]
    exact: bool = True
    irreducible: bool = True
    more: bool = False


def smallest_sets(candidates: Sequence[str], search: Search) -> Smallest:
    """Return the smallest sets among candidates that are enough all together, or the best that was found in time."""
    kept = list(candidates)
    try:
        plain = leave_out(kept, search)
    except Spent:
        return Smallest((tuple(kept),), exact=False, irreducible=False)
    best = Smallest((tuple(kept),), exact=False)
    if not plain:
        return best
    try:
        every = len(kept) == len(candidates)
        needed = [code for code in kept if every or not search.enough(without(candidates, code))]
    except Spent:
        return best
    rest = sorted(set(candidates) - set(needed), key=search.urgency)
    most = len(kept) - len(needed)
    for size in range(1, most + 1):
        if size < most and comb(len(rest), size) > search.left():
            return best  # a part of them would prove nothing
        found, finished = _of_size(needed, rest, size, search)
        if found or size == most:
            return Smallest(tuple(found) or best.sets, more=not finished)
        if not finished:
            return best
    return Smallest(best.sets)


def leave_out(kept: list[str], search: Search) -> bool:
    """Take out of `kept` whatever can be left out, least gain first, whole kinds before single things, until nothing can.

    Tells whether the second look found nothing, as it is where adding never harms.
    """
    for kind in sorted({search.kind(code) for code in kept}, reverse=True):
        others = [code for code in kept if search.kind(code) != kind]
        if others and search.enough(others):
            kept[:] = others
    looks, changed = 0, True
    while changed:
        changed = False
        for code in sorted(kept, key=search.gain, reverse=True):
            if search.enough(without(kept, code)):
                kept.remove(code)
                changed = True
        looks += 1
    return looks <= 2


def without(codes: Iterable[str], left_out: str) -> list[str]:
    """Return the codes but one."""
    return [code for code in codes if code != left_out]


def _of_size(
    needed: Sequence[str], rest: Sequence[str], size: int, search: Search
) -> tuple[list[tuple[str, ...]], bool]:
    found: list[tuple[str, ...]] = []
    try:
        for more in combinations(rest, size):
            if search.enough([*needed, *more]):
                if len(found) == search.shown:
                    return found, False
                found.append((*needed, *more))
    except Spent:
        return found, False
    return found, True
