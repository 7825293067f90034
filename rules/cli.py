"""`nqms-rules`: score a file of answers and say why, with neither the web application nor a database."""

import argparse
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from rules.answers import Answer, AnswerRefused, parse_answer
from rules.catalogue import CatalogueError, UnknownPractice
from rules.discovery import UnknownPlugin, available
from rules.eligibility import judge_eligibility
from rules.facts import CycleFacts, ProgramFacts
from rules.results import Decision, Scorecard, Share, Trace
from rules.rulebook import PluginChoice, Rulebook, RulebookNotBuilt, build_rulebook
from rules.scorecard import evaluate
from rules.tiers import decide, propose_priorities


class AnswersUnreadable(ValueError):
    """Raised with one "file:line: sentence" for each problem of an answers file."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


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
            for info in available().values():
                print(f"{info.name} {info.version}  {info.title}")
        else:
            names = [name.strip() for name in given.partnership.split(",") if name.strip()]
            rulebook = build_rulebook([PluginChoice(name) for name in names])
            print("\n".join(explain(given.answers, rulebook)))
    except (AnswersUnreadable, CatalogueError, UnknownPlugin, RulebookNotBuilt) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def read_answers(path: Path, rulebook: Rulebook) -> tuple[ProgramFacts, CycleFacts, dict[str, Answer]]:
    """Read program, cycle and answers from a file. Raises AnswersUnreadable with every problem and its line."""
    try:
        text = path.read_text("utf-8")
        plain = tomllib.loads(text)
    except OSError as error:
        raise AnswersUnreadable(f"{path}:1: The file cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AnswersUnreadable(f"{path}:{_toml_line(str(error))}: This is not valid TOML: {error}.") from None
    lines, problems = text.splitlines(), []
    facts = cycle = None
    try:
        facts = ProgramFacts(**_known(ProgramFacts, plain.get("program", {})))
    except (TypeError, ValueError) as error:
        problems.append(f"{path}:{_line(lines, '[program]')}: The program's facts: {error}")
    try:
        cycle = CycleFacts(**{"today": date.today(), **_known(CycleFacts, plain.get("cycle", {}))})  # noqa: DTZ011
    except (TypeError, ValueError) as error:
        problems.append(f"{path}:{_line(lines, '[cycle]')}: The cycle's dates: {error}")
    answers = {}
    for code, raw in plain.get("answers", {}).items():
        at = f"{path}:{_line(lines, code)}"
        try:
            practice = rulebook.catalogue.practice(code)
            answers[code] = parse_answer(practice, facts.tags if facts else (), raw if isinstance(raw, dict) else {})
        except UnknownPractice as error:
            problems.append(f"{at}: {error}")
        except AnswerRefused as refusal:
            problems += [f"{at}: {code}: {problem.sentence}" for problem in refusal.problems]
    if problems or facts is None or cycle is None:
        raise AnswersUnreadable(*problems)
    return facts, cycle, answers


def _known(kind: type, plain: dict[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    if unknown := sorted(set(plain) - names):
        raise ValueError(f"unknown: {', '.join(unknown)}.")
    return {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}


def _line(lines: list[str], word: str) -> int:
    return next((at for at, line in enumerate(lines, 1) if word in line), 1)


def _toml_line(message: str) -> str:
    return message.partition("line ")[2].partition(",")[0] or "1"


def explain(path: Path, rulebook: Rulebook) -> list[str]:
    """Return the lines of the explanation. Raises AnswersUnreadable."""
    facts, cycle, answers = read_answers(path, rulebook)
    card = evaluate(rulebook.catalogue, answers, facts, cycle, rulebook)
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
        *_tiers(decide(card, cycle, rulebook)),
        "",
        "Proposed priorities",
        *[f"  {one.title}: {one.why}" for one in propose_priorities(rulebook.catalogue, answers, card, rulebook)[:8]],
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
    wrong = [f"  undetermined: rule {u.rule} of {u.plugin} {u.version}: {u.what}" for u in card.undetermined]
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
