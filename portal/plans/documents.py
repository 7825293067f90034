"""What a document says, as plain values frozen when it is asked for; rendering then needs no database."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from portal.assessments.queries import scorecard_of, submission_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation import clock
from portal.foundation.codes import shown_code
from portal.foundation.database import db
from portal.reviews.models import FindingKind
from portal.reviews.queries import items_of, review_of
from rules.codec import to_plain
from rules.scorecard import Share
from rules.wording import say_date, say_month

from .contents import PlanContent, read_content
from .head import head_of
from .models import Plan
from .queries import changed_since, issues_of, statement_shown
from .resting import content_of, rests_of


def said_in(cycle: Cycle, plan: Plan | None) -> PlanContent:
    """Return what a plan says: what was issued last, else the draft as it is stored; an unwritten plan says nothing."""
    if plan is None:
        return PlanContent()
    return read_content(plan.issued_content) if plan.issued_content else content_of(plan, rests_of(cycle, plan))


def plan_snapshot(cycle: Cycle, content: PlanContent | None = None) -> dict[str, Any]:
    """Return the plan with its numbers and its Statement; `content` is another text of it than the one that counts."""
    rulebook, card = rulebook_of(cycle), scorecard_of(cycle)
    plan = db.session.scalar(select(Plan).where(Plan.cycle_id == cycle.id))
    said = content or said_in(cycle, plan)
    titles = {practice.code: practice.title for practice in rulebook.catalogue.practices}
    priorities = [
        {
            "number": number,
            "key": priority.key,
            "title": priority.title,
            "why": priority.why,
            "practices": [{"code": code, "title": titles.get(code, code)} for code in priority.practices],
            "rests_on": [to_plain(one) for one in priority.rests_on],
            "actions": [
                {"text": a.text, "owner": a.owner, "due": say_due(a.due), "resource": a.resource}
                for a in priority.actions
            ],
            "by": say_due(max((a.due for a in priority.actions if a.due), default=None)),
        }
        for number, priority in enumerate(said.priorities, 1)
    ]
    return {
        **_head(cycle, plan, said),
        "issue": _issue(cycle, plan) if content is None else None,
        "months": said.months,
        "overview": said.overview,
        "priorities": priorities,
        "shares": [_share(one) for one in (*card.areas, card.total)],
        "statement": _statement(cycle),
        "signers": rulebook.policy.statement_signers,
        "statement_text": rulebook.text("statement"),
    }


def _issue(cycle: Cycle, plan: Plan | None) -> dict[str, Any] | None:
    """Say which issue counts, since when and why, once a plan was issued again."""
    newest = issues_of(plan)[-1:]
    if not newest or newest[0].number == 1:
        return None
    on = clock.day_at(newest[0].issued_at, cycle.program.partnership.time_zone)
    return {"number": newest[0].number, "on": say_date(on), "reason": newest[0].reason}


def say_due(due: str | None) -> str:
    """Say a due month in words; nothing when there is none."""
    return say_month(date.fromisoformat(due)) if due else ""


def summary_snapshot(cycle: Cycle) -> dict[str, Any]:
    """Return the summary: shares, safety gaps, and the findings meant for the program. Private notes never enter."""
    rulebook, card = rulebook_of(cycle), scorecard_of(cycle)
    plan = db.session.scalar(select(Plan).where(Plan.cycle_id == cycle.id))
    items = items_of(review_of(cycle))
    findings: dict[FindingKind, list[dict[str, str]]] = {kind: [] for kind in FindingKind}
    for practice in rulebook.catalogue.practices:
        item = items.get(practice.code)
        if item is not None and item.finding is not None:
            text = str(item.content.get("finding_text") or "")
            findings[item.finding].append({"code": practice.code, "title": practice.title, "text": text})
    return {
        **_head(cycle, plan, said_in(cycle, plan)),
        "shares": [_share(one) for one in (*card.areas, card.total)],
        "sections": [_share(one) for one in card.sections],
        "safety_gaps": [gap.sentence for gap in card.safety_gaps],
        "strengths": findings[FindingKind.STRENGTH],
        "improvements": findings[FindingKind.IMPROVE],
    }


def _head(cycle: Cycle, plan: Plan | None, said: PlanContent) -> dict[str, Any]:
    submission = submission_of(cycle)
    return {
        **head_of(cycle),
        "draft": cycle.plan_issued_on is None,
        "content_code": (
            plan.issued_hash if plan and plan.issued_hash else submission.content_hash if submission else ""
        )[:12],
        "areas": [
            {
                "key": area.key,
                "title": area.title,
                "strengths": said.strengths.get(area.key, ""),
                "improvements": said.improvements.get(area.key, ""),
            }
            for area in rulebook_of(cycle).catalogue.areas
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "title": share.title,
        "in_practice": share.in_practice,
        "applicable": share.applicable,
        "percent": share.percent,
        "average": share.average_rating,
    }


def _statement(cycle: Cycle) -> dict[str, Any]:
    found = statement_shown(cycle)
    return {
        "leader": found.leader_name if found else cycle.program.key_leader_name,
        "signed": bool(found and found.signed_at),
        "signer": found.signer_name if found else "",
        "title": found.signer_title if found else cycle.program.key_leader_title,
        "on": say_date(found.day_signed) if found and found.day_signed else "",
        "code": (shown_code(found.code) if found.code else found.content_hash[:12]) if found else "",
        "changed": len(changed_since(cycle, found)),
    }
