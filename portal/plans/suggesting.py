"""What the editor fills in by itself: aims that the reviewer noted, and first actions with a month and a guide."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from portal.assessments.queries import answers_of
from portal.cycles.models import Cycle
from portal.cycles.queries import local_today, rulebook_of
from portal.resources.queries import by_code, library_of
from portal.reviews.models import FindingKind
from portal.reviews.queries import items_of, review_of
from portal.visits.notes import notes_of
from portal.visits.queries import visit_of
from rules.answers import Answer, Status
from rules.duties import add_months
from rules.plugininfo import RULES_API
from rules.practice import Practice
from rules.results import Trace
from rules.rulebook import Rulebook
from rules.scorecard import CORE
from rules.wording import say_month

from .forms import ActionDraft, PriorityDraft
from .queries import Proposal


@dataclass(frozen=True, slots=True)
class Suggester:
    """Turn a proposal into a priority with actions that are due within so many months from today."""

    rulebook: Rulebook
    answers: dict[str, Answer]
    guides: dict[str, str]  # the first guide for each practice
    today: date
    months: int

    def priority(self, proposal: Proposal) -> PriorityDraft:
        """Return the proposal as a priority with its first actions."""
        catalogue = self.rulebook.catalogue
        practices = [catalogue.practice(code) for code in proposal.practices if code in catalogue]
        texts = [(one, text) for one in practices for text in suggested_actions(one, self.answers.get(one.code))]
        share = len(texts) + 1
        actions = tuple(
            ActionDraft(
                text, "", say_month(add_months(self.today, self.months * k // share)), self.guides.get(one.code, "")
            )
            for k, (one, text) in enumerate(texts[:MOST_SUGGESTED], 1)
        )
        codes = ", ".join(proposal.practices)
        return PriorityDraft(proposal.title, proposal.why, codes, actions, key_of(codes))


MOST_SUGGESTED = 4  # actions of one priority; more would only have to be taken out again


def suggester_of(cycle: Cycle, months: str = "") -> Suggester:
    """Return what suggests actions for this cycle, spread over the length of the plan."""
    rulebook = rulebook_of(cycle)
    library = library_of(cycle.program.partnership, rulebook)
    guides = {code: found[0].title for code, found in by_code(library).items()}
    policy = rulebook.policy
    wanted = int(months) if months.isascii() and months.isdigit() and len(months) < 4 else usual_months(rulebook)
    length = min(max(wanted, policy.min_months), policy.max_months)
    return Suggester(rulebook, answers_of(cycle), guides, local_today(cycle), length)


def usual_months(rulebook: Rulebook) -> int:
    """Return the length a new plan begins with: up to the mini-review, within what the policy allows."""
    policy = rulebook.policy
    return min(max(policy.mini_review_months, policy.min_months), policy.max_months)


def suggested_actions(practice: Practice, answer: Answer | None) -> tuple[str, ...]:
    """Return first actions for a practice, from its own words and from what the answer lacks."""
    begun = answer is not None and answer.status is Status.IN_PRACTICE
    first = (
        "Look at how you do this now, and improve it" if begun else "Agree on how you will do this, and write it down"
    )
    ticked = set(answer.sub_items) if answer is not None else set()
    lacking = [item.text.rstrip(".") for item in practice.sub_items if item.letter not in ticked]
    if lacking and begun:
        second = f"Add what is missing: {'; '.join(lacking)}."
    elif practice.evidence:
        second = f"Put it to use, and keep: {', '.join(practice.evidence)}."
    else:
        second = "Put it to use, and look after some weeks whether it works."
    return f"{first}: {practice.statement}", second


@dataclass(frozen=True, slots=True)
class NoteBeside:
    """A note of the visit as the editor shows it beside the plan; it never enters the plan by itself."""

    title: str
    text: str


def notes_beside(cycle: Cycle) -> tuple[NoteBeside, ...]:
    """Return the notes taken during the visit, for the partnership's eyes alone."""
    titles = {one.key: one.title for one in rulebook_of(cycle).catalogue.sections}
    found = [
        NoteBeside(f"{titles.get(note.part, 'Notes of the visit')}, {note.person.name}", str(note.content["note"]))
        for note in notes_of(visit_of(cycle))
        if note.content["note"]
    ]
    review = review_of(cycle)
    before = review.visit_notes if review is not None else ""  # from before visits had notes of their own
    return (*found, NoteBeside("Notes of the visit", before)) if before else tuple(found)


def key_of(codes: str) -> str:
    """Return the mark of a priority made of a proposal: the same each time, so that a page can name it before it is stored."""
    return hashlib.sha256(codes.encode()).hexdigest()[:12]


def noted_proposals(cycle: Cycle, proposed: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
    """Return the proposals with the reviewer's own: safety gaps first, then what was noted, then what else the rules propose."""
    named = {code for one in proposed for code in one.practices}
    items, found = items_of(review_of(cycle)), []
    for practice in rulebook_of(cycle).catalogue.practices:
        item = items.get(practice.code)
        if item is None or item.finding is not FindingKind.IMPROVE or practice.code in named:
            continue
        why = (
            str(item.content.get("finding_text") or "") or f"The reviewer saw room for improvement in {practice.code}."
        )
        trace = Trace(CORE, str(RULES_API), "noted-by-the-reviewer", (practice.code,), why)
        found.append(Proposal(practice.title, (practice.code,), why, False, trace, noted=True))
    safety = tuple(one for one in proposed if one.safety)
    return (*safety, *found, *(one for one in proposed if not one.safety))
