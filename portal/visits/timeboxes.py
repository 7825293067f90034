"""Shares a visit's time out so that the parts add up to it exactly."""

from __future__ import annotations

from collections.abc import Sequence

STEP = 5  # minutes people plan in


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Share whole units by weight; what is left over goes to the largest remainders, the first ones where they are equal."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in by_remainder[: total - sum(shares)]:
        shares[at] += 1
    return shares


def boxes(minutes: int, weights: Sequence[int]) -> list[int]:
    """Return the minutes of each part, heavier parts longer, together exactly `minutes`.

    They come in steps of five minutes, and every part has one step, where the time is enough for that; else in minutes.
    """
    step = STEP if minutes % STEP == 0 and minutes // STEP >= len(weights) else 1
    units = minutes // step
    if units < len(weights):
        return [step * one for one in share(units, weights)]
    return [step * (1 + one) for one in share(units - len(weights), weights)]
