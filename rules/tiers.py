"""Ordered tiers and their conditions: awarded, not yet (what is missing), or undetermined (who could not judge)."""

from collections.abc import Mapping

from rules.asking import Assessment, Question
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
    "ConditionResult", "Decision", "ProposedPriority", "Tier", "TierResult", "decide", "judge_conditions",
    "judge_priorities", "propose_priorities",
]  # fmt: skip


def decide(scorecard: Scorecard, assessment: Assessment, rulebook: Rulebook) -> Decision:
    """Decide the tier from the conditions of the listed plugins.

    A rule that broke may be the one a condition rests on, so it leaves the decision undetermined: never met, never
    not met. The conditions that could be judged are shown all the same.
    """
    conditions, wrong = judge_conditions(scorecard, assessment, rulebook)
    broken = "; ".join(say_undetermined(one) for one in (*wrong, *scorecard.undetermined))
    tiers = tuple(_tier(tier, conditions, broken) for tier in rulebook.tiers)
    reached = [tier for tier in tiers if tier.met]
    if broken or any(tier.met is None for tier in tiers):
        who = broken or "no plugin judges one of the conditions"
        sentence = f"No tier can be decided now: {who}. Nothing is lost; it is decided once this is mended."
        return Decision("undetermined", None, tiers, sentence)
    if reached:
        return Decision("awarded", reached[-1], tiers, f"All conditions of {reached[-1].name} are met.")
    if not tiers:
        return Decision("not_yet", None, (), "These rules know no tier.")
    first = next(one for one in tiers[0].conditions if one.met is False)
    return Decision("not_yet", None, tiers, f"Not yet {tiers[0].name}. {first.sentence}")


def judge_conditions(
    scorecard: Scorecard, assessment: Assessment, rulebook: Rulebook
) -> tuple[dict[str, ConditionResult], list[Undetermined]]:
    """Collect the conditions that the listed plugins judge, by key, and name the rules that could not judge."""
    judged: dict[str, ConditionResult] = {}
    wrong: list[Undetermined] = []

    def condition(row: Row) -> None:
        sentence = row.text("sentence")
        trace = row.trace(sentence, "key")
        if trace.rule in judged:
            raise ValueError(f"the condition is judged by {judged[trace.rule].trace.plugin} already")
        made = ConditionResult(trace.rule, row.text("title"), row.flag("met"), sentence, trace.practices, trace)
        judged[trace.rule] = made

    for said in rulebook.ask("nqms_tier_conditions", Question(assessment, scorecard)):
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
    met = None if broken or None in mets else False not in mets
    return TierResult(tier.key, tier.name, tier.rank, tuple(conditions), met)


def propose_priorities(
    scorecard: Scorecard, assessment: Assessment, rulebook: Rulebook
) -> tuple[ProposedPriority, ...]:
    """Collect what the listed plugins propose for the plan: safety gaps first, then by the rank they give."""
    return judge_priorities(scorecard, assessment, rulebook)[0]


def judge_priorities(
    scorecard: Scorecard, assessment: Assessment, rulebook: Rulebook
) -> tuple[tuple[ProposedPriority, ...], tuple[Undetermined, ...]]:
    """Collect the proposals as `propose_priorities` does, and name the rules that could not propose any."""
    ranked: list[tuple[int, ProposedPriority]] = []
    wrong: list[Undetermined] = []
    for said in rulebook.ask("nqms_priorities", Question(assessment, scorecard)):
        good, bad = read_rows(said, "nqms_priorities", rulebook.catalogue, _priority)
        ranked += good
        wrong += bad
    order = order_of(rulebook.catalogue)

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
