"""Changing the rules: a draft, a preview of it, and adopting exactly what was previewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from portal.accounts.models import Person
from portal.foundation import audit, clock, jobs
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused, StaleVersion
from portal.foundation.judging import evaluator
from portal.partnerships.models import Partnership, RulesList
from portal.partnerships.queries import adopted, choices_of
from portal.partnerships.services import adopt
from rules.codec import to_plain
from rules.discovery import Found, UnknownPlugin
from rules.rulebook import Rulebook, RulebookNotBuilt

from . import drafts
from .checking import ask_check
from .models import UNDER_WAY, PreviewState, RulesDraft, RulesPreview
from .queries import draft_of
from .running import PREVIEW

KEPT = 10  # finished previews of a partnership; older ones are only in the way
LONGEST_NOTE = 500


class ListChanged(StaleVersion):
    """Somebody adopted another list since this one was looked at."""


class NotPreviewed(OutOfOrder):
    """Adopting was tried without a finished preview of exactly these rules."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft after a button was pressed, with what does not fit."""

    entries: list[drafts.Entry]
    problems: tuple[Problem, ...]


def save_draft(partnership_id: int, by_id: int, form: Mapping[str, str]) -> Saved:
    """Keep what was typed and do what the button says; the plugin added is examined by the worker."""
    found, deed = evaluator().found(), form.get("do", "")
    with unit_of_work() as session:
        partnership = session.get_one(Partnership, partnership_id)
        newest, draft = adopted(partnership), draft_of(partnership_id, by_id)
        if deed == "discard":
            if draft is not None:
                session.delete(draft)
            return Saved(drafts.entries_of(newest.choices if newest else [], found), ())
        if draft is None:
            draft = RulesDraft(
                partnership_id=partnership_id, person_id=by_id, base_number=newest.number if newest else 0
            )
            draft.choices = drafts.entries_of(newest.choices if newest else [], found)
            session.add(draft)
        typed = drafts.with_typed(draft.choices, form, found)
        draft.choices, draft.saved_at = drafts.changed(typed, deed, found), clock.now()
        for entry in draft.choices:
            ask_check(entry["name"])
        return Saved(draft.choices, drafts.read(draft.choices, found).problems)


def ask_preview(partnership_id: int, by_id: int, seen: str) -> int:
    """Queue a dry run of the kept draft and return its id. `seen` is the number of the list the page showed.

    Raises Refused, ListChanged, or RulebookNotBuilt and UnknownPlugin as refusals of the whole list.
    """
    found = evaluator().found()
    with reading() as session:
        partnership, draft = session.get_one(Partnership, partnership_id), draft_of(partnership_id, by_id)
        stored = adopted(partnership)
        entries = draft.choices if draft else drafts.entries_of(stored.choices if stored else [], found)
    read = drafts.read(entries, found)
    if read.problems:
        raise Refused(read.problems)
    rules = _described(read, entries, found)  # outside the write, since a plugin may take seconds
    with unit_of_work() as session:
        partnership = session.get_one(Partnership, partnership_id)
        number = _not_changed(partnership, seen)
        if (draft := draft_of(partnership_id, by_id)) is not None:
            draft.base_number = number
        _stop_mine(partnership_id, by_id)
        _prune(partnership_id)
        made = RulesPreview(
            partnership_id=partnership_id, asked_by_id=by_id, asked_at=clock.now(), base_number=number,
            choices=[{"name": one.name, "settings": to_plain(one.settings)} for one in read.choices],
            record=rules.record(), state=PreviewState.WAITING, result={},
        )  # fmt: skip
        session.add(made)
        session.flush()
        jobs.enqueue(PREVIEW, f"{PREVIEW}:{made.id}", preview_id=made.id)
        return made.id


