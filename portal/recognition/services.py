"""Confirming what the rules decided, and recording what staff decide by hand."""

from __future__ import annotations

from dataclasses import dataclass

from portal.accounts.models import Person
from portal.assessments.amendments import under_way
from portal.assessments.queries import judgement_of, submission_of
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.foundation import audit, clock
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused
from portal.foundation.typed import text_problems
from portal.plans.queries import changed_since, signed_statement
from portal.programs.mails import tell_administrators
from rules.duties import add_months
from rules.rulebook import Rulebook
from rules.tiers import Decision
from rules.wording import say_date

from .history import begin
from .models import Award
from .queries import award_of, decision_of, months_of, staff_conditions

LONGEST = 1000  # characters of a reason
WHY = "Say why, so that others can understand it."


class NotAwarded(DomainError):
    """The rules do not award a tier, or could not decide."""


def confirm(cycle_id: int, by_id: int, base_url: str, differs_seen: str = "") -> Award:
    """Store the tier the rules decide.

    `differs_seen` names the places, as `differs` does, in which the sender knows that the signed version differs.
    Raises OutOfOrder, NotAwarded with what is missing or who could not judge, or Refused when other places differ.
    """
    return _award(cycle_id, by_id, base_url, None, differs_seen)


def differs(cycle: Cycle) -> str:
    """Name the places in which today's content differs from what the leader signed, empty when it is the same."""
    return ", ".join(changed_since(cycle, signed_statement(cycle)))


@dataclass(frozen=True, slots=True)
class Override:
    """What an administrator decides instead of the rules; `knows` says that they read which rule could not judge."""

    tier_key: str
    reason: str
    knows: bool = False


def override(cycle_id: int, chosen: Override, by_id: int, base_url: str) -> Award:
    """Award another tier than the rules decide, with a reason. Raises Refused, OutOfOrder or NotAwarded.

    What the rules decided is kept beside it; where they could not decide, the sentence that names the failed rule.
    """
    return _award(cycle_id, by_id, base_url, chosen)


def override_problems(chosen: Override, decision: Decision, rulebook: Rulebook) -> list[Problem]:
    """Return what keeps a decision against the rules from being stored."""
    ruled = decision.tier.key if decision.outcome == "awarded" and decision.tier else ""
    problems = []
    if decision.outcome == "undetermined" and not chosen.knows:
        problems.append(Problem("knows", f"Tick that you know which rule could not judge. {decision.sentence}"))
    if chosen.tier_key not in {tier.key for tier in rulebook.tiers}:
        problems.append(Problem("tier", "Choose a tier."))
    elif chosen.tier_key == ruled:
        problems.append(Problem("tier", "The rules decide this tier themselves, so it needs no override: confirm it."))
    return problems + text_problems(chosen.reason, "reason", "reason", LONGEST, needed=WHY)


def _award(cycle_id: int, by_id: int, base_url: str, chosen: Override | None, differs_seen: str = "") -> Award:
    with reading() as session:  # the rules are asked outside the write, since one may take seconds
        cycle = session.get_one(Cycle, cycle_id)
        decision, seen = decision_of(cycle), _basis(cycle)
        rulebook = rulebook_of(cycle)
        if chosen is not None and award_of(cycle) is None and (found := override_problems(chosen, decision, rulebook)):
            raise Refused(found)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if (known := award_of(cycle)) is not None:
            return _known(known, by_id, chosen)
        today = local_today(cycle)
        advance(cycle, CycleState.RECOGNIZED, today)  # refuses one before the signature
        if under_way(cycle) is not None:
            raise NotAwarded("The program asks to change answers. Answer its request first. Nothing was stored.")
        if _basis(cycle, before_award=True) != seen:
            raise NotAwarded(
                "Something changed while the rules decided. Nothing was stored; please look and confirm again."
            )
        if chosen is None and (decision.outcome != "awarded" or decision.tier is None):
            raise NotAwarded(decision.sentence)  # which undoes the step
        if chosen is None and (places := differs(cycle)) and places != differs_seen:
            said = (
                f"Tick that you know where the signed version differs from today's: {places}. Nothing was stored yet."
            )
            raise Refused([Problem("differs_seen", said)])
        key = chosen.tier_key if chosen else decision.tier.key if decision.tier else ""
        tier = next(one for one in rulebook.tiers if one.key == key)
        award = Award(
            cycle_id=cycle.id,
            cycle=cycle,
            tier_key=tier.key,
            tier_name=tier.name,
            awarded_on=today,
            expires_on=add_months(today, months_of(rulebook, tier.key)),
            confirmed_at=clock.now(),
            confirmed_by_id=by_id,
            decision=decision.to_json(),
            rulebook=rulebook.record(),
            override_reason=chosen.reason if chosen else "",
        )
        db.session.add(award)
        db.session.flush()
        begin(award, by_id, award.override_reason)
        _tell(cycle, base_url)
    return award


