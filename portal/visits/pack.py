"""What the visit pack says, as plain values; the file that works from disk and the PDF are made from the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.assessments.lasttime import LastTime, last_time
from portal.assessments.queries import answers_of, submission_of
from portal.cycles.models import Cycle
from portal.cycles.queries import labels_of, local_today, rulebook_of
from portal.evidence.queries import Shown, shown_by_practice
from portal.foundation.access import STAFF_ROLES
from portal.reviews.models import FindingKind, Mark, ReviewItem
from portal.reviews.opinions import OpinionShown, opinions_of
from portal.reviews.queries import items_of, review_of
from portal.reviews.questions import OpenQuestion, open_questions
from rules.answers import Answer, Status
from rules.practice import Practice
from rules.wording import say_date

from .agenda import Topic, agenda_of
from .queries import visit_of
from .times import say_length, say_when

STATUS = {
    Status.IN_PRACTICE: "In practice", Status.NOT_IN_PRACTICE: "Not in practice", Status.NOT_APPLICABLE: "Not applicable"
}  # fmt: skip
NA = {True: "accepted", False: "not accepted", None: ""}
SHORT, MOST_BREAKS = 1800, 15  # signs and line breaks of a practice that is kept on one page
LINES, MORE_LINES = 2, 4  # to write on; more where safety or an open question is at stake


def pack_snapshot(cycle: Cycle) -> dict[str, Any]:
    """Return everything a reviewer takes along: agenda, and every practice with both sides and room to write."""
    rulebook, visit, copy = rulebook_of(cycle), visit_of(cycle), submission_of(cycle)
    catalogue, program, labels = rulebook.catalogue, cycle.program, labels_of(rulebook)
    topics, answers, items = agenda_of(cycle, visit, staff=True), answers_of(cycle), items_of(review_of(cycle))
    opinions = opinions_of(review_of(cycle))
    evidence, before = shown_by_practice(cycle, STAFF_ROLES), last_time(cycle, catalogue.practices)
    asked: dict[str, list[OpenQuestion]] = {}
    for one in open_questions(cycle):
        asked.setdefault(one.practice_code, []).append(one)
    today = say_date(local_today(cycle))
    version = f"copy {copy.number}, {copy.content_hash[:8]}" if copy else ""

    def practice(one: Practice) -> dict[str, Any]:
        code = one.code
        return _practice(
            one,
            answers.get(code),
            items.get(code),
            evidence.get(code, ()),
            before.get(code),
            asked.get(code, ()),
            opinions.get(code, ()),
            labels,
        )

    return {
        "system": rulebook.policy.system_name,
        "title": rulebook.policy.review_title,
        "program": {"name": program.name, "host": program.host, "place": program.place},
        "partnership": program.partnership.name,
        "draft": True,  # the partnership's own: no page gives it to the program
        "submitted": say_date(cycle.submitted_on) if cycle.submitted_on else "",
        "version": version,
        "made": today,
        "foot": f"Confidential. Answers: {version}. Made on {today}.",
        "when": say_when(visit.starts_at, program.partnership.time_zone, visit.minutes) if visit else "",
        "length": say_length(sum(one.minutes for one in topics)),
        "place": visit.place if visit else "",
        "people": [one["name"] for one in visit.attendees] if visit else [],
        "materials": list(visit.materials if visit else rulebook.policy.visit_materials),
        "agenda": [_topic(one) for one in topics],
        "labels": [{"rating": rating, "words": words} for rating, words in labels.items()],
        "sections": [
            {
                "key": section.key, "area": area.title, "title": section.title,
                "minutes": next((one.minutes for one in topics if one.section and one.section.key == section.key), 0),
                "practices": [practice(one) for one in section.practices],
            }
            for area in catalogue.areas
            for section in area.sections
        ],
    }  # fmt: skip


def _topic(one: Topic) -> dict[str, Any]:
    return {
        "time": f"{one.begins}–{one.ends}" if one.begins else "",
        "title": one.title,
        "minutes": one.minutes,
        "safety": [gap.sentence for gap in one.safety],
        "gaps": [f"{gap.code}: the program {gap.program}, the reviewer {gap.reviewer}" for gap in one.gaps],
        "questions": [question.practice_code for question in one.questions],
    }


def _practice(
    one: Practice, answer: Answer | None, item: ReviewItem | None, evidence: Sequence[Shown], last: LastTime | None,
    asked: Sequence[OpenQuestion], opinions: Sequence[OpinionShown], labels: Mapping[int, str],
) -> dict[str, Any]:  # fmt: skip
    content = item.content if item else {}
    finding = content.get("finding")
    found = {
        "code": one.code,
        "statement": one.statement,
        "safety": one.is_critical,
        "enhancement": not one.is_core,
        "rated": one.rated,
        "answer": _said(one, answer, labels),
        "evidence": [_piece(piece) for piece in evidence],
        "last": _before(last, answer) if last else [],
        "rating": content.get("rating"),
        "finding": FindingKind(finding).words if finding else "",
        "for_program": content.get("finding_text") or "",
        "private": content.get("private_note") or "",
        "flagged": content.get("mark") == Mark.FLAGGED,
        "na": NA[content.get("na_accepted")],
        "opinions": [_opinion(one) for one in opinions],
        "questions": [question.text for question in asked],
        "lines": MORE_LINES if one.is_critical or asked else LINES,
    }
    said = str(found)
    return found | {"short": len(said) < SHORT and said.count("\\n") < MOST_BREAKS}


def _before(last: LastTime, now: Answer | None) -> list[dict[str, Any]]:
    """Return what was said before; parts that are covered as they are now are not listed twice."""
    found = []
    for said in last.said:
        one = {"year": last.year, **_said(said.practice, said.answer, last.labels)}
        same = now is not None and said.answer.sub_items == now.sub_items
        found.append(one | {"parts": []} if same else one)
    return found


def _said(practice: Practice, answer: Answer | None, labels: Mapping[int, str]) -> dict[str, Any]:
    if answer is None or answer.status is None:
        return {"status": "Not answered", "parts": [], "notes": "", "minimum": ""}
    status = STATUS[Status(answer.status)]
    if answer.rating:
        status += f", rating {answer.rating} ({labels[answer.rating]})"
    if answer.na_reason:
        status += f": {answer.na_reason}"
    parts = [f"{part.letter}. {part.text}" for part in practice.sub_items if part.letter in answer.sub_items]
    return {"status": status, "parts": parts, "notes": answer.notes, "minimum": answer.own_minimum}


def _opinion(one: OpinionShown) -> str:
    said = [f"rating {one.rating}" if one.rating else "", one.finding.words if one.finding else "", one.text]
    return f"{one.by}: {'. '.join(part for part in said if part)}"


def _piece(one: Shown) -> str:
    where = "" if one.piece.is_file else f", {one.piece.address}"
    gone = ", taken off since" if one.taken_off_at else ""
    return f"{one.piece.title} ({one.kind_words}{where}{gone})"
