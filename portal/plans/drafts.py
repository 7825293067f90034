"""Drafts as the editor shows them: of a stored plan, of the findings at the first visit, with one proposal more."""

from __future__ import annotations

from dataclasses import replace

from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.reviews.models import FindingKind
from portal.reviews.queries import items_of, review_of
from rules.wording import say_month

from .carrying import carried_over
from .contents import ActionContent, PlanContent, PriorityContent
from .forms import AREAS, ActionDraft, PlanDraft, PriorityDraft, read_month
from .models import Plan
from .queries import Proposal, proposals_for
from .suggesting import Suggester, noted_proposals, suggester_of, usual_months

LISTED, HELPING = 12, 6


def draft_of(plan: Plan) -> PlanDraft:
    """Return a stored plan as the values of its fields."""
    priorities = tuple(
        PriorityDraft(
            one.title,
            one.why,
            ", ".join(one.practice_codes),
            tuple(
                ActionDraft(a.text, a.owner, say_month(a.due_month) if a.due_month else "", a.resource, a.key)
                for a in one.actions
            ),
            one.key,
        )
        for one in plan.priorities
    )
    return PlanDraft(str(plan.months or ""), plan.overview, plan.strengths, plan.improvements, priorities)


def content_from(draft: PlanDraft) -> PlanContent:
    """Return a draft as an issue would say it, without the answers it rests on, so that two texts can be compared."""
    return PlanContent(
        int(draft.months) if draft.months.isascii() and draft.months.isdigit() else None,
        draft.overview,
        dict(draft.strengths),
        dict(draft.improvements),
        tuple(
            PriorityContent(
                one.title,
                one.why,
                tuple(one.code_list),
                tuple(
                    ActionContent(
                        a.text, a.owner, due.isoformat() if (due := read_month(a.due)) else None, a.resource, a.key
                    )
                    for a in one.actions
                ),
                (),
                one.key,
            )
            for one in draft.priorities
        ),
    )


def first_draft(cycle: Cycle) -> PlanDraft:
    """Return a draft made of the reviewer's findings and the first proposals; private notes never enter."""
    texts: dict[FindingKind, dict[str, list[str]]] = {kind: {key: [] for key in AREAS} for kind in FindingKind}
    items, rulebook = items_of(review_of(cycle)), rulebook_of(cycle)
    for practice in rulebook.catalogue.practices:
        item = items.get(practice.code)
        if item and item.finding and item.content.get("finding_text") and practice.area in AREAS:
            texts[item.finding][practice.area].append(str(item.content["finding_text"]))
    joined = {kind: {key: "\n".join(lines) for key, lines in areas.items()} for kind, areas in texts.items()}
    policy, proposed = rulebook.policy, noted_proposals(cycle, proposals_for(cycle).proposed)
    wanted = min(max(policy.min_priorities, sum(one.safety for one in proposed)), policy.max_priorities)
    suggester = suggester_of(cycle)
    carried = carried_over(cycle, rulebook.catalogue)[: policy.max_priorities]
    named = {one.codes for one in carried}
    more = [suggester.priority(one) for one in proposed if ", ".join(one.practices) not in named]
    priorities = (*carried, *more[: max(0, wanted - len(carried))])
    months = str(usual_months(rulebook))
    return PlanDraft(months, "", joined[FindingKind.STRENGTH], joined[FindingKind.IMPROVE], priorities)


def with_proposal(
    draft: PlanDraft, codes: str, proposals: tuple[Proposal, ...], most: int, suggester: Suggester
) -> PlanDraft:
    """Return the draft with the proposal for these codes behind the others, its first actions filled in.

    It is unchanged when there is no such proposal, no room, or a priority for these codes already.
    """
    room, known = len(draft.priorities) < most, in_plan(draft, proposals)
    open_ = [one for one in proposals if room and one.practices not in known]
    found = [suggester.priority(one) for one in open_ if ", ".join(one.practices) == codes]
    return replace(draft, priorities=(*draft.priorities, *found[:1]))


def in_plan(draft: PlanDraft, proposals: tuple[Proposal, ...]) -> set[tuple[str, ...]]:
    """Return the practices of the proposals that one priority names, alone or with other practices."""
    named = [set(one.code_list) for one in draft.priorities]
    return {one.practices for one in proposals if any(codes.issuperset(one.practices) for codes in named)}


def listed(proposals: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
    """Return the proposals that the editor lists: the first ones, and the first of the others that help to the next tier."""
    helping = tuple(one for one in proposals[LISTED:] if one.helps)
    return proposals[:LISTED] + helping[:HELPING]


def left_out(draft: PlanDraft, proposals: tuple[Proposal, ...]) -> list[str]:
    """Return the practices with a safety gap that no priority names."""
    named = {code for one in draft.priorities for code in one.code_list}
    return sorted({code for one in proposals if one.safety for code in one.practices} - named)
