"""May this program begin? Every fact is judged by itself, with its reason."""

from dataclasses import dataclass
from datetime import date

from rules.facts import ProgramFacts
from rules.results import Trace, Verdict
from rules.rulebook import Rulebook
from rules.scorecard import CORE, VERSION, trace_of
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
        rows = said.rows
        if said.wrong:
            verdicts.append(
                _unknown(f"A rule of {said.plugin.name} {said.plugin.version} could not judge: {said.wrong}")
            )
        for row in rows:
            try:
                if not isinstance(row["met"], bool):
                    raise TypeError("met must be True or False")
                trace = trace_of(said, row, row["sentence"])
                verdicts.append(Verdict(trace.rule, row["met"], row["sentence"], trace))
                if not row["met"]:
                    mends.append(row.get("met_from"))
            except (Exception, SystemExit) as error:
                verdicts.append(
                    _unknown(f"A rule of {said.plugin.name} could not judge: {type(error).__name__}: {error}"[:300])
                )
    mets = [one.met for one in verdicts]
    if False in mets:
        when = max((day for day in mends if day is not None), default=None) if None not in mends else None
        first = next(one for one in verdicts if one.met is False)
        sentence = (
            f"Not yet: eligible from {say_month(when)}. {first.sentence}" if when else f"Not yet: {first.sentence}"
        )
        return Eligibility(False, tuple(verdicts), when, sentence)
    if None in mets or not mets:
        return Eligibility(None, tuple(verdicts), None, "Whether the program may begin could not be determined.")
    return Eligibility(True, tuple(verdicts), None, f"{sentence_case(facts.name)} meets every condition and may begin.")


def _unknown(sentence: str) -> Verdict:
    return Verdict("undetermined", None, sentence, Trace(CORE, VERSION, "undetermined", (), sentence))
