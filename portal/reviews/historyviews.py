"""The earlier versions of one review item, and using one of them again."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, rulebook_of
from portal.foundation.access import Action
from portal.foundation.errors import OutOfOrder, StaleVersion
from portal.foundation.htmx import go_to
from rules.practice import Practice

from . import queries, services
from .forms import shown
from .history import item_history, text_of
from .views import bp


@bp.get("/cycles/<int:cycle_id>/review/items/<code>/history")
def history(cycle_id: int, code: str) -> str:
    """Show every text that arrived for a practice, also those that were not used."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    return _history(cycle, rulebook_of(cycle).catalogue.practice(code), request.args.get("before", ""))


def _history(cycle: Cycle, practice: Practice, before: str = "", refusal: str = "") -> str:
    older = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    review = queries.review_of(cycle)
    return render_template(
        "reviews/history.html", cycle=cycle, practice=practice, before=older, refusal=refusal,
        item=queries.items_of(review).get(practice.code), history=item_history(review, practice.code, older),
        open=cycle.state not in services.LOCKED,
    )  # fmt: skip


@bp.post("/cycles/<int:cycle_id>/review/items/<code>/history")
def restore(cycle_id: int, code: str) -> Any:
    """Store an earlier text once more, as a new version."""
    cycle, _ = load_cycle(current_user, cycle_id, Action.REVIEW)
    practice, form = rulebook_of(cycle).catalogue.practice(code), request.form
    row = text_of(queries.review_of(cycle), code, form.get("id", ""))
    if row is None:
        return _history(cycle, practice, refusal="There is no such text. Nothing was changed."), 422
    try:
        services.record_review_item(
            cycle.id, code, shown(row.content), form.get("version"), form.get("save_id"), current_user.id
        )
    except StaleVersion as refused:
        sentence = f"{refused.sentence} Nothing was changed; look at the newest version first."
        return _history(cycle, practice, refusal=sentence), 409
    except OutOfOrder as refused:
        return _history(cycle, practice, refusal=refused.sentence), 409
    flash(f"This text of {code} counts again. What stood there before is kept here too.", "good")
    return go_to(url_for("reviews.history", cycle_id=cycle.id, code=code))
