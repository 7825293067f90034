"""The national default, the base of every rulebook.

Sources: the NQMS pages of MENTOR Independence Region (eligibility, calendar) and MENTOR Minnesota (Dedicated and Expert
Partner: 100 % of the practices in practice, ratings need not be 5, held three years). Reading "the practices" as the
applicable core practices, and the list of safety-critical ones, are decisions of this product.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from rules import Tier, hookimpl
from rules.answers import Answer, Status
from rules.catalogue import Catalogue
from rules.facts import CycleFacts, ProgramFacts
from rules.policy import Policy, add_months
from rules.practice import Practice
from rules.results import Scorecard
from rules.wording import say_date, say_list, say_month

VERSION = "1.0.0"
TITLE = "National rules"
SOURCE = "https://mentorir.org/?p=922 and https://www.mentormn.org/get-involved/become-a-partner/"

STEPS = ("submitted", "reviewed", "plan", "signed")


@hookimpl
def nqms_tiers() -> list[Tier]:
    """Describe the two tiers."""
    return [
        Tier("dedicated", "Dedicated Partner", 1, STEPS),
        Tier("expert", "Expert Partner", 2, (*STEPS, "all-core")),
    ]


@hookimpl
def nqms_eligibility(facts: ProgramFacts, policy: Policy, today: date) -> list[dict[str, Any]]:
    """Judge age, youth, area, registration, capacity and model."""
    old_enough = add_months(facts.founded, policy.minimum_age_months)
    months = policy.minimum_age_months
    if today >= old_enough:
        age = {"met": True, "sentence": f"The program has been running for at least {months} months."}
    else:
        age = {"met": False, "met_from": old_enough, "sentence": (
            f"The program began in {say_month(facts.founded)} and has to run for {months} months first, "
            f"until {say_date(old_enough)}.")}  # fmt: skip
    limit = policy.youth_max_age
    young = facts.youth_max_age <= limit
    return [
        {"rule": "age", **age},
        {"rule": "youth-age", "met": young, "sentence": (
            f"It serves young people of {limit} and younger." if young
            else f"It serves people up to {facts.youth_max_age}; the system is for those of {limit} and younger.")},
        {"rule": "area", "met": facts.in_service_area, "sentence": (
            "It is in the partnership's service area." if facts.in_service_area
            else "It is outside the partnership's service area.")},
        {"rule": "registered", "met": facts.registered, "sentence": (
            "It is registered in the Mentoring Connector." if facts.registered
            else "It has to be registered in the Mentoring Connector, with the listing approved.")},
        {"rule": "capacity", "met": facts.capacity_confirmed, "sentence": (
            "It has the staff time to assess, be reviewed and carry out the plan." if facts.capacity_confirmed
            else "It has to confirm staff time to assess, be reviewed and carry out the plan.")},
        {"rule": "model", "met": facts.pairs_volunteers, "sentence": (
            "It pairs volunteers with young people." if facts.pairs_volunteers
            else "The questions are made for programs that pair volunteers with young people; please talk to us.")},
    ]  # fmt: skip


@hookimpl
def nqms_findings(catalogue: Catalogue, answers: Mapping[str, Answer], facts: ProgramFacts) -> list[dict[str, Any]]:
    """Find safety gaps, and safety-critical parts that are not covered."""
    return list(_findings(catalogue, answers, facts.tags))


def _findings(catalogue: Catalogue, answers: Mapping[str, Answer], tags: frozenset[str]) -> Iterator[dict[str, Any]]:
    for practice in catalogue.practices:
        answer = answers.get(practice.code)
        if answer is None or not practice.is_critical:
            continue
        refused = answer.status is Status.NOT_APPLICABLE and not practice.na.allows(tags)
        if answer.status is Status.NOT_IN_PRACTICE or refused:
            yield {"rule": "safety-gap", "kind": "safety_gap", "practices": (practice.code,), "sentence": (
                f"{practice.code} ({practice.title}) protects children and is not in practice.")}  # fmt: skip
        elif answer.status is Status.IN_PRACTICE:
            open_ = [s.letter for s in practice.sub_items if s.safety_critical and s.letter not in answer.sub_items]
            if open_:
                yield {"rule": "safety-parts", "kind": "safety_note", "practices": (practice.code,), "sentence": (
                    f"{practice.code} ({practice.title}) is in practice, but these safety parts are not ticked: "
                    f"{say_list(open_)}.")}  # fmt: skip


@hookimpl
def nqms_tier_conditions(scorecard: Scorecard, cycle: CycleFacts) -> list[dict[str, Any]]:
    """Judge the four steps and the 100 %."""
    core = scorecard.core
    codes = set(core.trace.practices)
    lacking = tuple(one.code for one in scorecard.practices
                    if one.code in codes and one.applies and one.status is not Status.IN_PRACTICE)  # fmt: skip
    all_core = core.applicable > 0 and not lacking
    count = f"{core.in_practice} of {core.applicable} core practices that apply are in practice"
    rest = "." if not lacking else "; all are needed. "
    if lacking:
        rest += f"{len(lacking)} to go." if len(lacking) > 12 else f"Open: {', '.join(lacking)}."
    signed_on = cycle.statement_signed_on
    return [
        _step("submitted", "Self-assessment submitted", cycle.submitted_on, "The self-assessment was submitted on"),
        _step("reviewed", "Review held", cycle.visited_on, "The review was held on"),
        _step("plan", "Plan issued", cycle.plan_issued_on, "The Improvement & Innovation Plan was issued on"),
        _step("signed", "Statement of Accuracy signed", signed_on, "The Statement of Accuracy was signed on"),
        {"key": "all-core", "title": "All core practices in practice", "met": all_core,
         "practices": core.trace.practices, "sentence": f"{count}{rest}"},
    ]  # fmt: skip


def _step(key: str, title: str, on: date | None, done: str) -> dict[str, Any]:
    named = title if title.startswith("Statement") else title[0].lower() + title[1:]  # the Statement keeps its capital
    sentence = f"{done} {say_date(on)}." if on else f"Still open: {named}."
    return {"key": key, "title": title, "met": on is not None, "practices": (), "sentence": sentence}


@hookimpl
def nqms_priorities(catalogue: Catalogue, answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Propose safety gaps first, then core practices not in practice, then the lowest ratings."""
    return [row for practice in catalogue.practices if (row := _priority(practice, answers.get(practice.code)))]


def _priority(practice: Practice, answer: Answer | None) -> dict[str, Any] | None:
    if answer is None or answer.status is Status.NOT_APPLICABLE or answer.status is None:
        return None
    code = practice.code
    row: dict[str, Any] = {"title": practice.title, "practices": (code,), "safety": False}
    if answer.status is Status.NOT_IN_PRACTICE:
        if practice.is_critical:
            why = f"{code} protects children and is not in practice."
            return {**row, "rule": "safety-gap", "safety": True, "rank": 0, "why": why}
        if practice.is_core:
            return {**row, "rule": "core-gap", "rank": 1, "why": f"{code} is a core practice and not in practice."}
        return {**row, "rule": "enhancement-gap", "rank": 9, "why": f"{code} is an enhancement not in practice."}
    if practice.is_core and answer.rating is not None and answer.rating <= 3:
        why = f"{code} is in practice, rated {answer.rating} of 5."
        return {**row, "rule": "low-rating", "rank": 1 + answer.rating, "why": why}
    return None