def _known(award: Award, by_id: int, chosen: Override | None) -> Award:
    """Return what the same person stored by pressing twice; tell everybody else who was first. Raises OutOfOrder."""
    same = (award.tier_key, award.override_reason) == (chosen.tier_key, chosen.reason) if chosen else True
    if award.confirmed_by_id == by_id and same:
        return award
    who = award.confirmed_by.name if award.confirmed_by else "somebody else"
    raise OutOfOrder(
        f"This step was already taken: {who} confirmed {award.tier_name} on {say_date(award.awarded_on)}. "
        "Nothing was changed."
    )


class NotForStaff(DomainError):
    """The condition is not one that staff decide, or none of these rules."""


def agree(cycle_id: int, key: str, reason: str, by_id: int) -> None:
    """Record that staff agree to a condition they decide by hand. Raises Refused, NotForStaff or OutOfOrder."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > 500 or "\x00" in reason:
        raise Refused([Problem("reason", "Say in at most 500 characters why you agree.")])
    with reading() as session:  # the rules say which conditions are for staff; asked outside the write
        if key not in {one.key for one in staff_conditions(decision_of(session.get_one(Cycle, cycle_id)))}:
            raise NotForStaff("The rules do not leave this condition to staff. Nothing was stored.")
    with unit_of_work() as session:
        cycle = _submitted(cycle_id)  # also after a recognition, which may move up by it
        who = session.get_one(Person, by_id).name
        said = {"by": who, "by_id": by_id, "on": local_today(cycle).isoformat(), "reason": reason}
        cycle.staff_agreed = {**(cycle.staff_agreed or {}), key: said}
        audit.record("condition agreed", person_id=by_id, cycle_id=cycle.id, condition=key, reason=reason)


def take_back(cycle_id: int, key: str, by_id: int) -> None:
    """Take an agreement back, before the recognition. Raises OutOfOrder."""
    with unit_of_work():
        cycle = _submitted(cycle_id)
        if cycle.awarded_on is not None:
            raise OutOfOrder("The recognition is confirmed, so what it rests on no longer changes. Nothing was stored.")
        if key not in (cycle.staff_agreed or {}):
            return  # pressed twice, or nothing of ours
        cycle.staff_agreed = {one: said for one, said in (cycle.staff_agreed or {}).items() if one != key}
        audit.record("condition taken back", person_id=by_id, cycle_id=cycle.id, condition=key)


def _submitted(cycle_id: int) -> Cycle:
    cycle = load_for_change(cycle_id)
    if cycle.submitted_on is None or cycle.closed_on is not None:
        raise OutOfOrder("Conditions are agreed to from submitting until the cycle is closed. Nothing was stored.")
    return cycle


def _basis(cycle: Cycle, before_award: bool = False) -> tuple[object, ...]:
    """Name what a decision rests on, so that a change between deciding and storing is noticed."""
    judgement, copy = judgement_of(cycle), submission_of(cycle)
    state = CycleState.SIGNED if before_award else cycle.state
    seen = judgement and judgement.id, copy and copy.id
    return state, cycle.rulebook, seen, cycle.statement_signed_on, dict(cycle.staff_agreed or {})


def _tell(cycle: Cycle, base_url: str) -> None:
    program = cycle.program
    tell_administrators(program, f"recognized:{cycle.id}", "recognized", link=f"{base_url}/programs/{program.id}")
