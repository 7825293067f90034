"""What the rules would say of an assessment if some of its practices were at their best, and the cycle's steps done."""

import time
from collections.abc import Iterable
from dataclasses import replace

from rules.answers import Answer, Status
from rules.asking import Assessment
from rules.facts import CycleFacts
from rules.practice import Practice
from rules.results import ConditionResult, Decision, TierResult
from rules.rulebook import Rulebook
from rules.scorecard import evaluate, order_of
from rules.subsets import Spent
from rules.tiers import decide


class CannotJudge(Exception):
    """Raised when a rule could not judge; the sentence names it."""


def at_best(practice: Practice, answer: Answer | None) -> Answer:
    """Return the answer as it would be at its best: in practice, rated 5, every part ticked; texts are kept."""
    was = answer or Answer(practice.code)
    rating = 5 if practice.rated or was.rating is not None else None
    notes = was.notes if was.notes.strip() or not practice.needs_notes else "Improved."
    parts = tuple(item.letter for item in practice.sub_items)
    return replace(was, status=Status.IN_PRACTICE, rating=rating, na_reason="", notes=notes, sub_items=parts)


def steps_done(assessment: Assessment, rulebook: Rulebook) -> CycleFacts:
    """Return the cycle as if every step were taken, every "not applicable" accepted, and staff had agreed to everything."""
    cycle, today = assessment.cycle, assessment.cycle.today
    said_na = (code for code, answer in assessment.answers.items() if answer.status is Status.NOT_APPLICABLE)
    conditions = (key for tier in rulebook.tiers for key in tier.conditions)
    return replace(
        cycle, access_on=cycle.access_on or today, submitted_on=cycle.submitted_on or today,
        contacted_on=cycle.contacted_on or today, visited_on=cycle.visited_on or today,
        plan_issued_on=cycle.plan_issued_on or today, statement_signed_on=cycle.statement_signed_on or today,
        na_accepted=tuple(sorted({*cycle.na_accepted, *said_na})),
        staff_agreed=tuple(sorted({*cycle.staff_agreed, *conditions})),
    )  # fmt: skip


class WhatIf:
    """Ask the rules about one assessment with some practices improved; counts how often they are asked."""

    def __init__(self, assessment: Assessment, rulebook: Rulebook, most: int, seconds: float) -> None:
        self.real, self.rulebook, self.most = assessment, rulebook, most
        self.until = time.monotonic() + seconds
        self.asked, self.late = 0, False
        self.done = steps_done(assessment, rulebook)
        self.order = order_of(rulebook.catalogue)
        self.best: dict[str, Answer] = {}
        self.on_answers: set[str] = set()  # keys of the conditions that rest on answers
        self.at = 0  # the place of the tier that is aimed at

    def decided(self, assessment: Assessment) -> Decision:
        """Ask once. Raises CannotJudge."""
        self.asked += 1
        decision = decide(evaluate(assessment, self.rulebook), assessment, self.rulebook)
        if decision.outcome == "undetermined":
            raise CannotJudge(decision.sentence)
        return decision

    def improved(self, codes: Iterable[str]) -> tuple[TierResult, ...]:
        """Judge the tiers with these practices at their best and the steps done. Raises CannotJudge."""
        answers = dict(self.real.answers)
        for code in codes:
            if code not in self.best:
                self.best[code] = at_best(self.rulebook.catalogue.practice(code), answers.get(code))
            answers[code] = self.best[code]
        return self.decided(replace(self.real, answers=answers, cycle=self.done)).tiers

    def open(self, tier: TierResult) -> list[ConditionResult]:
        """List the conditions that rest on answers and are not met; their rules name practices."""
        self.on_answers |= {one.key for one in tier.conditions if one.practices}
        return [one for one in tier.conditions if not one.met and one.key in self.on_answers]

    def reaches(self, codes: Iterable[str]) -> bool:
        """Tell whether improving these is enough for the tier aimed at. Raises Spent or CannotJudge."""
        self.late = self.late or time.monotonic() > self.until
        if self.late or self.left() <= 0:
            raise Spent
        return not self.open(self.improved(codes)[self.at])

    def left(self) -> int:
        """Return how often the rules may still be asked."""
        return self.most - self.asked

    def improvable(self, codes: Iterable[str]) -> list[str]:
        """List the practices that are not at their best, in order; one that does not apply is left alone."""
        catalogue, tags = self.rulebook.catalogue, self.real.facts.tags

        def can(code: str) -> bool:
            practice, answer = catalogue.practice(code), self.real.answers.get(code)
            alone = answer is not None and answer.status is Status.NOT_APPLICABLE and practice.na.allows(tags)
            return not alone and answer != at_best(practice, answer)

        return [code for code in sorted(set(codes), key=self.order.__getitem__) if can(code)]

    def stands(self, code: str) -> str:
        """Say how a practice stands now, as the reason to improve it."""
        answer = self.real.answers.get(code)
        if answer is None or answer.status is None:
            return "not answered yet"
        if answer.status is Status.NOT_APPLICABLE:
            return "marked as not applicable, but it applies"
        if answer.status is Status.NOT_IN_PRACTICE:
            return "not in practice"
        if answer.rating is None and self.rulebook.catalogue.practice(code).rated:
            return "not rated yet"
        return f"rated {answer.rating}" if answer.rating not in (None, 5) else "missing some of its parts"

    def _rating(self, code: str) -> int | None:
        """Return the rating of a practice that is in practice, 0 without one; None when it is not in practice."""
        answer = self.real.answers.get(code)
        return (answer.rating or 0) if answer is not None and answer.status is Status.IN_PRACTICE else None

    def kind(self, code: str) -> int:
        """Sort practices by what improving them may bring: ratings of 1 to 3, then what is not in practice, then the rest."""
        rating = self._rating(code)
        return 4 if rating is None else rating if 1 <= rating <= 3 else 5

    def gain(self, code: str) -> tuple[int, bool, bool, int]:
        """Order practices by what improving them may bring, and those of a kind by how much they matter."""
        practice = self.rulebook.catalogue.practice(code)
        return self.kind(code), not practice.is_critical, not practice.is_core, self.order[code]

    def urgency(self, code: str) -> tuple[bool, int, bool, int]:
        """Order practices as people take them up: safety, then what is not in practice, then the lowest ratings."""
        rating, practice = self._rating(code), self.rulebook.catalogue.practice(code)
        return not practice.is_critical, -1 if rating is None else rating, not practice.is_core, self.order[code]
