"""Ordered tiers and their conditions: awarded, not yet (what is missing), or undetermined (who could not judge)."""

from collections.abc import Mapping
from types import MappingProxyType

from rules.answers import Answer
from rules.catalogue import Catalogue
from rules.facts import CycleFacts
from rules.results import (
    ConditionResult,
    Decision,
    ProposedPriority,
    Scorecard,
    Tier,
    TierResult,
    Trace,
    Undetermined,
)
from rules.rows import Row, read_rows, say_undetermined
from rules.rulebook import Rulebook
from rules.scorecard import CORE, VERSION, order_of

__all__ = [
    "ConditionResult", "Decision", "ProposedPriority", "Tier", "TierResult", "decide", "judge_priorities",
    "propose_priorities",
]  # fmt: skip


def decide(scorecard: Scorecard, cycle: CycleFacts, rulebook: Rulebook) -> Decision:
    """Decide the tier from the conditions of the listed plugins; one that could not judge leaves it undetermined.

    A rule that broke may be the one a condition rests on, so no tier is awarded over it; a condition that is
    plainly not met stays so.
    """
    conditions, wrong = _conditions(scorecard, cycle, rulebook)
    broken = "; ".join(say_undetermined(one) for one in (*wrong, *scorecard.undetermined))
    tiers = tuple(_tier(tier, conditions, broken) for tier in rulebook.tiers)
    reached = [tier for tier in tiers if tier.met]
    if any(tier.met is None and (not reached or tier.rank > reached[-1].rank) for tier in tiers):
        who = broken or "no plugin judges one of the conditions"
        sentence = f"No tier can be decided now: {who}. Nothing is lost; it is decided once this is mended."
        return Decision("undetermined", None, tiers, sentence)
    if reached:
        return Decision("awarded", reached[-1], tiers, f"All conditions of {reached[-1].name} are met.")
    if not tiers:
        return Decision("not_yet", None, (), "These rules know no tier.")
    first = next(one for one in tiers[0].conditions if one.met is False)
    return Decision("not_yet", None, tiers, f"Not yet {tiers[0].name}: {first.sentence}")


def _conditions(
    scorecard: Scorecard, cycle: CycleFacts, rulebook: Rulebook
) -> tuple[dict[str, ConditionResult], list[Undetermined]]:
    judged: dict[str, ConditionResult] = {}
    wrong: list[Undetermined] = []

    def condition(row: Row) -> None:
        sentence = row.text("sentence")
        trace = row.trace(sentence, "key")
        if trace.rule in judged:
            raise ValueError(f"the condition is judged by {judged[trace.rule].trace.plugin} already")
        made = ConditionResult(trace.rule, row.text("title"), row.flag("met"), sentence, trace.practices, trace)
        judged[trace.rule] = made

    for said in rulebook.ask("nqms_tier_conditions", scorecard=scorecard, cycle=cycle):
        wrong += read_rows(said, "nqms_tier_conditions", rulebook.catalogue, condition)[1]
    return judged, wrong


def _tier(tier: Tier, judged: Mapping[str, ConditionResult], broken: str) -> TierResult:
    conditions = []
    for key in tier.conditions:
        if key in judged:
            conditions.append(judged[key])
            continue
        sentence = f"Whether “{key}” is met could not be determined: {broken or 'no plugin judges it'}."
        conditions.append(ConditionResult(key, key, None, sentence, (), Trace(CORE, VERSION, key, (), sentence)))
    mets = [one.met for one in conditions]
    met = False if False in mets else None if None in mets or broken else True
    return TierResult(tier.key, tier.name, tier.rank, tuple(conditions), met)


def propose_priorities(
    catalogue: Catalogue, answers: Mapping[str, Answer], scorecard: Scorecard, rulebook: Rulebook
) -> tuple[ProposedPriority, ...]:
    """Collect what the listed plugins propose for the plan: safety gaps first, then by the rank they give."""
    return judge_priorities(catalogue, answers, scorecard, rulebook)[0]


def judge_priorities(
    catalogue: Catalogue, answers: Mapping[str, Answer], scorecard: Scorecard, rulebook: Rulebook
) -> tuple[tuple[ProposedPriority, ...], tuple[Undetermined, ...]]:
    """Collect the proposals as `propose_priorities` does, and name the rules that could not propose any."""
    ranked: list[tuple[int, ProposedPriority]] = []
    wrong: list[Undetermined] = []
    frozen = MappingProxyType(dict(answers))
    for said in rulebook.ask("nqms_priorities", catalogue=catalogue, answers=frozen, scorecard=scorecard):
        good, bad = read_rows(said, "nqms_priorities", catalogue, _priority)
        ranked += good
        wrong += bad
    order = order_of(catalogue)

    def place(one: tuple[int, ProposedPriority]) -> tuple[bool, int, int, str, str]:
        rank, made = one
        return not made.safety, rank, min(order[code] for code in made.practices), made.trace.plugin, made.rule

    return tuple(made for _, made in sorted(ranked, key=place)), tuple(wrong)


def _priority(row: Row) -> tuple[int, ProposedPriority]:
    why = row.text("why")
    trace = row.trace(why)
    if not trace.practices:
        raise ValueError("a priority needs at least one practice")
    made = ProposedPriority(trace.rule, row.text("title"), trace.practices, why, row.flag("safety"), trace)
    return row.whole("rank"), made
