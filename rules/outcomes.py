"""What one assessment comes to under some rules, in short, and what differs under others: the stuff of previews."""

from dataclasses import dataclass

from rules.asking import Assessment
from rules.results import ConditionResult, Decision, Scorecard, Trace
from rules.rulebook import Rulebook
from rules.scorecard import evaluate
from rules.tiers import decide


@dataclass(frozen=True, slots=True)
class Reason:
    """Hold one result in short, with who gave it: a condition, a safety gap, or what a practice counts as."""

    key: str
    value: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what an assessment comes to. `tier` is the name of the tier reached, empty for none."""

    outcome: str
    tier: str
    sentence: str
    in_practice: int
    applicable: int
    safety_gaps: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Name one result that differs, with the reason before and after; None where it was not there."""

    key: str
    before: Reason | None
    after: Reason | None

    @property
    def sentence(self) -> str:
        """Say which rule of which plugin moves it, and how."""
        one = self.after or self.before
        if one is None:
            return ""
        was, now = (side.value if side else "not asked for" for side in (self.before, self.after))
        who = f"{one.trace.plugin} {one.trace.version}, rule {one.trace.rule}"
        return f"{self.key}: {was}, would be {now} ({who}: {one.trace.sentence})"


def outcome_of(assessment: Assessment, rulebook: Rulebook) -> Outcome:
    """Judge one assessment and keep what a preview compares."""
    card = evaluate(assessment, rulebook)
    return summed_up(card, decide(card, assessment, rulebook))


def summed_up(card: Scorecard, decision: Decision) -> Outcome:
    """Return a scorecard and a decision in short."""
    seen: dict[str, ConditionResult] = {}
    for tier in decision.tiers:
        seen |= {one.key: one for one in tier.conditions}
    words = {True: "met", False: "not met", None: "undetermined"}
    reasons = [Reason(one.title, words[one.met], one.trace) for one in seen.values()]
    reasons += [Reason(f"Safety of {'/'.join(gap.practices)}", "a gap", gap.trace) for gap in card.safety_gaps]
    reasons += [
        Reason(f"{one.practice} counts as", one.counts_as.replace("_", " "), one.trace) for one in card.adjustments
    ]
    return Outcome(
        decision.outcome, decision.tier.name if decision.tier else "", decision.sentence, card.total.in_practice,
        card.total.applicable, len(card.safety_gaps), tuple(reasons),
    )  # fmt: skip


def moves(before: Outcome, after: Outcome) -> tuple[Moved, ...]:
    """List every result that differs, in the order of the new rules, then what is gone."""
    old, new = ({one.key: one for one in side.reasons} for side in (before, after))
    keys = [*new, *(key for key in old if key not in new)]
    pairs = ((key, old.get(key), new.get(key)) for key in keys)
    return tuple(Moved(key, was, now) for key, was, now in pairs if (was and was.value) != (now and now.value))
