"""What people change about a recognition after it was confirmed: moved up by the rules, anything else with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.assessments.amendments import under_way
from portal.assessments.queries import scorecard_of
from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused, StaleVersion
from portal.foundation.typed import text_problems
from portal.reviews.queries import reviewed_assessment_of
from rules.duties import add_months
from rules.tiers import Decision, decide
from rules.wording import say_date

from .history import followed, newest_event, note, tell_program
from .models import Award, EventKind, Standing
from .queries import award_of
from .services import LONGEST, WHY, NotAwarded
from .terms import end_after, policy_of, rank_of, rules_of, tier_of

K = EventKind
KINDS = ("tier", "extend", "withdraw", "reinstate")
LATEST_MONTHS = 120  # no recognition can be extended further than this from today


def decision_now(cycle: Cycle) -> Decision:
    """Return what the rules of the cycle decide today, also where a recognition was confirmed before."""
    return decide(scorecard_of(cycle), reviewed_assessment_of(cycle), rulebook_of(cycle))


def higher_tier(award: Award, decision: Decision) -> str:
    """Name the tier above the one held that the rules decide now, empty when there is none."""
    rulebook = rules_of(award)
    if decision.outcome != "awarded" or decision.tier is None or award.standing is not Standing.HELD:
        return ""
    above = rank_of(rulebook, decision.tier.key) > rank_of(rulebook, award.tier_key)
    return decision.tier.name if above else ""


def move_up(cycle_id: int, seen: int, by_id: int, base_url: str) -> Award:
    """Give the higher tier that the rules decide now. Raises NotAwarded, OutOfOrder or StaleVersion."""
    with reading() as session:
        decision = decision_now(session.get_one(Cycle, cycle_id))
    with unit_of_work():
        award = load_award(cycle_id, seen)
        if under_way(award.cycle) is not None:
            raise NotAwarded("The program asks to change answers. Answer its request first. Nothing was stored.")
        if not higher_tier(award, decision) or decision.tier is None:
            raise NotAwarded(f"The rules decide no higher tier now. {decision.sentence} Nothing was stored.")
        _give(award, decision.tier.key, decision)
        award.override_reason = ""
        tell_program(note(award, K.MOVED_UP, by_id=by_id, decision=award.decision), base_url)
    return award


def _give(award: Award, key: str, decision: Decision) -> None:
    tier = tier_of(rules_of(award), key)
    if tier is None:
        raise OutOfOrder("The rules of this recognition do not know that tier. Nothing was stored.")
    award.expires_on = end_after(award, tier, local_today(award.cycle))
    award.tier_key, award.tier_name, award.decision = tier.key, tier.name, decision.to_json()
    award.ending_on, award.ending_tier = None, ""


@dataclass(frozen=True, slots=True)
class Change:
    """What an administrator wants: one of KINDS, with a reason, and what that kind needs."""

    kind: str
    reason: str
    tier_key: str = ""
    until: date | None = None
    knows: bool = False


def change(cycle_id: int, chosen: Change, seen: int, by_id: int, base_url: str) -> Award:
    """Change a recognition with a reason. Raises Refused with every problem, OutOfOrder or StaleVersion."""
    with reading() as session:
        decision = decision_now(session.get_one(Cycle, cycle_id))
    with unit_of_work():
        award = load_award(cycle_id, seen)
        if problems := change_problems(award, chosen, decision):
            raise Refused(problems)
        {"tier": _tier, "extend": _extend, "withdraw": _withdraw, "reinstate": _reinstate}[chosen.kind](
            award, chosen, decision, by_id, base_url
        )
    return award


def change_problems(award: Award, chosen: Change, decision: Decision) -> list[Problem]:
    """Return what keeps this change from being stored, in the order of the form."""
    problems, today, held = [], local_today(award.cycle), award.standing is Standing.HELD
    if chosen.kind not in KINDS:
        problems.append(Problem("kind", "Choose what changes."))
    elif chosen.kind in ("tier", "withdraw") and award.appeal_open:
        problems.append(Problem("kind", "An appeal waits, and until it is answered the recognition stays as it is."))
    elif chosen.kind != "reinstate" and not held:
        problems.append(Problem("kind", f"This recognition is {award.standing.words}. It can only be given back."))
    elif chosen.kind == "reinstate" and held and award.ending_on is None:
        problems.append(
            Problem("kind", "This recognition is held, and no loss is announced. Nothing can be given back.")
        )
    elif chosen.kind == "tier":
        problems += _tier_problems(award, chosen, decision)
    elif chosen.kind == "extend" or (chosen.kind == "reinstate" and award.expires_on < today):
        problems += until_problems(chosen.until, max(award.expires_on, today), today)
    return problems + text_problems(chosen.reason, "reason", "reason", LONGEST, needed=WHY)


def _tier_problems(award: Award, chosen: Change, decision: Decision) -> list[Problem]:
    problems = []
    if tier_of(rules_of(award), chosen.tier_key) is None:
        problems.append(Problem("tier", "Choose a tier."))
    elif chosen.tier_key == award.tier_key:
        problems.append(Problem("tier", f"The program is {award.tier_name} already. Choose another tier."))
    if decision.outcome == "undetermined" and not chosen.knows:
        problems.append(Problem("knows", f"Tick that you know which rule could not judge. {decision.sentence}"))
    return problems


def until_problems(until: date | None, after: date, today: date) -> list[Problem]:
    """Return what is wrong with a new last day."""
    if until is None:
        return [Problem("until", "Enter the new last day, like 2027-06-30.")]
    if until <= after:
        return [Problem("until", f"The new last day must come after {say_date(after)}.")]
    if until > (latest := add_months(today, LATEST_MONTHS)):
        return [Problem("until", f"The new last day cannot come after {say_date(latest)}.")]
    return []


def _tier(award: Award, chosen: Change, decision: Decision, by_id: int, base_url: str) -> None:
    """Give another tier: a higher one at once, a lower one after the notice that the policy promises."""
    rulebook = rules_of(award)
    ruled = decision.tier.key if decision.outcome == "awarded" and decision.tier else ""
    against = chosen.tier_key != ruled
    if rank_of(rulebook, chosen.tier_key) < rank_of(rulebook, award.tier_key) and policy_of(award).loss_notice_days:
        _announce(award, chosen, decision, against, by_id, base_url)
        return
    up = rank_of(rulebook, chosen.tier_key) > rank_of(rulebook, award.tier_key)
    _give(award, chosen.tier_key, decision)
    award.override_reason = chosen.reason if against else ""
    kind = K.MOVED_UP if up else K.STEPPED_DOWN
    _say(award, kind, chosen, decision, against, by_id, base_url)


def _extend(award: Award, chosen: Change, decision: Decision, by_id: int, base_url: str) -> None:
    award.expires_on = chosen.until or award.expires_on
    _say(award, K.EXTENDED, chosen, decision, False, by_id, base_url)


def _withdraw(award: Award, chosen: Change, decision: Decision, by_id: int, base_url: str) -> None:
    if policy_of(award).loss_notice_days:
        _announce(award, chosen, decision, True, by_id, base_url)
        return
    award.standing = Standing.WITHDRAWN
    _say(award, K.WITHDRAWN, chosen, decision, True, by_id, base_url)


def _announce(award: Award, chosen: Change, decision: Decision, against: bool, by_id: int, base_url: str) -> None:
    award.ending_on = local_today(award.cycle) + timedelta(days=policy_of(award).loss_notice_days)
    award.ending_tier = chosen.tier_key if chosen.kind == "tier" else ""
    lower = tier_of(rules_of(award), award.ending_tier)
    what = f"Step down to {lower.name}" if lower else "Withdrawal"
    said = Change(chosen.kind, f"{what} after {say_date(award.ending_on)}: {chosen.reason}")
    _say(award, K.ANNOUNCED, said, decision, against, by_id, base_url)


def _reinstate(award: Award, chosen: Change, decision: Decision, by_id: int, base_url: str) -> None:
    reinstate(award, chosen.until)
    _say(award, K.REINSTATED, chosen, decision, False, by_id, base_url)


def reinstate(award: Award, until: date | None) -> None:
    """Give a recognition back, or call an announced loss off."""
    award.standing, award.ending_on, award.ending_tier = Standing.HELD, None, ""
    award.expires_on = max(until or award.expires_on, award.expires_on)


def _say(
    award: Award, kind: EventKind, chosen: Change, decision: Decision, against: bool, by_id: int, base_url: str
) -> None:
    made = note(
        award, kind, by_id=by_id, reason=chosen.reason, decision=decision.to_json(), overridden=against
    )  # fmt: skip
    tell_program(made, base_url)


def load_award(cycle_id: int, seen: int, changes: bool = True) -> Award:
    """Read the recognition again inside the write, unless somebody changed it since the page was shown.

    One that a newer recognition followed `changes` no more: a program would hold two at once.
    """
    load_for_change(cycle_id)
    award = award_of(db.session.get_one(Cycle, cycle_id))
    if award is None:
        raise OutOfOrder("This cycle has no recognition yet. Nothing was changed.")
    db.session.refresh(award, with_for_update={"of": Award})  # confirming a newer one waits, or this sees it
    if changes and followed(award):
        raise OutOfOrder("A newer recognition followed this one, so it no longer changes. Nothing was stored.")
    if newest_event(award) != seen:
        raise StaleVersion(
            "Somebody changed this recognition after your page was loaded. Nothing of yours was stored; look at the history "
            "below, then decide again."
        )
    return award
