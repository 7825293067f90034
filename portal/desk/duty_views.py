"""The desk: one page that says what to do this week, and the same rows as a file."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request
from flask_login import current_user

from portal.foundation import clock
from portal.foundation.access import Action
from portal.foundation.csvfile import csv_of
from portal.partnerships.models import Partnership
from portal.partnerships.queries import load_partnership

from .choosing import PER_PAGE, SHOWS, SORTS, Choice, chosen, read_choice
from .duties import KINDS, Duty, duties_of
from .views import bp

HEAD = (
    "What",
    "Kind",
    "Program",
    "Owner",
    "Counted from",
    "Age in days",
    "Window opens",
    "Due",
    "Days late",
    "In words",
)


def _gather(partnership_id: int) -> tuple[Partnership, Choice, list[Duty], list[Duty]]:
    """Return the partnership, the choice, every duty, and the chosen ones."""
    partnership = load_partnership(current_user, partnership_id, Action.SEE_PARTNERSHIP)
    choice, duties = read_choice(request.args), duties_of(partnership)
    today = clock.local_day(partnership.time_zone)
    return partnership, choice, duties, chosen(duties, choice, today, current_user.id)


@bp.get("/partnerships/<int:partnership_id>/desk")
def duties(partnership_id: int) -> str:
    """Say what to do this week: every duty with its owner, its age and how late it is."""
    partnership, choice, everything, rows = _gather(partnership_id)
    today, start = clock.local_day(partnership.time_zone), (choice.page - 1) * PER_PAGE
    owners = {one.owner.id: one.owner.name for one in everything if one.owner}
    return render_template(
        "desk/duties.html", partnership=partnership, choice=choice, rows=rows[start : start + PER_PAGE], total=len(rows),
        start=start, pages=-(-len(rows) // PER_PAGE), shows=SHOWS, sorts=SORTS, kinds=_kinds(everything), all=len(everything),
        owners=sorted(owners.items(), key=lambda one: one[1].casefold()),
        late=sum(one.late for one in everything), week=sum(one.this_week(today) for one in everything),
    )  # fmt: skip


def _kinds(duties: list[Duty]) -> dict[str, str]:
    there = {one.kind for one in duties}
    return {key: words for key, words in KINDS.items() if key in there}


@bp.get("/partnerships/<int:partnership_id>/desk.csv")
def duties_file(partnership_id: int) -> Any:
    """Send the chosen duties, all pages of them, as a file for a spreadsheet."""
    partnership, _, _, rows = _gather(partnership_id)
    body = csv_of(
        HEAD,
        (
            (one.title, one.kind_words, one.program, one.owner_name, one.since, one.age, one.opens, one.due, one.days_late,
             one.when_words)
            for one in rows
        ),
    )  # fmt: skip
    name = f"desk-{clock.local_day(partnership.time_zone)}.csv"
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})
