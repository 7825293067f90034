"""Prints the scorecard of a file of answers, with the reason of every number."""

from datetime import date
from pathlib import Path

from rules.answersfile import read_answers
from rules.asking import Assessment
from rules.eligibility import judge_eligibility
from rules.facts import CycleFacts, ProgramFacts
from rules.moveup import move_up_lines
from rules.results import Decision, Scorecard, Share, Trace
from rules.rows import say_undetermined
from rules.rulebook import Rulebook
from rules.scorecard import evaluate
from rules.tiers import decide, judge_priorities

SHOWN = 8  # proposed priorities; a plan holds five at most


def explain(path: Path, rulebook: Rulebook) -> list[str]:
    """Return the lines of the explanation. Raises AnswersUnreadable."""
    read = read_answers(path, rulebook.catalogue, date.today())  # noqa: DTZ011 - the day at the reader's desk
    facts, cycle, answers = read.facts, read.cycle, read.answers
    assessment = Assessment(answers, facts, cycle)
    card = evaluate(assessment, rulebook)
    proposed, silent = judge_priorities(card, assessment, rulebook)
    plugins = ", ".join(f"{info.name} {info.version}" for info in rulebook.plugins)
    return [
        f"{facts.name}: {rulebook.catalogue.title}; rules: {plugins}",
        "",
        *_eligible(facts, cycle, rulebook),
        "",
        *_shares(card),
        "",
        *_safety(card),
        "",
        *_tiers(decide(card, assessment, rulebook)),
        "",
        *move_up_lines(assessment, rulebook),
        "",
        "Proposed priorities",
        *[f"  {one.title}: {_why(one.trace)}" for one in proposed[:SHOWN]],
        *([f"  and {len(proposed) - SHOWN} more"] if len(proposed) > SHOWN else []),
        *[f"  undetermined: {say_undetermined(one)} [{one.rule}]" for one in silent],
    ]


def _eligible(facts: ProgramFacts, cycle: CycleFacts, rulebook: Rulebook) -> list[str]:
    verdict = judge_eligibility(facts, cycle.today, rulebook)
    return [verdict.sentence, *[f"  {_mark(one.met)} {one.sentence}" for one in verdict.verdicts]]


def _shares(card: Scorecard) -> list[str]:
    def line(share: Share) -> str:
        percent = "  –" if share.percent is None else f"{share.percent:3}"
        rating = "" if share.average_rating is None else f"  average rating {share.average_rating:.2f}"
        return f"  {share.title:32} {share.in_practice:3} of {share.applicable:3} {percent} %{rating}"

    rows = [*card.areas, *card.sections, card.core, card.enhancements, card.total]
    return ["In practice", *map(line, rows), *[f"    why: {_why(one.trace)}" for one in (*card.areas, card.total)]]


def _safety(card: Scorecard) -> list[str]:
    gaps = [f"  {gap.sentence}\n    why: {_why(gap.trace)}" for gap in card.safety_gaps]
    wrong = [f"  undetermined: {say_undetermined(one)} [{one.rule}]" for one in card.undetermined]
    return [f"Safety gaps: {len(gaps)}", *gaps, *wrong]


def _tiers(decision: Decision) -> list[str]:
    lines = [f"Recognition: {decision.outcome.replace('_', ' ')}. {decision.sentence}"]
    for tier in decision.tiers:
        lines.append(f"  {tier.name}")
        lines += [f"    {_mark(one.met)} {one.title}: {_why(one.trace)}" for one in tier.conditions]
    return lines


def _why(trace: Trace) -> str:
    few = trace.practices if len(trace.practices) <= 6 else ()
    used = f"; from {', '.join(few)}" if few else f"; from {len(trace.practices)} practices" if trace.practices else ""
    return f"{trace.sentence} [{trace.plugin} {trace.version}, rule {trace.rule}{used}]"


def _mark(met: bool | None) -> str:
    return {True: "yes", False: "no ", None: "?  "}[met]
