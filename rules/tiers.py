"""Ordered tiers and their conditions: awarded, not yet (what is missing), or undetermined (who could not judge)."""

from collections.abc import Mapping
from types import MappingProxyType

from rules.answers import Answer
from rules.catalogue import Catalogue
from rules.facts import CycleFacts
from rules.results import ConditionResult, Decision, ProposedPriority, Scorecard, Tier, TierResult, Trace
from rules.rulebook import Rulebook
from rules.scorecard import CORE, VERSION, trace_of

__all__ = ["ConditionResult", "Decision", "ProposedPriority", "Tier", "TierResult", "decide", "propose_priorities"]


def decide(scorecard: Scorecard, cycle: CycleFacts, rulebook: Rulebook) -> Decision:
    """Decide the tier from the conditions of the listed plugins; one that could not judge leaves it undetermined."""
    conditions, broken = _conditions(scorecard, cycle, rulebook)
    gaps = "; ".join(f"{one.plugin} {one.version} could not judge" for one in scorecard.undetermined)
    tiers = tuple(_tier(tier, conditions, broken or gaps) for tier in rulebook.tiers)
    reached = [tier for tier in tiers if tier.met]
    open_above = [t for t in tiers if t.met is None and (not reached or t.rank > reached[-1].rank)]
    if open_above:
        who = broken or gaps or "a condition could not be judged"
        return Decision(
            "undetermined",
            None,
            tiers,
            f"No tier can be decided now: {who}. Nothing is lost; it is decided once this is mended.",
        )
    if reached:
        return Decision("awarded", reached[-1], tiers, f"All conditions of {reached[-1].name} are met.")
    if not tiers:
        return Decision("not_yet", None, (), "These rules know no tier.")
    first = next(one for one in tiers[0].conditions if not one.met)
    return Decision("not_yet", None, tiers, f"Not yet {tiers[0].name}: {first.sentence}")


def _conditions(scorecard: Scorecard, cycle: CycleFacts, rulebook: Rulebook) -> tuple[dict[str, ConditionResult], str]:
    judged: dict[str, ConditionResult] = {}
    broken = []
    for said in rulebook.ask("nqms_tier_conditions", scorecard=scorecard, cycle=cycle):
        who = f"{said.plugin.name} {said.plugin.version}"
        if said.wrong:
            broken.append(f"a rule of {who} could not judge ({said.wrong})")
        for row in said.rows:
            try:
                if not isinstance(row["met"], bool):
                    raise TypeError("met must be True or False")
                trace = trace_of(said, {**row, "rule": row["key"]}, row["sentence"])
                judged[row["key"]] = ConditionResult(
                    row["key"], row["title"], row["met"], row["sentence"], trace.practices, trace
                )
            except (Exception, SystemExit) as error:
                broken.append(f"a rule of {who} could not judge ({type(error).__name__}: {error})"[:300])
    return judged, "; ".join(broken)


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
    ranked: list[tuple[bool, int, int, ProposedPriority]] = []
    order = {practice.code: at for at, practice in enumerate(catalogue.practices)}
    frozen = MappingProxyType(dict(answers))
    for said in rulebook.ask("nqms_priorities", catalogue=catalogue, answers=frozen, scorecard=scorecard):
        for row in said.rows:
            try:
                trace = trace_of(said, row, row["why"])
                made = ProposedPriority(
                    trace.rule, row["title"], trace.practices, row["why"], bool(row["safety"]), trace
                )
                place = min(order[code] for code in made.practices)
                ranked.append((not made.safety, int(row["rank"]), place, made))
            except (Exception, SystemExit):  # noqa: S112
                continue  # a proposal nobody can read is no proposal; the reviewer writes the plan in any case
    return tuple(made for *_, made in sorted(ranked, key=lambda one: (*one[:3], one[3].trace.plugin, one[3].rule)))
