"""Says what is still open before a plan is issued: what has to be answered first, and what somebody has to have seen."""

from __future__ import annotations

from dataclasses import dataclass

from portal.assessments.amendments import under_way
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.errors import Problem
from portal.reviews.models import Mark, mark_of
from portal.reviews.queries import items_of, review_of
from portal.reviews.questions import open_questions
from rules.wording import say_count

from .forms import AREAS
from .models import Plan
from .queries import plan_of
from .shared import open_comments, shared_drafts

SEEN = Problem("open_seen", "Some things are still open. Read them below, then tick that you have seen them.")


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What is open: `first` keeps a plan from being issued, `seen` does so until somebody ticked that they have seen it."""

    first: str = ""
    seen: tuple[str, ...] = ()

    def problems(self, ticked: bool) -> list[Problem]:
        """Return what keeps a plan from being issued by somebody who ticked, or did not tick, the list."""
        first = [Problem("open_first", self.first)] if self.first else []
        return first + ([SEEN] if self.seen and not ticked else [])


def unsettled(cycle: Cycle) -> Unsettled:
    """Return what is still open around the stored plan of a cycle."""
    seen = (*_asked(cycle), *_commented(cycle), *_unseen(cycle), *_unwritten(cycle, plan_of(cycle)))
    return Unsettled(_changes(cycle), seen)


def _changes(cycle: Cycle) -> str:
    """Say that the program changes answers, or asks to: nobody signs answers that their own program wants to change."""
    if cycle.reopened:
        return (
            f"Practices are open for changes: {', '.join(sorted(cycle.reopened))}. The plan can be issued once the program "
            "has sent its changes, or you have closed them."
        )
    if under_way(cycle) is not None:
        return (
            "The program asks to change answers. Answer that request first: the Statement of Accuracy would ask the key "
            "leader to sign answers that the program itself wants to change."
        )
    return ""


def _asked(cycle: Cycle) -> list[str]:
    asked = open_questions(cycle)
    codes = ", ".join(dict.fromkeys(one.practice_code for one in asked))
    verb = "is" if len(asked) == 1 else "are"
    return [f"{say_count(len(asked), 'question')} to the program {verb} still open: {codes}."] if asked else []


def _commented(cycle: Cycle) -> list[str]:
    count = sum(len(rows) for rows in open_comments(shared_drafts(cycle)).values())
    verb = "waits" if count == 1 else "wait"
    return [f"{say_count(count, 'comment')} of the program on a draft {verb} for you."] if count else []


def _unseen(cycle: Cycle) -> list[str]:
    items, practices = items_of(review_of(cycle)), rulebook_of(cycle).catalogue.practices
    contents = [items[one.code].content if one.code in items else {} for one in practices]
    count = sum(mark_of(content) is Mark.UNSEEN for content in contents)
    total = say_count(len(practices), "practice")
    return [f"In the review, nobody has looked at {count} of {total} yet."] if count else []


def _unwritten(cycle: Cycle, plan: Plan | None) -> list[str]:
    if plan is None:
        return []
    titles = {area.key: area.title for area in rulebook_of(cycle).catalogue.areas if area.key in AREAS}
    found = [] if plan.overview else ["“What matters most” is empty."]
    for name, texts in (("Strengths", plan.strengths), ("Areas for improvement", plan.improvements)):
        empty = [title for key, title in titles.items() if not texts.get(key)]
        if empty:
            found.append(f"“{name}” is empty for {'; '.join(empty)}.")
    return found
