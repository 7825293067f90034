"""All answers of a cycle as plain values: each practice with its answer, parts, notes, files, and what the review found."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from portal.assessments.queries import answers_of, frozen_evidence, submission_of
from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, local_today, rulebook_of
from portal.evidence.queries import record_of
from portal.foundation.access import STAFF_ROLES, Role
from portal.plans.head import head_of
from portal.reviews.models import ReviewItem
from portal.reviews.queries import items_of, review_of
from rules.answers import Answer, Status
from rules.practice import Practice
from rules.wording import say_date

WORDS = {
    Status.IN_PRACTICE: "In practice",
    Status.NOT_IN_PRACTICE: "Not in practice",
    Status.NOT_APPLICABLE: "Not applicable",
}
MARKS = {Status.IN_PRACTICE: "●", Status.NOT_IN_PRACTICE: "○", Status.NOT_APPLICABLE: "–"}


def answers_snapshot(cycle: Cycle, roles: Collection[Role]) -> dict[str, Any]:
    """Return the whole book. Findings enter once the results are delivered, for staff before; private notes never."""
    rulebook, sent, answers = rulebook_of(cycle), submission_of(cycle), answers_of(cycle)
    delivered, staff = cycle.plan_issued_on is not None, bool(STAFF_ROLES & set(roles))
    items = items_of(review_of(cycle)) if delivered or staff else {}
    record = frozen_evidence(sent) if sent else record_of(cycle.id)
    labels = labels_of(rulebook)
    sections: list[dict[str, Any]] = [
        {
            "key": section.key,
            "title": section.title,
            "area": area.title,
            "practices": [
                _practice(one, answers.get(one.code), labels, record.get(one.code, ()), items.get(one.code))
                for one in section.practices
            ],
        }
        for area in rulebook.catalogue.areas
        for section in area.sections
    ]
    for section in sections:
        section["told"] = _told([one["mark"] for one in section["practices"]])
    return {
        **head_of(cycle),
        "draft": sent is None,
        "as_of": say_date(local_today(cycle)) if sent is None else "",
        "foot": f"Confidential. Content code {sent.content_hash[:12]}."
        if sent
        else "Confidential. Draft, not submitted yet.",
        "content_code": sent.content_hash[:12] if sent else "",
        "edition": rulebook.catalogue.title,
        "count": len(rulebook.catalogue.practices),
        "told": _told([one["mark"] for section in sections for one in section["practices"]]),
        "labels": [{"rating": rating, "words": words} for rating, words in labels.items()],
        "findings": "delivered" if delivered else "staff" if staff else "",
        "sections": sections,
    }


def _told(marks: list[str]) -> dict[str, int]:
    """Count the answers, so that the book can say what it holds."""
    return {
        "practices": len(marks), "in_practice": marks.count(MARKS[Status.IN_PRACTICE]),
        "not_in_practice": marks.count(MARKS[Status.NOT_IN_PRACTICE]), "open": marks.count(""),
        "not_applicable": marks.count(MARKS[Status.NOT_APPLICABLE]),
    }  # fmt: skip


def _practice(
    practice: Practice, answer: Answer | None, labels: dict[int, str], record: Collection[Any], item: ReviewItem | None
) -> dict[str, Any]:
    given = answer or Answer(practice.code)
    finding = item.finding if item is not None else None
    return {
        "code": practice.code,
        "title": practice.title,
        "statement": practice.statement,
        "safety": practice.is_critical,
        "enhancement": not practice.is_core,
        "mark": MARKS[given.status] if given.status else "",
        "answer": WORDS[given.status] if given.status else "Not answered yet",
        "na_reason": given.na_reason,
        "rating": given.rating if given.status is Status.IN_PRACTICE else None,
        "rating_words": labels.get(given.rating, "") if given.rating and given.status is Status.IN_PRACTICE else "",
        "own_minimum": given.own_minimum,
        "parts": [
            {"letter": one.letter, "text": one.text, "covered": one.letter in given.sub_items}
            for one in (practice.sub_items if given.status is Status.IN_PRACTICE or given.sub_items else ())
        ],
        "notes": given.notes,
        "evidence": [_piece(one) for one in record],
        "finding": finding.words if finding else "",
        "finding_text": str(item.content.get("finding_text") or "") if item is not None and finding else "",
    }


def _piece(named: dict[str, str]) -> str:
    """Name a file, or a link with the site it leads to."""
    site = urlsplit(named.get("address", "")).hostname if named.get("address") else ""
    return f"{named['title']} ({site})" if site else named["title"]
