"""`nqms-rules`: score a file of answers and say why, with neither the web application nor a database."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rules.answersfile import AnswersUnreadable, read_answers
from rules.asking import Assessment
from rules.catalogue import CatalogueError
from rules.discovery import UnknownPlugin, discover
from rules.eligibility import judge_eligibility
from rules.facts import CycleFacts, ProgramFacts
from rules.moveup import move_up_lines
from rules.results import Decision, Scorecard, Share, Trace
from rules.rows import say_undetermined
from rules.rulebook import PluginChoice, Rulebook, RulebookNotBuilt, build_rulebook
from rules.scorecard import evaluate
from rules.tiers import decide, judge_priorities

SHOWN = 8  # proposed priorities; a plan holds five at most


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when it worked, 2 when the input could not be read."""
    parser = argparse.ArgumentParser(prog="nqms-rules", description="Score a mentoring program's answers and say why.")
    commands = parser.add_subparsers(dest="command", required=True)
    explain_ = commands.add_parser("explain", help="print the scorecard of a file of answers, with its reasons")
    explain_.add_argument("answers", type=Path, help="a TOML file; see rules/examples/answers.toml")
    explain_.add_argument(
        "--partnership", default="national", help="plugin names with commas, in the partnership's order"
    )
    commands.add_parser("plugins", help="list the plugins that can be named")
    given = parser.parse_args(argv)
    try:
        if given.command == "plugins":
            for found in discover().plugins.values():
                print(f"{found.info.name} {found.info.version}  {found.info.title}")
        else:
            names = [name.strip() for name in given.partnership.split(",") if name.strip()]
            rulebook = build_rulebook([PluginChoice(name) for name in names])
            print("\n".join(explain(given.answers, rulebook)))
            sys.stdout.flush()
    except (AnswersUnreadable, CatalogueError, UnknownPlugin, RulebookNotBuilt) as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader has seen enough, as in `nqms-rules … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


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
        *[f"  undetermined: {say_undetermined(one)}" for one in silent],
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
    wrong = [f"  undetermined: {say_undetermined(one)}" for one in card.undetermined]
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


if __name__ == "__main__":
    sys.exit(main())
