"""May this program begin? Every fact is judged by itself, with its reason."""

from dataclasses import dataclass
from datetime import date

from rules.facts import ProgramFacts
from rules.results import Trace, Undetermined, Verdict
from rules.rows import Row, read_rows, say_undetermined
from rules.rulebook import Rulebook
from rules.wording import say_month, sentence_case

__all__ = ["Eligibility", "Verdict", "judge_eligibility"]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Hold the verdicts. eligible: True, False, or None when a rule could not judge."""

    eligible: bool | None
    verdicts: tuple[Verdict, ...]
    eligible_from: date | None
    sentence: str


def judge_eligibility(facts: ProgramFacts, today: date, rulebook: Rulebook) -> Eligibility:
    """Judge a program's facts by the listed plugins; `eligible_from` is set when only time is missing."""
    verdicts: list[Verdict] = []
    mends: list[date | None] = []
    for said in rulebook.ask("nqms_eligibility", facts=facts, policy=rulebook.policy, today=today):
        good, bad = read_rows(said, "nqms_eligibility", rulebook.catalogue, _verdict)
        verdicts += [verdict for verdict, _ in good]
        verdicts += [_unknown(one) for one in bad]
        mends += [day for verdict, day in good if not verdict.met]
    mets = [one.met for one in verdicts]
    if False in mets:
        days = [day for day in mends if day is not None]
        when = max(days) if len(days) == len(mends) and None not in mets else None
        soon = f"Not yet: eligible from {say_month(when)}." if when else "Not yet:"
        first = next(one for one in verdicts if one.met is False)
        return Eligibility(False, tuple(verdicts), when, f"{soon} {first.sentence}")
    if None in mets or not mets:
        return Eligibility(None, tuple(verdicts), None, "Whether the program may begin could not be determined.")
    return Eligibility(True, tuple(verdicts), None, f"{sentence_case(facts.name)} meets every condition and may begin.")


def _verdict(row: Row) -> tuple[Verdict, date | None]:
    sentence = row.text("sentence")
    trace = row.trace(sentence)
    return Verdict(trace.rule, row.flag("met"), sentence, trace), row.day("met_from")


def _unknown(one: Undetermined) -> Verdict:
    sentence = f"This could not be judged: {say_undetermined(one)}."
    return Verdict(one.rule, None, sentence, Trace(one.plugin, one.version, one.rule, (), sentence))
