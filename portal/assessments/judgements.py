"""Tells what changed from one judgement of a cycle to the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.cycles.explaining import Explainer, explainer_of
from portal.cycles.models import Cycle
from portal.foundation.database import db
from portal.partnerships.queries import rulebook_of_record
from rules.answers import Status
from rules.results import PracticeResult, Scorecard
from rules.rows import say_rule
from rules.rulebook import Rulebook
from rules.wording import sentence_case

from .models import Judgement

COUNTS = {
    Status.IN_PRACTICE: "in practice",
    Status.NOT_IN_PRACTICE: "not in practice",
    Status.NOT_APPLICABLE: "not applicable",
    None: "not answered",
}


@dataclass(frozen=True, slots=True)
class JudgementShown:
    """One judgement, the rules that made it, and in sentences what is different from the one before."""

    judgement: Judgement
    rulebook: Rulebook
    card: Scorecard
    explain: Explainer
    changes: tuple[str, ...]


def judgements_of(cycle: Cycle) -> list[JudgementShown]:
    """Return every judgement of the cycle, newest first."""
    rows = db.session.scalars(select(Judgement).where(Judgement.cycle_id == cycle.id).order_by(Judgement.id))
    shown: list[JudgementShown] = []
    for row in rows:
        rulebook = rulebook_of_record(row.rulebook)
        card, explain = Scorecard.from_json(row.scorecard), explainer_of(cycle, rulebook)
        changes = tuple(_changes(shown[-1], rulebook, card, explain)) if shown else ()
        shown.append(JudgementShown(row, rulebook, card, explain, changes))
    return shown[::-1]


def _changes(before: JudgementShown, rulebook: Rulebook, card: Scorecard, explain: Explainer) -> Iterable[str]:
    if before.rulebook.key != rulebook.key:
        yield f"Other rules: {_named(before.rulebook)}; now {_named(rulebook)}."
    was, now = before.card.total, card.total
    if (was.in_practice, was.applicable) != (now.in_practice, now.applicable):
        yield (
            f"{now.in_practice} of {now.applicable} practices that apply are in practice; "
            f"before, {was.in_practice} of {was.applicable}."
        )
    yield from _counts(before.card, card)
    old, new = ({gap.sentence for gap in side.safety_gaps} for side in (before.card, card))
    yield from (f"New safety gap: {sentence}" for sentence in sorted(new - old))
    yield from (f"No longer a safety gap: {sentence}" for sentence in sorted(old - new))
    failed, failing = set(before.card.undetermined), set(card.undetermined)
    yield from (sentence_case(explain.undetermined(one)) for one in card.undetermined if one not in failed)
    yield from (
        f"Judged again by {before.explain.plugin(one.plugin)}: {say_rule(one.rule)}."
        for one in before.card.undetermined
        if one not in failing
    )


def _counts(before: Scorecard, after: Scorecard) -> Iterable[str]:
    old: dict[str, PracticeResult] = {one.code: one for one in before.practices}
    for one in after.practices:
        was = old.pop(one.code, None)
        if was is None:
            yield f"{one.code} is asked now: {COUNTS[one.counts_as]}."
        elif was.counts_as is not one.counts_as:
            why = f" {one.trace.sentence}" if one.trace.sentence != was.trace.sentence else ""
            yield f"{one.code} counts as {COUNTS[one.counts_as]}; before, as {COUNTS[was.counts_as]}.{why}"
    yield from (f"{code} is not asked any more." for code in old)


def _named(rulebook: Rulebook) -> str:
    return ", ".join(f"{info.title or info.name} {info.version}" for info in rulebook.plugins)
