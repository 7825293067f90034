"""What a Statement of Accuracy covers: the answers, the basis of the tier, and the plan, each as it is at one moment."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.assessments.amendments import amended_between, copies_of, sent_in
from portal.assessments.models import Judgement
from portal.assessments.queries import submission_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.database import db
from portal.reviews.queries import reviewed_assessment_of
from rules.codec import canonical_json
from rules.scorecard import Scorecard, Share

from .models import Plan, Statement


@dataclass(frozen=True, slots=True)
class Covered:
    """What there is to sign now. The basis is empty while the rules have not judged the newest answers."""

    number: int  # Submission.number
    answers_hash: str
    basis: str  # JSON: who counts, what they count, safety gaps, accepted "not applicable"
    plan_content: str  # JSON, as issued
    plan_hash: str

    @property
    def whole(self) -> bool:
        """Tell whether everything is there to be signed."""
        return bool(self.number and self.basis and self.plan_content)

    @property
    def hash(self) -> str:
        """Return the hash that a signature over all of it carries."""
        basis = hashlib.sha256(self.basis.encode()).hexdigest()
        return hashlib.sha256(json.dumps([self.answers_hash, basis, self.plan_hash]).encode()).hexdigest()


def covered_now(cycle: Cycle) -> Covered:
    """Return what a signature would cover now. No rule is asked; what they said before is read."""
    copy, plan = submission_of(cycle), db.session.scalar(select(Plan).where(Plan.cycle_id == cycle.id))
    return Covered(
        copy.number if copy else 0, copy.content_hash if copy else "", _basis(cycle, copy.id) if copy else "",
        plan.issued_content if plan else "", plan.issued_hash if plan else "",
    )  # fmt: skip


def _basis(cycle: Cycle, copy_id: int) -> str:
    mine = select(Judgement.scorecard).where(Judgement.submission_id == copy_id).order_by(Judgement.id.desc())
    stored = db.session.scalar(mine.limit(1))
    if stored is None:
        return ""
    card, rules = Scorecard.from_json(stored), canonical_json(cycle.rulebook)
    return canonical_json(
        {
            "rules": [f"{one.title or one.name} {one.version}" for one in rulebook_of(cycle).plugins],
            "rules_hash": hashlib.sha256(rules.encode()).hexdigest(),
            "counts": [_count(one) for one in (*card.areas, card.benchmarks, card.total)],
            "gaps": [one.sentence for one in card.safety_gaps],
            "na_accepted": sorted(reviewed_assessment_of(cycle).cycle.na_accepted),
        }
    )


def _count(share: Share) -> list[Any]:
    return [share.title, share.in_practice, share.applicable]


BASIS = {
    "rules": "Basis of the tier: the rules",
    "counts": "Basis of the tier: what the rules count",
    "gaps": "Basis of the tier: safety gaps",
    "na_accepted": "Basis of the tier: what is accepted as “not applicable”",
}
PARTS = {"months": "Plan: how long it runs", "overview": "Plan: the overview"}
AREAS = {"strengths": "Plan: strengths", "improvements": "Plan: areas for improvement"}


def places_changed(cycle: Cycle, statement: Statement) -> tuple[str, ...]:
    """Name every place in which today's answers, plan and basis differ from what the Statement covers."""
    now = covered_now(cycle)
    if not statement.answers_number or now.hash == statement.content_hash:
        return ()
    return (
        *answers_changed(cycle, statement.answers_number),
        *_plan_changed(_read(statement.plan_content), _read(now.plan_content)),
        *_basis_changed(_read(statement.basis), _read(now.basis)),
    )


def answers_changed(cycle: Cycle, number: int) -> tuple[str, ...]:
    """Return the practices that the newest copy answers differently from the copy of this number."""
    copies = copies_of(cycle)
    bound = next((one for one in copies if one.number == number), None)
    if bound is None or bound is copies[-1]:
        return ()
    found = amended_between(sent_in(bound), sent_in(copies[-1]), rulebook_of(cycle))
    return tuple(one.practice.code for one in found)


def _read(content: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content) if content else {}
    return found


def _plan_changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    found = [words for key, words in PARTS.items() if old.get(key) != new.get(key)]
    for key, words in AREAS.items():
        before, after = old.get(key) or {}, new.get(key) or {}
        if any((before.get(area) or "") != (after.get(area) or "") for area in before.keys() | after.keys()):
            found.append(words)
    had, has = _without_answers(old), _without_answers(new)
    numbers = range(max(len(had), len(has)))
    return found + [f"Plan: priority {at + 1}" for at in numbers if had[at : at + 1] != has[at : at + 1]]


def _without_answers(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the priorities by themselves; an answer they rest on that changed is named as an answer."""
    return [{key: one[key] for key in one if key != "rests_on"} for one in plan.get("priorities") or []]


def _basis_changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    if not new:
        return []  # the rules have not said yet what they make of the newest answers
    rules = ("rules", "rules_hash")
    changed = {key for key in ("counts", "gaps", "na_accepted") if old.get(key) != new.get(key)}
    changed |= {"rules"} if any(old.get(key) != new.get(key) for key in rules) else set()
    return [words for key, words in BASIS.items() if key in changed]
