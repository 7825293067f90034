"""Showing a draft to the program before it is issued, and what both sides say about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.accounts.queries import people_of_program, staff_of_partnership
from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, local_today
from portal.foundation import audit, clock
from portal.foundation.access import Action, may
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.typed import text_problems
from portal.foundation.versions import own_id, renamed
from portal.plans.contents import read_content
from portal.plans.models import Plan, PlanComment, PlanShare
from portal.plans.queries import plan_of
from portal.plans.resting import content_of, rests_of
from portal.programs.mails import tell
from rules.codec import canonical_json

LONGEST = 5000  # characters of a comment


def share_draft(cycle_id: int, seen: object, note: str, by_id: int, base_url: str) -> PlanShare:
    """Freeze the stored draft and show it to the program. Raises OutOfOrder or Refused.

    `seen` is the version of the draft that the sender's page showed: nobody shares a text they have not read. The same
    text is shared once, so a second press changes nothing.
    """
    note = note.strip()
    if problems := text_problems(note, "note", "note", LONGEST):
        raise Refused(problems)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        plan = plan_of(cycle)
        if cycle.plan_issued_on is not None:
            raise OutOfOrder("The plan was issued, so the program reads it already. Nothing was shared.")
        if plan is None or not plan.priorities:
            raise Refused([Problem("note", "Write at least one priority before you share the draft.")])
        if str(plan.version) != seen:
            raise Refused(
                [Problem("note", "The draft was changed after you opened this page. Look at it again, then share it.")]
            )
        content, last = canonical_json(content_of(plan, rests_of(cycle, plan))), _newest(plan)
        if last is not None and last.content == content:
            return last
        made = PlanShare(
            plan_id=plan.id, number=last.number + 1 if last else 1, version=plan.version, content=content, note=note,
            shared_at=clock.now(), shared_by_id=by_id,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        audit.record("plan draft shared", person_id=by_id, cycle_id=cycle.id, number=made.number)
        program = cycle.program
        readers = [
            person for person, role in people_of_program(program.id) if may(frozenset({role}), Action.COMMENT_PLAN)
        ]
        fields = {
            "program": program.name, "partnership": program.partnership.name,
            "link": f"{base_url}/cycles/{cycle.id}/plan/drafts/{made.number}",
        }  # fmt: skip
        tell(readers, program.partnership_id, f"shared:{made.id}", "draft-shared", fields)
        return made


def _newest(plan: Plan) -> PlanShare | None:
    mine = select(PlanShare).where(PlanShare.plan_id == plan.id)
    return db.session.scalar(mine.order_by(PlanShare.number.desc()).limit(1))


def comment(
    cycle_id: int, number: int, about: str, answers_to: int | None, text: str, save_id: str, by: Person, from_staff: bool,
    base_url: str,
) -> int:  # fmt: skip
    """Add a comment on a shared draft, or an answer to one, and return its number. Raises Refused or OutOfOrder.

    `about` is the key of a priority, or "" for the whole. The same form sent twice is one comment.
    """
    by_id, text = by.id, text.strip()
    if problems := text_problems(text, "text", "comment", LONGEST, needed="Type your comment."):
        raise Refused(problems)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        share = _share(cycle, number)
        known_keys = {"", *(one.key for one in read_content(share.content).priorities)}
        if about not in known_keys or (answers_to is not None and not _belongs(answers_to, share)):
            raise Refused(
                [Problem("text", "What you comment on is not in this draft. Load the page again; your text is below.")]
            )
        key = own_id(save_id)
        said = (share.id, about, answers_to, text, by_id)
        stored = _stored(key)
        if stored is not None and _says(stored) != said:
            key = renamed(key, {"said": list(said)})
            stored = _stored(key)
        if stored is not None:
            return stored.id
        if cycle.plan_issued_on is not None:
            raise OutOfOrder(
                "The plan was issued meanwhile, so its drafts take no more comments. Your text is below, for you to copy."
            )
        made = PlanComment(
            share_id=share.id, priority_key=about, answers_to_id=answers_to, at=clock.now(), by_id=by_id,
            from_staff=from_staff, text=text, save_id=key,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        audit.record("plan draft commented", person_id=by_id, cycle_id=cycle.id, comment=made.id)
        _tell(cycle, share, made, base_url)
        return made.id


def mark_done(cycle_id: int, comment_id: int, done: bool, by_id: int) -> PlanComment:
    """Note that staff acted on a comment, or that it is open again. Raises OutOfOrder when it is not of this cycle."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        mine = (
            select(PlanComment)
            .join(PlanShare)
            .join(Plan)
            .where(PlanComment.id == comment_id, Plan.cycle_id == cycle.id)
        )
        found = db.session.scalar(mine)
        if found is None or found.answers_to_id is not None:
            raise OutOfOrder("There is no such comment on this plan. Nothing was changed.")
        if done != (found.done_at is not None):
            found.done_at, found.done_by_id = (clock.now(), by_id) if done else (None, None)
            audit.record(
                "plan comment done" if done else "plan comment open",
                person_id=by_id,
                cycle_id=cycle.id,
                comment=found.id,
            )
        return found


def _share(cycle: Cycle, number: int) -> PlanShare:
    mine = select(PlanShare).join(Plan).where(Plan.cycle_id == cycle.id, PlanShare.number == number)
    found = db.session.scalar(mine)
    if found is None:
        raise OutOfOrder("There is no such draft. Nothing was stored.")
    return found


def _belongs(comment_id: int, share: PlanShare) -> bool:
    mine = select(func.count(PlanComment.id)).where(PlanComment.id == comment_id, PlanComment.share_id == share.id)
    return bool(db.session.scalar(mine.where(PlanComment.answers_to_id.is_(None))))


def _stored(save_id: str) -> PlanComment | None:
    return db.session.scalar(select(PlanComment).where(PlanComment.save_id == save_id))


def _says(one: PlanComment) -> tuple[int, str, int | None, str, int | None]:
    return one.share_id, one.priority_key, one.answers_to_id, one.text, one.by_id


def _tell(cycle: Cycle, share: PlanShare, made: PlanComment, base_url: str) -> None:
    """Mail the other side, one mail a day for each draft and person, however much is said."""
    program = cycle.program
    to: Iterable[Person] = staff_of_partnership(program.partnership_id)
    if made.from_staff:
        to = [person for person, role in people_of_program(program.id) if may(frozenset({role}), Action.COMMENT_PLAN)]
    day = local_today(cycle).isoformat()
    where = f"{base_url}/cycles/{cycle.id}/plan/drafts/{share.number}"
    who = program.partnership.name if made.from_staff else program.name
    key = hashlib.sha256(f"{share.id}:{day}:{made.from_staff}".encode()).hexdigest()[:24]
    fields = {"by": who, "program": program.name, "link": where}
    others = [one for one in to if one.id != made.by_id]
    tell(others, program.partnership_id, f"comments:{key}", "draft-comments", fields)
