"""The page for notes during a visit: each is stored as it is typed, with and without a line, with and without scripts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user

from portal.assessments.saving import is_sent, joined, kept, save_of, say_another, say_refused, say_stored, stored_now
from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import Action
from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to
from portal.foundation.pages import moment
from portal.foundation.security import check_person

from . import notes
from .agenda import HISTORY, agenda_of
from .models import VisitNote
from .queries import visit_of
from .views import bp


@dataclass(frozen=True, slots=True)
class NoteForm:
    """One note on the page: the free one, or that of a section, with what colleagues wrote there."""

    part: str
    title: str
    text: str
    version: int | str
    state: str = ""
    theirs: tuple[VisitNote, ...] = ()
    hint: str = ""
    problems: tuple[Problem, ...] = ()
    conflict: notes.NoteChanged | None = None


@bp.get("/cycles/<int:cycle_id>/visit/notes")
def note_page(cycle_id: int) -> str:
    """Show every note, the free ones first, then the sections in the order of the agenda."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    return _page(cycle, _stored(cycle))


def _stored(cycle: Cycle) -> list[NoteForm]:
    visit, zone = visit_of(cycle), cycle.program.partnership.time_zone
    rows = notes.notes_of(visit)
    parts = [(notes.FREE, "Free notes", "The history of the program, and whatever belongs to no section.")]
    for topic in agenda_of(cycle, visit, staff=True):
        if topic.section is not None:
            codes = [one.code for one in topic.gaps] + [one.practice_code for one in topic.questions]
            parts.append((topic.section.key, topic.title, ", ".join(dict.fromkeys(codes))))
        elif topic.kind == HISTORY:
            continue
    found = []
    for part, title, hint in parts:
        here = [one for one in rows if one.part == part]
        mine = next((one for one in here if one.person_id == current_user.id), None)
        others = tuple(one for one in here if one.person_id != current_user.id and one.content["note"])
        state = f"stored {moment(mine.saved_at, zone)}" if mine else ""
        text = mine.content["note"] if mine else ""
        found.append(NoteForm(part, title, text, mine.version if mine else 0, state, others, hint))
    return found


def _page(cycle: Cycle, forms: list[NoteForm]) -> str:
    problems = [Problem(f"{one.part}-note", f"{one.title}: {p.sentence}") for one in forms for p in one.problems]
    return render_template(
        "visits/notes.html", cycle=cycle, forms=forms, problems=problems, visit=visit_of(cycle),
        conflicts=[one.conflict for one in forms if one.conflict], title=rulebook_of(cycle).policy.review_title,
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/visit/notes/<key>")
def save_note(cycle_id: int, key: str) -> Any:
    """Store one note as it changes."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    check_person()
    version, save_id, unanswered = save_of(request.form, key)
    raw = {"note": request.form.get(f"{key}-note", "")}
    try:
        saved = notes.record_note(cycle.id, key, raw, version, save_id, current_user.id, unanswered)
    except Refused as refusal:
        return say_refused(refusal.problems)
    except notes.NoteChanged as conflict:
        stored = stored_now(conflict)
        theirs = stored.content
        return say_another(stored, cycle, "assessments/_text_conflict.html", key, theirs, text=theirs["note"])
    return say_stored(saved, cycle)


@bp.post("/cycles/<int:cycle_id>/visit/notes")
def save_notes(cycle_id: int) -> Any:
    """Store the page sent as one form: all of it without scripts, else what the script has not stored yet."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    check_person()
    stored = _stored(cycle)
    typed = {one.part: _typed(one) for one in stored if is_sent(request.form, one.part)}
    if any(one.problems for one in typed.values()):
        return _page(cycle, [typed.get(one.part, one) for one in stored]), 422
    saves = {part: ({"note": one.text}, one.version, save_of(request.form, part)[1]) for part, one in typed.items()}
    aside = [part for part in typed if kept(request.form, part) == "theirs"]
    conflicts = {one.code: one for one in notes.record_notes(cycle.id, saves, current_user.id, aside)}
    if conflicts:
        forms = [
            replace(typed[one.part], conflict=conflicts[one.part], version=one.version)
            if one.part in conflicts
            else one
            for one in _stored(cycle)
        ]
        return _page(cycle, forms), 409
    flash("Your notes are saved.", "good")
    return go_to(url_for("visits.page", cycle_id=cycle.id))


def _typed(shown: NoteForm) -> NoteForm:
    """Return a note as it was typed; where two texts are to be put together, they are."""
    raw: dict[str, Any] = {"note": request.form.get(f"{shown.part}-note", "")}
    if kept(request.form, shown.part) == "both":
        raw = joined({"note": shown.text}, raw, ("note",))
    content, problems = notes.read_note(raw)
    return replace(shown, text=content["note"], version=save_of(request.form, shown.part)[0] or "", problems=problems)
