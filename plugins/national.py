"""The national default, the base of every rulebook.

Sources: the NQMS pages of MENTOR Independence Region (eligibility, calendar) and MENTOR Minnesota (Dedicated and Expert
Partner: 100 % of the practices in practice, ratings need not be 5, held three years). Reading "the practices" as the
applicable core practices, and the list of safety-critical ones, are decisions of this product.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from plugins._library import RESOURCES
from rules import Tier, hookimpl
from rules.answers import Answer, Status
from rules.catalogue import Catalogue
from rules.duties import add_months
from rules.facts import CycleFacts, ProgramFacts
from rules.policy import Policy
from rules.practice import Practice
from rules.results import Scorecard
from rules.wording import say_date, say_list, say_month

RULES_API = (1, 1)
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
def nqms_resources(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Describe the national library: what these rules ask of it, by practice."""
    rows = [{**row, "practices": tuple(c for c in row["practices"] if c in catalogue)} for row in RESOURCES]
    return [row for row in rows if row["practices"]]


@hookimpl
def nqms_eligibility(facts: ProgramFacts, policy: Policy, today: date) -> list[dict[str, Any]]:
    """Judge age, youth, area, registration, capacity and model."""
    rows = [
        _age(facts, policy, today),
        _fact("youth-age", facts.youth_max_age <= policy.youth_max_age, "youth_max_age",
              f"It serves young people of {policy.youth_max_age} and younger.",
              f"It serves people up to {facts.youth_max_age}; the system is for those of {policy.youth_max_age} and younger."),
        _fact("area", facts.in_service_area, "in_service_area", "It is in the partnership's service area.",
              "It is outside the partnership's service area."),
        _fact("registered", facts.registered, "registered", "It is registered in the Mentoring Connector.",
              "It has to be registered in the Mentoring Connector, with the listing approved."),
        _fact("capacity", facts.capacity_confirmed, "capacity_confirmed",
              "It has the staff time to assess, be reviewed and carry out the plan.",
              "It has to confirm staff time to assess, be reviewed and carry out the plan."),
        _fact("model", facts.pairs_volunteers, "pairs_volunteers", "It pairs volunteers with young people.",
              "The questions are made for programs that pair volunteers with young people; please talk to us."),
    ]  # fmt: skip
    least = policy.minimum_youth
    if least:
        rows.append(_fact("minimum-youth", facts.youth_served >= least, "youth_served",
                          f"It serves at least {least} young people.",
                          f"It serves {facts.youth_served} young people; at least {least} are asked for."))  # fmt: skip
    if policy.full_cycle_required:
        rows.append(_fact("full-cycle", facts.full_cycle_done, "full_cycle_done",
                          "It has been through one full program cycle.",
                          "It has to go through one full program cycle first."))  # fmt: skip
    return rows


def _fact(rule: str, met: bool, fact: str, yes: str, no: str) -> dict[str, Any]:
    return {"rule": rule, "met": met, "sentence": yes if met else no, "facts": (fact,)}


def _age(facts: ProgramFacts, policy: Policy, today: date) -> dict[str, Any]:
    months, old_enough = policy.minimum_age_months, add_months(facts.founded, policy.minimum_age_months)
    row = _fact("age", today >= old_enough, "founded", f"The program has been running for at least {months} months.",
                f"The program began in {say_month(facts.founded)} and has to run for {months} months first, "
                f"until {say_date(old_enough)}.")  # fmt: skip
    return row if row["met"] else {**row, "met_from": old_enough}


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
def nqms_tier_conditions(scorecard: Scorecard, cycle: CycleFacts, policy: Policy) -> list[dict[str, Any]]:
    """Judge the four steps and the 100 %, and two conditions that a partnership's tiers may name besides."""
    return [
        _step("submitted", "Self-assessment submitted", cycle.submitted_on, "submitted_on",
              "The self-assessment was submitted on"),
        _step("reviewed", "Review held", cycle.visited_on, "visited_on", "The review was held on"),
        _step("plan", "Plan issued", cycle.plan_issued_on, "plan_issued_on", f"The {policy.plan_name} was issued on"),
        _step("signed", "Statement of Accuracy signed", cycle.statement_signed_on, "statement_signed_on",
              "The Statement of Accuracy was signed on"),
        _all_core(scorecard),
        _no_safety_gaps(scorecard),
        _na_accepted(scorecard, cycle),
    ]  # fmt: skip


def _step(key: str, title: str, on: date | None, fact: str, done: str) -> dict[str, Any]:
    named = title if title.startswith("Statement") else title[0].lower() + title[1:]  # the Statement keeps its capital
    sentence = f"{done} {say_date(on)}." if on else f"Still open: {named}."
    return {"key": key, "title": title, "met": on is not None, "practices": (), "facts": (fact,), "sentence": sentence}


def _all_core(scorecard: Scorecard) -> dict[str, Any]:
    core = scorecard.core
    codes = set(core.trace.practices)
    lacking = tuple(
        one.code for one in scorecard.practices if one.code in codes and one.applies and not one.in_practice
    )
    count = f"{core.in_practice} of {core.applicable} core practices that apply are in practice"
    rest = "." if not lacking else "; all are needed. "
    if lacking:
        rest += f"{len(lacking)} to go." if len(lacking) > 12 else f"Open: {', '.join(lacking)}."
    return {"key": "all-core", "title": "All core practices in practice", "met": core.applicable > 0 and not lacking,
            "practices": core.trace.practices, "sentence": f"{count}{rest}"}  # fmt: skip


def _no_safety_gaps(scorecard: Scorecard) -> dict[str, Any]:
    gaps = [one.code for one in scorecard.practices if one.safety_gap]
    return {"key": "no-safety-gaps", "title": "No safety gap", "met": not gaps,
            "practices": tuple(one.code for one in scorecard.practices),
            "sentence": f"These practices protect children and are not in practice: {say_list(gaps)}." if gaps
            else "No practice that protects children is missing."}  # fmt: skip


def _na_accepted(scorecard: Scorecard, cycle: CycleFacts) -> dict[str, Any]:
    said = [one.code for one in scorecard.practices if one.status is Status.NOT_APPLICABLE]
    open_ = [code for code in said if code not in cycle.na_accepted]
    return {"key": "na-accepted", "title": "Every “not applicable” accepted", "met": not open_,
            "practices": tuple(one.code for one in scorecard.practices), "facts": ("na_accepted",),
            "sentence": f"The reviewer has not accepted “not applicable” for {say_list(open_)}." if open_
            else "The reviewer accepted every “not applicable”."}  # fmt: skip


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
