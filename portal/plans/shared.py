"""Reads the drafts that were shown to a program, with the comments on them and what was changed since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.database import db

from .contents import PlanContent, read_content
from .differences import Line, differences
from .documents import said_in
from .models import Plan, PlanComment, PlanIssue, PlanShare
from .queries import issues_of, plan_of


@dataclass(frozen=True, slots=True)
class Thread:
    """One comment with the answers to it, in their order."""

    first: PlanComment
    answers: tuple[PlanComment, ...]


@dataclass(frozen=True, slots=True)
class SharedDraft:
    """One draft as it was shown, its comments by the key of a priority ("": the whole), and what is different.

    `since` compares it with the text that counts now, `before` with the draft shown before it.
    """

    share: PlanShare
    content: PlanContent
    threads: dict[str, list[Thread]]
    since: tuple[Line, ...]
    before: tuple[Line, ...]

    @property
    def count(self) -> int:
        """Return how many comments were made, without the answers to them."""
        return sum(len(one) for one in self.threads.values())

    @property
    def waiting(self) -> int:
        """Return how many comments of the program nobody has acted on."""
        return sum(is_open(one.first) for threads in self.threads.values() for one in threads)


@dataclass(frozen=True, slots=True)
class IssueShown:
    """One issue of a plan, and what is different from the issue before."""

    issue: PlanIssue
    changes: tuple[Line, ...]


def is_open(one: PlanComment) -> bool:
    """Tell whether a comment of the program still waits for staff."""
    return not one.from_staff and one.done_at is None


def shared_drafts(cycle: Cycle) -> list[SharedDraft]:
    """Return every draft that was shown to the program, newest first, in a fixed number of queries."""
    plan = plan_of(cycle)
    if plan is None:
        return []
    mine = select(PlanShare).where(PlanShare.plan_id == plan.id).options(joinedload(PlanShare.shared_by))
    shares = list(db.session.scalars(mine.order_by(PlanShare.number)))
    if not shares:
        return []
    threads, now, areas = _threads([one.id for one in shares]), said_in(cycle, plan), area_titles(cycle)
    found: list[SharedDraft] = []
    for share in shares:
        content = read_content(share.content)
        before = differences(found[-1].content, content, areas) if found else ()
        found.append(SharedDraft(share, content, threads.get(share.id, {}), differences(content, now, areas), before))
    return found[::-1]


def shared_numbers(cycle_id: int) -> int:
    """Return the number of the newest draft that was shown to the program; 0 when none was."""
    mine = select(func.max(PlanShare.number)).join(Plan).where(Plan.cycle_id == cycle_id)
    return db.session.scalar(mine) or 0


def open_comments(drafts: list[SharedDraft]) -> dict[str, list[tuple[SharedDraft, PlanComment]]]:
    """Return the comments that wait for staff, by the key of their priority, oldest first."""
    found: dict[str, list[tuple[SharedDraft, PlanComment]]] = {}
    for draft in reversed(drafts):
        for key, threads in draft.threads.items():
            found.setdefault(key, []).extend((draft, one.first) for one in threads if is_open(one.first))
    return {key: rows for key, rows in found.items() if rows}


def on_taken_out(
    waiting: dict[str, list[tuple[SharedDraft, PlanComment]]], keys: Collection[str]
) -> list[tuple[str, list[tuple[SharedDraft, PlanComment]]]]:
    """Return the comments that wait on priorities the plan no longer has, under the titles the program read."""
    found = []
    for key, rows in waiting.items():
        if key and key not in keys:
            titles = [one.title for one in rows[-1][0].content.priorities if one.key == key]
            found.append((titles[0] if titles else "", rows))
    return found


def issues_shown(cycle: Cycle) -> list[IssueShown]:
    """Return the issues of the cycle's plan, newest first, each with what is different from the one before."""
    found: list[IssueShown] = []
    before: PlanContent | None = None
    for issue in issues_of(plan_of(cycle)):
        content = read_content(issue.issued_content)
        changes = differences(before, content, area_titles(cycle)) if before is not None else ()
        found.append(IssueShown(issue, changes))
        before = content
    return found[::-1]


def area_titles(cycle: Cycle) -> dict[str, str]:
    """Return the titles of the areas by key."""
    return {area.key: area.title for area in rulebook_of(cycle).catalogue.areas}


def _threads(share_ids: list[int]) -> dict[int, dict[str, list[Thread]]]:
    people = (joinedload(PlanComment.by), joinedload(PlanComment.done_by))
    rows = select(PlanComment).where(PlanComment.share_id.in_(share_ids)).options(*people)
    comments = list(db.session.scalars(rows.order_by(PlanComment.id)))
    answers: dict[int, list[PlanComment]] = {}
    for one in comments:
        if one.answers_to_id is not None:
            answers.setdefault(one.answers_to_id, []).append(one)
    found: dict[int, dict[str, list[Thread]]] = {}
    for one in comments:
        if one.answers_to_id is None:
            mine = found.setdefault(one.share_id, {}).setdefault(one.priority_key, [])
            mine.append(Thread(one, tuple(answers.get(one.id, ()))))
    return found