def _described(read: drafts.Read, entries: list[drafts.Entry], found: Found) -> Rulebook:
    try:
        rules = evaluator().describe(read.choices)
    except (UnknownPlugin, RulebookNotBuilt) as refusal:
        raise Refused([Problem("list", str(refusal))]) from None
    codes = [practice.code for practice in rules.catalogue.practices]
    if problems := drafts.missing_practices(entries, found, codes):
        raise Refused(problems)
    return rules


def _not_changed(partnership: Partnership, seen: object) -> int:
    """Return the number of the list in force. Raises ListChanged when it is not the one that was looked at."""
    newest = adopted(partnership)
    number = newest.number if newest else 0
    if str(number) != str(seen):
        who = _who(newest)
        raise ListChanged(
            f"{who} adopted list {number} since you looked. Nothing was overwritten, and your draft is kept. "
            "Look at what is in force now, then preview your list again."
        )
    return number


def _who(newest: RulesList | None) -> str:
    person = db.session.get(Person, newest.adopted_by_id) if newest and newest.adopted_by_id else None
    return person.name if person else "Somebody"


def _stop_mine(partnership_id: int, by_id: int) -> None:
    """Stop what the same person asked before; nobody waits for it any more."""
    mine = select(RulesPreview).where(RulesPreview.partnership_id == partnership_id, RulesPreview.asked_by_id == by_id)
    for before in db.session.scalars(mine.where(RulesPreview.state.in_(UNDER_WAY))):
        before.state, before.finished_at = PreviewState.CANCELLED, clock.now()


def _prune(partnership_id: int) -> None:
    mine = select(RulesPreview.id).where(RulesPreview.partnership_id == partnership_id)
    over = mine.where(RulesPreview.state.not_in(UNDER_WAY)).order_by(RulesPreview.id.desc()).offset(KEPT - 1)
    db.session.execute(delete(RulesPreview).where(RulesPreview.id.in_(list(db.session.scalars(over)))))


def cancel_preview(preview_id: int) -> None:
    """Stop a dry run that is not done; the worker looks between two batches."""
    with unit_of_work() as session:
        preview = session.get_one(RulesPreview, preview_id, with_for_update=True)
        if preview.under_way:
            preview.state, preview.finished_at = PreviewState.CANCELLED, clock.now()


def put_in_force(preview_id: int, note: str, by_id: int) -> RulesList:
    """Adopt what was previewed, for cycles that begin from now on.

    Raises NotPreviewed when the preview is not done or the plugins are not what they were, ListChanged when somebody
    adopted another list meanwhile, Refused for a note that is too long.
    """
    note = " ".join(note.replace("\x00", " ").split())  # PostgreSQL stores no NUL
    if len(note) > LONGEST_NOTE:
        raise Refused([Problem("note", f"Please use at most {LONGEST_NOTE} characters; these are {len(note)}.")])
    with reading() as session:
        preview = session.get_one(RulesPreview, preview_id)
        if preview.state is not PreviewState.DONE or preview.adopted_as is not None:
            raise NotPreviewed("Only a finished preview can be adopted, and only once. Nothing was changed.")
        choices, record = choices_of(preview.choices), preview.record
    try:
        rules = evaluator().describe(choices)
    except (UnknownPlugin, RulebookNotBuilt) as refusal:
        raise NotPreviewed(f"{refusal} Nothing was changed.") from None
    if rules.record() != record:
        raise NotPreviewed(
            "A plugin of this list was changed since this preview. Nothing was changed; please preview the list again."
        )
    with unit_of_work() as session:
        preview = session.get_one(RulesPreview, preview_id, with_for_update=True, populate_existing=True)
        partnership = session.get_one(Partnership, preview.partnership_id, with_for_update=True)
        _not_changed(partnership, preview.base_number)
        made = adopt(partnership, rules, by_id, note)
        made.set_by, preview.adopted_as = preview.result.get("set_by", {}), made.number
        audit.record(
            "preview adopted", person_id=by_id, partnership_id=partnership.id, preview=preview.id, number=made.number
        )
        if (draft := draft_of(partnership.id, by_id)) is not None:
            session.delete(draft)
    return made
