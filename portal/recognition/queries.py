"""Reads awards, what the rules decide today, and what they would decide by the partnership's newest rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from portal.assessments.queries import scorecard_of
from portal.cycles.explaining import Explainer, explainer_of
from portal.cycles.models import Cycle
from portal.cycles.queries import local_today, rulebook_of
from portal.foundation.database import db
from portal.partnerships.queries import current_rulebook, rulebook_of_record
from portal.reviews.queries import reviewed_assessment_of
from rules.discovery import UnknownPlugin
from rules.results import Benefit, ConditionResult
from rules.rulebook import Rulebook, RulebookNotBuilt
from rules.scorecard import evaluate
from rules.tiers import Decision, decide

from .models import Award, AwardEvent
from .terms import Ending, ending_of, notice_from


def award_of(cycle: Cycle) -> Award | None:
    """Return the recognition confirmed for this cycle."""
    return db.session.scalar(select(Award).where(Award.cycle_id == cycle.id))


def awards_of(cycle_ids: list[int]) -> dict[int, Award]:
    """Return the recognitions of these cycles in one query."""
    return {one.cycle_id: one for one in db.session.scalars(select(Award).where(Award.cycle_id.in_(cycle_ids)))}


def decision_of(cycle: Cycle) -> Decision:
    """Return the decision: the frozen one once confirmed, else that of the rules today."""
    award = award_of(cycle)
    if award is not None:
        return Decision.from_json(award.decision)
    return decide(scorecard_of(cycle), reviewed_assessment_of(cycle), rulebook_of(cycle))


def deciding_rulebook(cycle: Cycle) -> Rulebook:
    """Return the rules behind `decision_of`: those of the award once confirmed, else those of the cycle."""
    award = award_of(cycle)
    return rulebook_of_record(award.rulebook) if award is not None else rulebook_of(cycle)


@dataclass(frozen=True, slots=True)
class Today:
    """What the partnership's rules in force now would decide; `sentence` says it, or why it cannot be said."""

    sentence: str
    tier: str
    rulebook: Rulebook | None
    decision: Decision | None

    @property
    def undetermined(self) -> bool:
        """Tell whether nobody can say it now."""
        return self.decision is None or self.decision.outcome == "undetermined"


def today_of(cycle: Cycle) -> Today:
    """Judge the frozen answers by the rules in force now. It is only shown: nothing is stored, and no award changes."""
    try:
        rulebook = current_rulebook(cycle.program.partnership)
    except (UnknownPlugin, RulebookNotBuilt) as error:
        return Today(f"undetermined: the rules in force now cannot be read. {error}", "", None, None)
    if rulebook.catalogue.edition != rulebook_of(cycle).catalogue.edition:
        sentence = f"The rules in force now ask {rulebook.catalogue.title}, and these answers are to another edition."
        return Today(f"undetermined: {sentence}", "", rulebook, None)
    assessment = reviewed_assessment_of(cycle)
    decision = decide(evaluate(assessment, rulebook), assessment, rulebook)
    if decision.outcome == "undetermined":
        return Today(f"undetermined: {decision.sentence}", "", rulebook, decision)
    tier = decision.tier.name if decision.tier else ""
    return Today(decision.sentence, tier, rulebook, decision)


@dataclass(frozen=True, slots=True)
class AwardShown:
    """A confirmed recognition as pages show it: the frozen decision, who made it, what it brings, and today's line."""

    award: Award
    decision: Decision
    rulebook: Rulebook
    explain: Explainer
    benefits: tuple[Benefit, ...]
    today: Today
    ending: Ending
    told: bool  # that it ends: the days of the notice have begun
    on: date  # today, where the program is
    decided_on: date  # the rules decided what is shown on this day; it moves when the recognition moves up

    @property
    def adds_today(self) -> bool:
        """Tell whether today's line says anything: on a later day, or where it differs from what was decided."""
        return self.on > self.decided_on or self.today.undetermined or self.today.tier != self.award.tier_name


def award_shown(cycle: Cycle, award: Award) -> AwardShown:
    """Gather what a page says about a confirmed recognition."""
    rulebook = rulebook_of_record(award.rulebook)
    benefits = benefits_of(rulebook, award.tier_key)
    explain = explainer_of(cycle, rulebook)
    told = award.current(today := local_today(cycle)) and today >= notice_from(award)
    return AwardShown(
        award, Decision.from_json(award.decision), rulebook, explain, benefits, today_of(cycle), ending_of(award), told,
        today, _decided_on(award),
    )  # fmt: skip


def _decided_on(award: Award) -> date:
    mine = select(func.min(AwardEvent.on)).where(AwardEvent.award_id == award.id, AwardEvent.decision == award.decision)
    return db.session.scalar(mine) or award.awarded_on


def benefits_of(rulebook: Rulebook, tier: str) -> tuple[Benefit, ...]:
    """Return what a tier brings by these rules."""
    return tuple(one for one in rulebook.description.benefits if one.tier == tier)


def months_of(rulebook: Rulebook, tier: str) -> int:
    """Return for how many months a tier is held: its own number, else the policy's."""
    own = next((one.months for one in rulebook.tiers if one.key == tier), None)
    return own or rulebook.policy.recognition_months


def staff_conditions(decision: Decision) -> tuple[ConditionResult, ...]:
    """Return the conditions that rest on what staff agree to, each once."""
    found = {one.key: one for tier in decision.tiers for one in tier.conditions if "staff_agreed" in one.trace.facts}
    return tuple(found.values())
