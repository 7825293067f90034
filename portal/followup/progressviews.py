"""The page where a program says how far its plan is."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.access import STAFF_ROLES, Action
from portal.foundation.errors import OutOfOrder, Problem, Refused
from portal.foundation.htmx import go_to

from . import progressing
from .gone import Gone, PartsGone, sentence_of
from .models import ProgressState
from .overviewing import overview_of
from .views import bp, follow_up_of


@bp.get("/cycles/<int:cycle_id>/progress")
def progress(cycle_id: int) -> str:
    """Show every action with a field for how far it is."""
    cycle, roles = follow_up_of(cycle_id, Action.TELL_PROGRESS)
    return _page(cycle, bool(roles & STAFF_ROLES), {})


def _page(
    cycle: Cycle, staff: bool, typed: dict[str, progressing.Told], problems: tuple[Problem, ...] = (),
    late: tuple[str, ...] = (), gone: tuple[Gone, ...] = (), again: bool = False,
) -> str:  # fmt: skip
    return render_template(
        "followup/progress.html", cycle=cycle, staff=staff, typed=typed, problems=problems, late=late, gone=gone, again=again,
        found=overview_of(cycle, staff), states=list(ProgressState), policy=rulebook_of(cycle).policy,
    )  # fmt: skip


def _again(
    cycle: Cycle, staff: bool, told: list[progressing.Told], problems: tuple[Problem, ...], late: tuple[str, ...] = ()
) -> str:
    """Show the form with everything typed, to be sent again."""
    if gone := progressing.gone_of(cycle, told, overview_of(cycle, staff).aims):
        problems = (*problems, Problem("gone", sentence_of("step")))
    return _page(cycle, staff, {one.key: one for one in told}, problems, late, gone, again=True)


@bp.post("/cycles/<int:cycle_id>/progress")
def tell_progress(cycle_id: int) -> Any:
    """Store how far the actions are."""
    cycle, roles = follow_up_of(cycle_id, Action.TELL_PROGRESS)
    staff = bool(roles & STAFF_ROLES)
    told = progressing.read_progress(request.form)
    try:
        stored = progressing.tell_progress(cycle.id, told, current_user.id, staff)
    except Refused as refusal:
        return _again(cycle, staff, told, refusal.problems), 422
    except OutOfOrder as refusal:
        return _again(cycle, staff, told, (Problem("actions", refusal.sentence),)), 422
    except progressing.ProgressChanged as conflict:
        problems = tuple(Problem(f"{key}-state", conflict.sentence) for key in conflict.keys)
        return _again(cycle, staff, told, problems, conflict.keys), 409
    except PartsGone as conflict:
        return _page(cycle, staff, {}, (Problem("gone", conflict.sentence),), gone=conflict.gone), 409
    flash(
        f"Stored: {stored} of the actions changed." if stored else "Nothing was different, so nothing was stored.",
        "good",
    )
    return go_to(url_for("followup.overview", cycle_id=cycle.id))
