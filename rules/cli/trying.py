"""Judges assessments by a plugin beside the national rules, and prints what differs; the plugin runs in its own process."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rules.answersfile import read_answers
from rules.asking import Assessment
from rules.catalogue import load_edition
from rules.discovery import BASE, Found, discover
from rules.evaluator import Evaluator
from rules.outcomes import Outcome, moves, summed_up
from rules.plugininfo import FoundPlugin, settle
from rules.rulebook import EDITION, PluginChoice, Rulebook
from rules.sampling import sample_assessments
from rules.scorecard import evaluate
from rules.tiers import decide, judge_priorities

FEW = 12  # lines of one kind


class BadSetting(ValueError):
    """Raised when a setting on the command line does not fit; says why."""


def read_settings(plugin: FoundPlugin, words: Sequence[str]) -> Mapping[str, Any]:
    """Read KEY=VALUE words. Raises BadSetting."""
    pairs = [word.partition("=") for word in words]
    values, problems = settle(plugin.settings, {key.strip(): value for key, _, value in pairs})
    if problems:
        raise BadSetting("\n".join(problems.values()))
    return values


def try_plugin(plugin: FoundPlugin, files: Sequence[Path], settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines to print. Raises AnswersUnreadable, UnknownPlugin or RulebookNotBuilt."""
    name = plugin.info.name
    here = Found(MappingProxyType({BASE: discover().plugin(BASE), name: plugin}), MappingProxyType({}))
    evaluator = Evaluator(look=lambda: here)
    try:
        rules = evaluator.describe([PluginChoice(name, settings)])
        plain = evaluator.describe([], rules.catalogue.edition)
        yield f"{name} {plugin.info.version} beside the national rules"
        yield from _described(rules, name)
        for title, assessment in _assessments(rules, files):
            yield ""
            yield from _compared(title, assessment, plain, rules, name)
    finally:
        evaluator.close()


def _assessments(rules: Rulebook, files: Sequence[Path]) -> Iterator[tuple[str, Assessment]]:
    """Read the files; for another edition than theirs make samples of its own practices."""
    if rules.catalogue.edition != EDITION:
        yield from ((one.title, one.assessment) for one in sample_assessments(rules.catalogue))
        return
    for path in files:
        read = read_answers(path, load_edition(EDITION), date.today())  # noqa: DTZ011 - the day at the reader's desk
        yield f"{path.name}, {read.facts.name}", Assessment(read.answers, read.facts, read.cycle)


def _described(rules: Rulebook, name: str) -> Iterator[str]:
    for one in rules.description.changes:
        if one.plugin == name:
            yield f"  practices: {one.change} {', '.join(one.practices)}: {one.sentence}"
    yield f"  tiers: {', '.join(tier.name for tier in rules.tiers) or 'none'}"


def _compared(title: str, assessment: Assessment, plain: Rulebook, rules: Rulebook, name: str) -> Iterator[str]:
    card = evaluate(assessment, rules)
    decision = decide(card, assessment, rules)
    card_before = evaluate(assessment, plain)
    before, after = summed_up(card_before, decide(card_before, assessment, plain)), summed_up(card, decision)
    proposed, silent = judge_priorities(card, assessment, rules)
    yield title
    yield f"  {_said(before)}; with {name}: {_said(after)}"
    moved = [one.sentence for one in moves(before, after)]
    noted = [f"{one.kind.replace('_', ' ')}: {one.sentence}" for one in card.findings if one.trace.plugin == name]
    aims = [f"priority: {one.title}: {one.why}" for one in proposed if one.trace.plugin == name]
    wrong = [f"could not judge: {one.plugin}, {one.rule}: {one.what}" for one in (*card.undetermined, *silent)]
    for lines in (moved, noted, aims, wrong):
        yield from (f"    {line}" for line in lines[:FEW])
        if len(lines) > FEW:
            yield f"    and {len(lines) - FEW} more"
    if after.outcome == "undetermined":
        yield f"    {after.sentence}"
    if not (moved or noted or aims or wrong):
        yield "    nothing differs"


def _said(one: Outcome) -> str:
    reached = one.tier if one.tier else one.outcome.replace("_", " ")
    return f"{reached}, {one.in_practice} of {one.applicable} in practice"
