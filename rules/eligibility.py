"""May this program begin? Every fact is judged by itself, with its reason."""

from dataclasses import dataclass
from datetime import date

from rules.asking import Assessment, Question
from rules.codec import canonical_json, read_json
from rules.facts import CycleFacts, ProgramFacts
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

    def to_json(self) -> str:
        """Write the verdicts; the same verdicts always give the same bytes."""
        return canonical_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Eligibility":
        """Read stored verdicts; raises MalformedRecord."""
        return read_json(cls, text)


def judge_eligibility(facts: ProgramFacts, today: date, rulebook: Rulebook) -> Eligibility:
    """Judge a program's facts by the listed plugins; `eligible_from` is set when only time is missing.

    A rule that could not judge leaves the whole undetermined: it is neither a yes nor a no.
    """
    verdicts: list[Verdict] = []
    mends: list[date | None] = []
    wrong: list[Undetermined] = []
    for said in rulebook.ask("nqms_eligibility", Question(Assessment({}, facts, CycleFacts(today)))):
        good, bad = read_rows(said, "nqms_eligibility", rulebook.catalogue, _verdict)
        verdicts += [verdict for verdict, _ in good]
        wrong += bad
        mends += [day for verdict, day in good if not verdict.met]
    if wrong or not verdicts:
        who = "; ".join(map(say_undetermined, wrong)) or "no rule judges it"
        sentence = f"Whether the program may begin could not be determined: {who}."
        return Eligibility(None, (*verdicts, *map(_unknown, wrong)), None, sentence)
    if not all(one.met for one in verdicts):
        days = [day for day in mends if day is not None]
        when = max(days) if len(days) == len(mends) else None
        soon = f"Not yet: eligible from {say_month(when)}." if when else "Not yet:"
        first = next(one for one in verdicts if one.met is False)
        return Eligibility(False, tuple(verdicts), when, f"{soon} {first.sentence}")
    return Eligibility(True, tuple(verdicts), None, f"{sentence_case(facts.name)} meets every condition and may begin.")


def _verdict(row: Row) -> tuple[Verdict, date | None]:
    sentence = row.text("sentence")
    trace = row.trace(sentence, rests_on="facts")
    return Verdict(trace.rule, row.flag("met"), sentence, trace), row.day("met_from")


def _unknown(one: Undetermined) -> Verdict:
    sentence = f"This could not be judged: {say_undetermined(one)}."
    return Verdict(one.rule, None, sentence, Trace(one.plugin, one.version, one.rule, (), sentence))
