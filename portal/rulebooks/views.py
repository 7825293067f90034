"""What is in force, a draft of another list, its preview, and adopting it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal.foundation.access import Action, may, roles_at
from portal.foundation.database import unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused, Stranger
from portal.foundation.htmx import go_to, is_fragment
from portal.foundation.judging import evaluator
from portal.partnerships.models import Partnership
from portal.partnerships.queries import adopted, current_rulebook, load_partnership, rulebook_of_record

from . import pages, queries, services
from .checking import ask_check, reports_on
from .inforce import listed, policy_lines, tier_lines, tiers_by, titled
from .models import RulesPreview

bp = Blueprint("rulebooks", __name__, url_prefix="/partnerships/<int:partnership_id>/rules")


@bp.get("")
def rules(partnership_id: int) -> str:
    """Show which rules are in force, what they say, and where they came from."""
    partnership = load_partnership(current_user, partnership_id, Action.SEE_PARTNERSHIP)
    found, newest = evaluator().found(), adopted(partnership)
    rulebook = current_rulebook(partnership)
    set_by = newest.set_by if newest else {}
    return render_template(
        "rulebooks/rules.html", partnership=partnership, rulebook=rulebook, newest=newest,
        plugins=listed(rulebook, set_by, found), lines=policy_lines(rulebook, set_by, found),
        tiers=tier_lines(rulebook), tiers_by="".join(titled([tiers_by(rulebook, set_by)], found)), history=queries.history_of(partnership.id),
        others=[one for one in found.plugins.values() if one.info.name not in {i.name for i in rulebook.plugins}],
        quarantined=found.quarantined, reports=reports_on(found), titled=lambda names: titled(names, found),
        sets=may(roles_at(current_user.memberships, partnership.id), Action.SET_RULES),
    )  # fmt: skip


@bp.get("/lists/<int:number>")
def adopted_list(partnership_id: int, number: int) -> str:
    """Show a list as it was adopted; none of its plugins is needed for that."""
    partnership = load_partnership(current_user, partnership_id, Action.SEE_PARTNERSHIP)
    found, then = evaluator().found(), queries.list_of(partnership_id, number)
    rulebook = rulebook_of_record(then.record) if then.record else None
    return render_template(
        "rulebooks/list.html", partnership=partnership, then=then, rulebook=rulebook,
        plugins=listed(rulebook, then.set_by, found) if rulebook else (),
        lines=policy_lines(rulebook, then.set_by, found) if rulebook else (),
        tiers=tier_lines(rulebook) if rulebook else (),
        who=next((name for one, name in queries.history_of(partnership_id) if one.number == number), ""),
    )  # fmt: skip


@bp.get("/plugins/<name>")
def plugin(partnership_id: int, name: str) -> str:
    """Show what a plugin on this machine says of itself, and what its check found."""
    partnership = load_partnership(current_user, partnership_id, Action.SEE_PARTNERSHIP)
    found = evaluator().found()
    if name not in found.plugins:
        raise Stranger
    template = "rulebooks/_report.html" if is_fragment() else "rulebooks/plugin.html"
    return render_template(
        template, partnership=partnership, one=found.plugins[name], name=name, report=reports_on(found).get(name),
        sets=may(roles_at(current_user.memberships, partnership.id), Action.SET_RULES),
    )  # fmt: skip


@bp.post("/plugins/<name>")
def check(partnership_id: int, name: str) -> Any:
    """Have the worker check a plugin."""
    load_partnership(current_user, partnership_id, Action.SET_RULES)
    with unit_of_work():
        report = ask_check(name)
    if report is None:
        raise Stranger
    return go_to(url_for("rulebooks.plugin", partnership_id=partnership_id, name=name))


@bp.get("/change")
def change(partnership_id: int) -> str:
    """Show the draft: the list in force until something is changed."""
    return _draft(load_partnership(current_user, partnership_id, Action.SET_RULES), [])


def _draft(partnership: Partnership, problems: Sequence[Problem]) -> str:
    page = pages.draft_page(partnership, current_user.id, problems)
    found = evaluator().found()
    return render_template(
        "rulebooks/change.html", partnership=partnership, page=page, titled=lambda names: titled(names, found)
    )


@bp.post("/change")
def save(partnership_id: int) -> Any:
    """Keep the draft and do what the button says."""
    load_partnership(current_user, partnership_id, Action.SET_RULES)
    deed, by_id = request.form.get("do", "save"), current_user.id
    saved = services.save_draft(partnership_id, by_id, request.form)
    problems: Sequence[Problem] = saved.problems if deed in ("save", "preview") else ()
    if deed == "preview" and not problems:
        try:
            made = services.ask_preview(partnership_id, by_id, request.form.get("rests_on", ""))
        except Refused as refusal:
            problems = refusal.problems
        except services.ListChanged as refusal:
            return _draft(_again(partnership_id), [Problem("list", refusal.sentence)]), 409
        else:
            return go_to(url_for("rulebooks.preview", partnership_id=partnership_id, preview_id=made))
    if problems:
        return _draft(_again(partnership_id), problems), 422
    what, _, name = deed.partition(":")
    if deed == "save":
        flash("The draft is saved. The rules in force are unchanged.", "good")
    elif deed == "discard":
        flash("The draft is gone. The rules in force are unchanged.", "good")
        return go_to(url_for("rulebooks.rules", partnership_id=partnership_id))
    anchor = f"plugin-{name}" if what in ("add", "up", "down") else None
    return go_to(url_for("rulebooks.change", partnership_id=partnership_id, _anchor=anchor))


def _again(partnership_id: int) -> Partnership:
    """Load the partnership anew, since asking plugins ended the transaction before."""
    return load_partnership(current_user, partnership_id, Action.SET_RULES)


@bp.get("/previews/<int:preview_id>")
def preview(partnership_id: int, preview_id: int) -> Any:
    """Show how far a preview is, and in the end what would move."""
    partnership = load_partnership(current_user, partnership_id, Action.SET_RULES)
    found = queries.preview_of(partnership_id, preview_id)
    if is_fragment():
        if not found.under_way:
            return go_to(url_for("rulebooks.preview", partnership_id=partnership_id, preview_id=preview_id))
        return render_template("rulebooks/_progress.html", partnership=partnership, preview=found)
    return _preview(partnership, found, [], "")


def _preview(partnership: Partnership, found: RulesPreview, problems: Sequence[Problem], note: str) -> str:
    page = pages.preview_page(partnership, found, request.args.get("page", "1"))
    return render_template(
        "rulebooks/preview.html", partnership=partnership, preview=found, page=page, problems=problems, note=note
    )


@bp.post("/previews/<int:preview_id>/cancel")
def cancel(partnership_id: int, preview_id: int) -> Any:
    """Stop a preview that is not done."""
    load_partnership(current_user, partnership_id, Action.SET_RULES)
    services.cancel_preview(queries.preview_of(partnership_id, preview_id).id)
    flash("The preview was stopped. Nothing was changed.", "good")
    return go_to(url_for("rulebooks.change", partnership_id=partnership_id))


@bp.post("/previews/<int:preview_id>/adopt")
def adopt(partnership_id: int, preview_id: int) -> Any:
    """Put exactly the previewed list in force for new cycles."""
    load_partnership(current_user, partnership_id, Action.SET_RULES)
    found, by_id, note = queries.preview_of(partnership_id, preview_id), current_user.id, request.form.get("note", "")
    try:
        made = services.put_in_force(found.id, note, by_id)
    except (Refused, OutOfOrder, services.ListChanged) as refusal:
        field = "note" if isinstance(refusal, Refused) else "list"
        problems = [Problem(field, refusal.sentence)]
        status = 422 if isinstance(refusal, Refused) else 409
        return _preview(_again(partnership_id), queries.preview_of(partnership_id, preview_id), problems, note), status
    flash(f"List {made.number} is in force for self-assessments that begin from now on.", "good")
    return go_to(url_for("rulebooks.rules", partnership_id=partnership_id))
