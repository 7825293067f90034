"""Pages and small replies of a cycle: who does which section, who is on one now, flags, discussions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import Action, may
from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to, is_fragment

from . import queries, sharing, talking
from .queries import few
from .sharing import Wish
from .talking import Remark

bp = Blueprint("teamwork", __name__)


@bp.get("/cycles/<int:cycle_id>/who")
def sections(cycle_id: int) -> str:
    """Show which section is whose; administrators of the program give them out here."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    gives = may(roles, Action.GIVE_SECTIONS) and cycle.is_open()
    return render_template(
        "teamwork/sections.html", cycle=cycle, gives=gives, areas=rulebook_of(cycle).catalogue.areas,
        people=sharing.who_may_answer(cycle.program_id), team=queries.team_of(cycle.id, current_user.id),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/who")
def give(cycle_id: int) -> Any:
    """Give sections to people, and take them back."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.GIVE_SECTIONS)
    form = request.form
    wishes = {
        section.key: Wish(sharing.ids(form.getlist(section.key)), sharing.ids(form[f"{section.key}-had"].split()))
        for section in rulebook_of(cycle).catalogue.sections
        if f"{section.key}-had" in form
    }
    given, taken = sharing.give(
        cycle.id, wishes, current_user.id, form.get("save_id", "")[:64], current_app.config["BASE_URL"]
    )
    flash("Who does what is stored." if given or taken else "Nothing was different, so nothing was changed.", "good")
    return go_to(url_for("assessments.task_list", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/sections/<key>/here")
def here(cycle_id: int, key: str) -> Any:
    """Note that the reader has this section open; reply with who else has, or with nothing when that is known."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.READ_DRAFT)
    at, me, open_ = cycle.id, current_user.id, cycle.is_open()
    rulebook_of(cycle).catalogue.section(key)
    if not open_:
        return "", 286  # htmx stops asking
    sharing.note_here(at, key, me)
    words = queries.here_words(at, key, me)
    if request.form.get("shown", "") == queries.short(words):
        return "", 204
    return render_template("teamwork/_here.html", words=words, shown=queries.short(words))


@bp.post("/cycles/<int:cycle_id>/answers/<code>/flag")
def flag(cycle_id: int, code: str) -> Any:
    """Mark a practice to come back to, or take the mark off."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.ANSWER)
    section, on = rulebook_of(cycle).catalogue.practice(code).section, request.form.get("flag", "on") != "off"
    at = cycle.id
    sharing.set_flag(at, code, current_user.id, on)
    if is_fragment():
        return "", 204, {"Flag": "on" if on else "off"}
    return go_to(url_for("assessments.section", cycle_id=at, key=section, _anchor=code))


@bp.get("/cycles/<int:cycle_id>/answers/<code>/talk")
def talk(cycle_id: int, code: str) -> str:
    """Show what the program's people say to each other about one practice."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.DISCUSS)
    return _talk_page(cycle, code, may(roles, Action.MANAGE_PEOPLE))


def _talk_page(
    cycle: Cycle, code: str, invites: bool, problems: list[Problem] | None = None, typed: Remark | None = None
) -> str:
    practice = rulebook_of(cycle).catalogue.practice(code)
    discussion, entries = queries.discussion_of(cycle.id, code)
    return render_template(
        "teamwork/talk.html", cycle=cycle, practice=practice, discussion=discussion, entries=entries,
        problems=problems or [], typed=typed, invites=invites, open=cycle.state is not CycleState.CLOSED,
        others=[one for one in queries.members(cycle.program_id) if one.id != current_user.id],
        ticked=typed.tell if typed else talking.participants(entries),
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/answers/<code>/talk")
def comment(cycle_id: int, code: str) -> Any:
    """Store a comment, and mark the discussion as resolved or open it again."""
    cycle, roles = load_cycle(current_user, cycle_id, Action.DISCUSS)
    rulebook_of(cycle).catalogue.practice(code)
    form, at = request.form, cycle.id
    said = Remark(
        form.get("text", ""), sharing.ids(form.getlist("tell")), form.get("then", ""), form.get("save_id", "")[:64]
    )  # fmt: skip
    try:
        stored = talking.remark(at, code, said, current_user.id, current_app.config["BASE_URL"])
    except Refused as refusal:
        return _talk_page(cycle, code, may(roles, Action.MANAGE_PEOPLE), list(refusal.problems), said), 422
    told = f" A mail goes to {few(stored.told)}." if stored.told else ""
    flash(f"Stored.{told}", "good")
    if stored.unknown:
        names, one = [f"“{name}”" for name in stored.unknown], len(stored.unknown) == 1
        flash(
            f"Nobody on this program is called {few(names)}, so no mail went to {'that name' if one else 'those names'}.",
            "warn",
        )
    return go_to(url_for("teamwork.talk", cycle_id=at, code=code, _anchor=f"c{stored.entry_id}"))
