"""What the results page of a program says: the next step first, and what each tier brings."""

from __future__ import annotations

from dataclasses import dataclass

from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from rules.results import Benefit, Tier

from .shared import SharedDraft


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do with the results, in plain words; `now` marks the first one that is open."""

    title: str
    hint: str
    done: bool
    now: bool = False


@dataclass(frozen=True, slots=True)
class TierBenefits:
    """What one tier brings to those who reach it."""

    tier: Tier
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What a program does next, and the benefits by tier."""

    steps: tuple[Step, ...]
    tiers: tuple[TierBenefits, ...]


def results_of(cycle: Cycle, drafts: list[SharedDraft], may_comment: bool) -> Results:
    """Return the steps from a shared draft to the recognition, and the benefits that the rules name."""
    rulebook, issued, leader = rulebook_of(cycle), cycle.plan_issued_on is not None, cycle.program.key_leader_name
    comment = (
        "Say what fits and what does not." if may_comment else "A program administrator or a contributor can comment."
    )
    steps = []
    if drafts:
        hint = "Comments closed when the plan was issued; they stay readable." if issued else comment
        steps.append(Step("Read the draft and comment", hint, issued))
    steps += [
        Step("Read the results and the plan", "Share them with people who were not at the visit.", cycle.statement_signed_on is not None),
        Step(
            "Sign the Statement of Accuracy",
            f"{leader or 'Your key leader'} got a link by mail. No account is needed." if issued
            else f"{leader or 'Your key leader'} gets a link by mail once the plan is issued.",
            cycle.statement_signed_on is not None,
        ),
        Step("Recognition", "Your partnership confirms it after the signature.", cycle.awarded_on is not None),
    ]  # fmt: skip
    first = next((n for n, one in enumerate(steps) if not one.done and (issued or n == 0)), None)
    shown = tuple(Step(one.title, one.hint, one.done, n == first) for n, one in enumerate(steps))
    tiers = tuple(
        TierBenefits(tier, tuple(one for one in rulebook.description.benefits if one.tier == tier.key))
        for tier in rulebook.tiers
    )
    return Results(shown, tuple(one for one in tiers if one.benefits))
