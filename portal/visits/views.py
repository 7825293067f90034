"""The visit's page for both sides: its date, who comes, what to bring, and what happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_cycle, local_today, rulebook_of
from portal.foundation.access import STAFF_ROLES, TABLE, Action, Role
from portal.foundation.database import db
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused, Stranger
from portal.foundation.htmx import go_to
from portal.foundation.typed import text_of
from portal.reviews.queries import review_of

from . import forms, holding, services
from .agenda import agenda_of
from .invitations import PUBLISH, calendar_of, entry_of
from .mails import address_of
from .models import VisitState
from .queries import events_of, visit_of
from .services import Details, Sent, VisitChanged
from .times import about_date, local_date, promise_words, say_length, say_when, typed_of, window_of

bp = Blueprint("visits", __name__)


@bp.get("/cycles/<int:cycle_id>/visit")
def page(cycle_id: int) -> str:
    """Show the visit."""
    cycle, roles = _readable(cycle_id)
    return _page(cycle, roles)


def _readable(cycle_id: int, action: Action = Action.READ_ANSWERS) -> tuple[Cycle, frozenset[Role]]:
    """Load a submitted cycle. Raises OutOfOrder before it is submitted: there is nothing to visit yet."""
    cycle, roles = load_cycle(current_user, cycle_id, action)
    if cycle.submitted_on is None:
        raise OutOfOrder("The visit is planned once the self-assessment is submitted.")
    return cycle, roles


def _page(
    cycle: Cycle, roles: frozenset[Role], problems: list[Problem] | None = None, form: str = "", changed: bool = False
) -> str:
    """Render the page; after a refusal `form` names the one that comes back with everything typed."""
    policy, zone, visit = rulebook_of(cycle).policy, cycle.program.partnership.time_zone, visit_of(cycle)
    window, today = window_of(cycle, policy), local_today(cycle)
    planned = (
        local_date(visit.starts_at, zone) if visit and visit.starts_at and visit.state is VisitState.PLANNED else None
    )
    warning = promise_words(planned, window, policy.review_title, today) if cycle.visited_on is None else ""
    return render_template(
        "visits/page.html", cycle=cycle, visit=visit, policy=policy, title=policy.review_title, window=window,
        staff=bool(roles & STAFF_ROLES), may_pick=bool(roles & TABLE[Action.RUN_PROGRAM]), warning=warning,
        problems=problems or [], form=form, typed=request.form if form else {}, times=request.form.getlist("time") if form else [],
        changed=changed, correctable=bool(roles & STAFF_ROLES) and cycle.state is CycleState.VISITED, events=events_of(visit), review=review_of(cycle), planned=planned, zone=zone, today=today,
        open=cycle.visited_on is None and cycle.plan_issued_on is None,
        when=lambda moment, minutes=0: say_when(moment, zone, minutes), field=lambda moment: typed_of(moment, zone),
        people=lambda side: forms.shown_people(visit.attendees if visit else (), side), length=say_length,
        most_times=forms.MOST_TIMES, moment_of=datetime.fromisoformat,
    )  # fmt: skip


def _sent() -> Sent:
    seen = request.form.get("seen", "")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
    return Sent(number, request.form.get("save_id", ""), current_user.id, current_app.config["BASE_URL"])


def _refused(cycle: Cycle, roles: frozenset[Role], refusal: DomainError, form: str, field: str) -> tuple[str, int]:
    """Bring the form back with everything typed, and say what stands in its way."""
    db.session.refresh(cycle)
    if isinstance(refusal, Refused):
        return _page(cycle, roles, list(refusal.problems), form), 422
    changed = isinstance(refusal, VisitChanged)
    return _page(cycle, roles, [Problem(field, refusal.sentence)], form, changed), 409 if changed else 422


def _warn_about(cycle: Cycle, moments: list[datetime]) -> None:
    """Say which of these dates break the promise; they are stored all the same."""
    policy, zone = rulebook_of(cycle).policy, cycle.program.partnership.time_zone
    window = window_of(cycle, policy)
    for day in dict.fromkeys(local_date(one, zone) for one in moments):
        if words := about_date(day, window, policy.review_title):
            flash(words, "warn")


@bp.post("/cycles/<int:cycle_id>/visit/propose")
def propose(cycle_id: int) -> Any:
    """Offer the program one to three dates."""
    cycle, roles = _readable(cycle_id, Action.REVIEW)
    try:
        times = forms.read_times(request.form.getlist("time"), cycle.program.partnership.time_zone)
        services.propose(cycle.id, times, _sent())
    except (Refused, OutOfOrder, VisitChanged) as refusal:
        return _refused(cycle, roles, refusal, "propose", "time1")
    flash("The dates are offered. The program's administrators have a mail.", "good")
    _warn_about(cycle, times)
    return go_to(url_for("visits.page", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/visit/date")
def set_date(cycle_id: int) -> Any:
    """Set the date, or move it."""
    cycle, roles = _readable(cycle_id, Action.REVIEW)
    try:
        moment = forms.read_date(request.form.get("starts_at", ""), cycle.program.partnership.time_zone)
        services.set_date(cycle.id, moment, text_of(request.form, "reason"), _sent())
    except (Refused, OutOfOrder, VisitChanged) as refusal:
        return _refused(cycle, roles, refusal, "date", "starts_at")
    flash("The date is set. Everybody with an e-mail address on the list gets it for the calendar.", "good")
    return go_to(url_for("visits.page", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/visit/cancel")
def cancel(cycle_id: int) -> Any:
    """Cancel the date, with a reason."""
    cycle, roles = _readable(cycle_id, Action.REVIEW)
    try:
        services.cancel(cycle.id, request.form.get("cancel_reason", ""), _sent())
    except (Refused, OutOfOrder, VisitChanged) as refusal:
        return _refused(cycle, roles, refusal, "cancel", "cancel_reason")
    flash("It is cancelled, and taken out of the calendars it was sent to.", "good")
    return go_to(url_for("visits.page", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/visit/details")
def details(cycle_id: int) -> Any:
    """Store where, how long, who comes and what to bring."""
    cycle, roles = _readable(cycle_id, Action.REVIEW)
    minutes, problems = forms.read_minutes(request.form.get("minutes", ""))
    attendees: list[dict[str, str]] = []
    for side in forms.SIDES:
        people, more = forms.read_people(text_of(request.form, side), side)
        attendees, problems = attendees + people, problems + more
    materials, more = forms.read_materials(text_of(request.form, "materials"))
    place, wrong = forms.read_place(text_of(request.form, "place"))
    problems += more + wrong
    try:
        if problems:
            raise Refused(problems)
        services.change_details(cycle.id, Details(minutes, place, attendees, materials), _sent())
    except (Refused, OutOfOrder, VisitChanged) as refusal:
        return _refused(cycle, roles, refusal, "details", "place")
    flash("Saved. Calendars that have it are told.", "good")
    return go_to(url_for("visits.page", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/visit/pick")
def pick(cycle_id: int) -> Any:
    """Let the program choose a date."""
    cycle, roles = _readable(cycle_id, Action.RUN_PROGRAM)
    try:
        moment = _moment_of(request.form.get("pick", ""))
        services.pick(cycle.id, moment, _sent())
    except (Refused, OutOfOrder, VisitChanged) as refusal:
        return _refused(cycle, roles, refusal, "pick", "pick")
    flash("Thank you. The date is set; it is on its way to your calendar by mail.", "good")
    return go_to(url_for("visits.page", cycle_id=cycle.id))


def _moment_of(typed: str) -> datetime:
    """Read the value of a radio button of ours. Raises Refused."""
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused([Problem("pick", "Choose one of the dates.")])
    return found


@bp.post("/cycles/<int:cycle_id>/visit/ask")
def ask_others(cycle_id: int) -> Any:
    """Let the program ask for other dates."""
    cycle, roles = _readable(cycle_id, Action.RUN_PROGRAM)
    try:
        services.ask_others(cycle.id, request.form.get("asked", ""), _sent())
    except (Refused, OutOfOrder, VisitChanged) as refusal:
        return _refused(cycle, roles, refusal, "ask", "asked")
    flash("Sent. Your partnership offers other dates, and you get a mail.", "good")
    return go_to(url_for("visits.page", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/review/visit")
def hold(cycle_id: int) -> Any:
    """Record that the visit was held."""
    cycle, roles = _readable(cycle_id, Action.REVIEW)
    try:
        held = forms.read_held(request.form)
        sure = held.on is not None and request.form.get("sure") == held.on.isoformat()  # the tick is for this day alone
        holding.hold(cycle.id, held, _sent(), sure)
    except (Refused, OutOfOrder) as refusal:
        return _refused(cycle, roles, refusal, "hold", "held_on")
    flash(f"The {rulebook_of(cycle).policy.review_title} is recorded as held.", "good")
    return go_to(url_for("visits.page", cycle_id=cycle.id))


@bp.post("/cycles/<int:cycle_id>/visit/correct")
def correct(cycle_id: int) -> Any:
    """Correct what was recorded of a visit that was held."""
    cycle, roles = _readable(cycle_id, Action.REVIEW)
    try:
        holding.correct(cycle.id, forms.read_held(request.form), request.form.get("correct_reason", ""), _sent())
    except (Refused, OutOfOrder, VisitChanged) as refusal:
        return _refused(cycle, roles, refusal, "correct", "held_on")
    flash("It is corrected. What was recorded before stays in the list of what happened.", "good")
    return go_to(url_for("visits.page", cycle_id=cycle.id))


@bp.get("/cycles/<int:cycle_id>/visit/agenda")
def agenda(cycle_id: int) -> str:
    """Show the agenda, to read or print; the program sees no rating of the reviewer."""
    cycle, roles = _readable(cycle_id)
    visit, zone, policy = visit_of(cycle), cycle.program.partnership.time_zone, rulebook_of(cycle).policy
    staff = bool(roles & STAFF_ROLES)
    return render_template(
        "visits/agenda.html", cycle=cycle, visit=visit, topics=agenda_of(cycle, visit, staff), staff=staff,
        title=policy.review_title, policy=policy, when=say_when(visit.starts_at, zone, visit.minutes) if visit else "",
        length=say_length,
    )  # fmt: skip


@bp.get("/cycles/<int:cycle_id>/visit/visit.ics")
def calendar_file(cycle_id: int) -> Response:
    """Send the planned visit as a calendar file."""
    cycle, _ = _readable(cycle_id)
    visit = visit_of(cycle)
    if visit is None or visit.starts_at is None or visit.state is not VisitState.PLANNED:
        raise Stranger
    made, title = calendar_of(PUBLISH), rulebook_of(cycle).policy.review_title
    made.add_component(entry_of(visit, visit.starts_at, title, address_of(cycle, current_app.config["BASE_URL"])))
    reply = Response(made.to_ical(), mimetype="text/calendar")
    reply.headers.set("Content-Disposition", "attachment", filename="visit.ics")
    return reply
