"""The people of a program: who they are, inviting, roles, taking somebody off."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, render_template, request, url_for
from flask_login import current_user

from portal.accounts.memberships import At, Came, Outcome
from portal.foundation.access import PROGRAM_ROLES, Action, Role, may
from portal.foundation.errors import Problem, Refused, Stranger
from portal.foundation.htmx import go_to
from portal.programs.models import Program
from portal.programs.queries import load_program

from . import people as services
from . import queries
from .queries import Member
from .views import bp

ROLES = (Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR, Role.READER)


@bp.get("/programs/<int:program_id>/people")
def people(program_id: int) -> str:
    """List the program's people; whoever manages them invites here."""
    found, roles = load_program(current_user, program_id, Action.SEE_PROGRAM)
    return _people_page(found, may(roles, Action.MANAGE_PEOPLE))


def _people_page(
    program: Program, manages: bool, problems: Any = (), text: str = "", role: str = "", outcomes: Any = ()
) -> str:
    rows = queries.members(program.id, with_invitations=manages)
    return render_template(
        "teamwork/people.html", program=program, manages=manages, rows=rows, roles=ROLES, problems=problems,
        text=text, role=role, outcomes=outcomes, came=Came, zone=program.partnership.time_zone,
    )  # fmt: skip


def _at(program: Program) -> At:
    return At(
        program.id, program.name, program.partnership_id, program.partnership.time_zone, current_user.id,
        current_user.name, current_app.config["BASE_URL"],
    )  # fmt: skip


@bp.post("/programs/<int:program_id>/people")
def invite(program_id: int) -> Any:
    """Invite people by mail, several at once, and tell what became of each address."""
    found, _ = load_program(current_user, program_id, Action.MANAGE_PEOPLE)
    at, text, role = _at(found), request.form.get("addresses", ""), request.form.get("role", "")
    try:
        if role not in PROGRAM_ROLES:
            raise Refused([Problem("role", "Choose what these people do.")])
        outcomes = services.invite(text, Role(role), at)
    except Refused as refusal:
        return _people_page(found, True, refusal.problems, text, role), 422
    unreadable = [one.email for one in outcomes if one.came is Came.UNREADABLE]
    if unreadable:
        sentence = f"{len(unreadable)} of these cannot be read as an e-mail address. Put it right and send again."
        if len(unreadable) > 1:
            sentence = sentence.replace("Put it right", "Put them right")
        again = "\n".join(unreadable)
        return _people_page(found, True, [Problem("addresses", sentence)], again, role, outcomes), 422
    _tell(outcomes)
    return go_to(url_for("teamwork.people", program_id=at.program_id))


def _tell(outcomes: list[Outcome]) -> None:
    if invited := services.told(outcomes, Came.INVITED):
        flash(f"Invited: {invited}. Each of them gets a mail.", "good")
    if staff := services.told(outcomes, Came.STAFF):
        flash(
            f"Not invited: {staff}. Only an administrator of the program can invite people of the partnership.", "warn"
        )
    if known := services.told(outcomes, Came.KNOWN):
        flash(f"On this program already, so no mail was sent: {known}.", "warn")


def _load(program_id: int, person_id: int) -> tuple[Program, Member]:
    found, _ = load_program(current_user, program_id, Action.MANAGE_PEOPLE)
    member = next((one for one in queries.members(found.id, with_invitations=True) if one.id == person_id), None)
    if member is None:
        raise Stranger
    return found, member


@bp.get("/programs/<int:program_id>/people/<int:person_id>")
def person(program_id: int, person_id: int) -> str:
    """Show one person with what can be changed."""
    return _person_page(*_load(program_id, person_id), [])


def _person_page(program: Program, member: Member, problems: list[Problem], chosen: str = "") -> str:
    return render_template(
        "teamwork/person.html", program=program, member=member, problems=problems, roles=ROLES,
        chosen=chosen or member.role, zone=program.partnership.time_zone,
    )  # fmt: skip


@bp.post("/programs/<int:program_id>/people/<int:person_id>/role")
def change_role(program_id: int, person_id: int) -> Any:
    """Give a person another role."""
    found, member = _load(program_id, person_id)
    at, role = _at(found), request.form.get("role", "")
    try:
        if role not in PROGRAM_ROLES:
            raise Refused([Problem("role", "Choose what this person does.")])
        changed = services.change_role(person_id, Role(role), at)
    except Refused as refusal:
        return _person_page(found, member, list(refusal.problems), role), 422
    told = (
        f"{member.name} is {Role(role).words} now." if changed else f"{member.name} is {Role(role).words}, as before."
    )
    flash(told, "good")
    return _away(at, person_id)


@bp.post("/programs/<int:program_id>/people/<int:person_id>/take-off")
def take_off(program_id: int, person_id: int) -> Any:
    """Take a person off the program, once that is confirmed."""
    found, member = _load(program_id, person_id)
    at = _at(found)
    try:
        if request.form.get("sure") != "yes":
            raise Refused([Problem("sure", f"Tick the box to confirm that {member.name} loses access.")])
        services.take_off(person_id, at)
    except Refused as refusal:
        return _person_page(found, member, list(refusal.problems)), 422
    flash(f"{member.name} is off the program. All answers and comments stay.", "good")
    return _away(at, person_id)


@bp.post("/programs/<int:program_id>/people/<int:person_id>/invite-again")
def invite_again(program_id: int, person_id: int) -> Any:
    """Mail a fresh invitation."""
    found, member = _load(program_id, person_id)
    at = _at(found)
    try:
        services.invite_again(person_id, at)
    except Refused as refusal:
        return _person_page(found, member, list(refusal.problems)), 422
    flash(f"A new invitation to {member.email} is on its way.", "good")
    return go_to(url_for("teamwork.people", program_id=at.program_id))


def _away(at: At, person_id: int) -> Any:
    """Go back to the list, or home for somebody who just gave away what opens it."""
    if person_id == at.by_id:
        return go_to(url_for("desk.home"))
    return go_to(url_for("teamwork.people", program_id=at.program_id))
