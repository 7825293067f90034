"""The Statement of Accuracy as plain values: what is confirmed, what it covers, and who signed."""

from __future__ import annotations

from typing import Any

from portal.assessments.queries import submission_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.codes import shown_code
from portal.plans.head import head_of
from portal.plans.models import SignedHow
from portal.plans.queries import changed_since, statement_shown
from rules.wording import say_date

from .addresses import typed_address
from .issued import issued_plan


def statement_snapshot(cycle: Cycle) -> dict[str, Any]:
    """Return the Statement on one page, to sign or as it was signed."""
    rulebook, plan, sent = rulebook_of(cycle), issued_plan(cycle), submission_of(cycle)
    found = statement_shown(cycle)
    code = shown_code(found.code) if found and found.code else ""
    on_paper = found is not None and found.how is SignedHow.PAPER
    covers = found.content_hash[:12] if found else ""
    return {
        **head_of(cycle),
        "draft": False,
        "foot": f"Confidential. Statement code {code}." if code else f"Confidential. Content code {covers}.",
        "signers": rulebook.policy.statement_signers,
        "text": rulebook.text("statement"),
        "edition": rulebook.catalogue.title,
        "answers_code": sent.content_hash[:12] if sent else "",
        "plan_code": plan.code,
        "months": plan.months,
        "aims": list(plan.aims),
        "leader": found.leader_name if found else cycle.program.key_leader_name,
        "signed": bool(found and found.signed_at),
        "signer": found.signer_name if found else "",
        "signer_title": found.signer_title if found and found.signed_at else cycle.program.key_leader_title,
        "signed_on": say_date(found.day_signed) if found and found.day_signed else "",
        "how": "on paper" if on_paper else "by a personal link",
        "covers": covers,
        "code": code,
        "look_up": typed_address("/statements"),
        "changed": list(changed_since(cycle, found)),
    }
