"""How long tiers are held, and what follows when their time ends: by the rules an award was decided by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.partnerships.queries import rulebook_of_record
from rules.duties import add_months
from rules.policy import Policy
from rules.results import Tier
from rules.rulebook import Rulebook
from rules.wording import say_date

from .models import Award, EventKind, Standing

K = EventKind


def rules_of(award: Award) -> Rulebook:
    """Return the rules the award was decided by."""
    return rulebook_of_record(award.rulebook)


def policy_of(award: Award) -> Policy:
    """Return the policy values that hold for the award."""
    return rules_of(award).policy


def tier_of(rulebook: Rulebook, key: str) -> Tier | None:
    """Return a tier of these rules, None for one they do not know."""
    return next((tier for tier in rulebook.tiers if tier.key == key), None)


def rank_of(rulebook: Rulebook, key: str) -> int:
    """Return the place of a tier; one the rules do not know stands below all."""
    found = tier_of(rulebook, key)
    return found.rank if found else -(10**9)


def months_for(rulebook: Rulebook, tier: Tier) -> int:
    """Return for how many months a tier is held: its own number, else the policy's."""
    return tier.months or rulebook.policy.recognition_months


def end_after(award: Award, tier: Tier, today: date) -> date:
    """Return the last day of a tier that is given on this day to a program that is recognized already.

    A provisional tier is held for its months from this day. Every other one is held from the day of the recognition,
    which the assessment behind it is as old as; what was extended stays extended.
    """
    months = months_for(rules_of(award), tier)
    if tier.provisional:
        return add_months(today, months)
    before = tier_of(rules_of(award), award.tier_key)
    end = add_months(award.awarded_on, months)
    if before is None or not before.provisional:
        end = max(end, award.expires_on)
    return end if end > today else add_months(today, months)


@dataclass(frozen=True, slots=True)
class Ending:
    """What happens after the last day: the kind of step, the tier that is left, until when, and why, in a sentence."""

    kind: EventKind
    last_day: date
    tier: Tier | None
    expires_on: date
    standing: Standing
    sentence: str

    @property
    def key(self) -> str:
        """Return what tells this ending from every other one of the same award."""
        return f"{self.last_day}:{self.kind.name.lower()}"


def ending_of(award: Award) -> Ending:
    """Return what the rules say happens after the last day of a recognition."""
    rulebook, last = rules_of(award), award.last_day
    if award.ending_on is not None and award.ending_on <= award.expires_on:
        return _announced(award, rulebook, last)
    now = tier_of(rulebook, award.tier_key)
    if now is not None and now.provisional:
        lower, why = tier_of(rulebook, now.fallback), f"The provisional time of {now.name} ends on {say_date(last)}."
        if lower is None:
            return Ending(K.EXPIRED, last, None, last, Standing.EXPIRED, f"{why} No other tier follows it.")
        if (over := add_months(award.awarded_on, months_for(rulebook, lower))) <= last:
            why += (
                f" {lower.name} would follow it, but that was held to {say_date(over)} only, so the recognition lapses."
            )
            return Ending(K.LAPSED, last, None, last, Standing.LAPSED, why)
        return _step_down(award, lower, last, f"{why} By the rules, {lower.name} follows it.")
    why = f"{award.tier_name} is held to {say_date(last)}."
    if now is not None and rulebook.policy.at_expiry == "step_down":
        below = [tier for tier in rulebook.tiers if tier.rank < now.rank and not tier.provisional]
        if below:
            return _step_down(award, below[-1], last, f"{why} By the rules, {below[-1].name} follows it.")
    return Ending(
        K.LAPSED, last, None, last, Standing.LAPSED,
        f"{why} Then it lapses, and a new self-assessment leads to a new recognition.",
    )  # fmt: skip


def _announced(award: Award, rulebook: Rulebook, last: date) -> Ending:
    lower = tier_of(rulebook, award.ending_tier)
    if lower is None:
        why = f"Its withdrawal was announced. It is held to {say_date(last)}."
        return Ending(K.WITHDRAWN, last, None, award.expires_on, Standing.WITHDRAWN, why)
    why = f"A step down to {lower.name} was announced. {award.tier_name} is held to {say_date(last)}."
    return Ending(K.STEPPED_DOWN, last, lower, award.expires_on, Standing.HELD, why)


def _step_down(award: Award, lower: Tier, last: date, why: str) -> Ending:
    until = end_after(award, lower, last)
    return Ending(K.STEPPED_DOWN, last, lower, until, Standing.HELD, f"{why} It is held to {say_date(until)}.")


def notice_from(award: Award) -> date:
    """Return the day from which the program is told that its recognition ends."""
    return award.last_day - timedelta(days=policy_of(award).loss_notice_days)
