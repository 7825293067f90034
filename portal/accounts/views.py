"""Signing in and out, the account page, lost passwords, invitations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf

from portal.foundation.errors import Problem, Refused
from portal.foundation.htmx import go_to, is_fragment
from portal.foundation.languages import LANGUAGES
from portal.foundation.pages import error_page, sent_form
from portal.foundation.security import NO_REFERRER, check_csrf_token, csrf

from . import passwords, queries, services
from .forms import AddressForm, PasswordForm, SignInForm
from .models import Person

bp = Blueprint("accounts", __name__)
SHARED = "shared"  # in the session: a computer on which the script keeps nothing
LONGEST_WAY_BACK = 500  # characters; encoded it grows threefold, and servers take lines of 4,000
login_manager = LoginManager()
login_manager.session_protection = None  # a phone changes network all day; sessions end by their row


def init_login(app: Flask) -> None:
    """Let flask-login find the session row behind the cookie."""
    login_manager.init_app(app)

    @login_manager.user_loader
    def _load(token: str) -> Person | None:
        person = queries.person_of_token(token)
        if person is None or request.method not in ("GET", "POST"):  # typing on one page for days is use too
            return person
        return queries.person_of_token(token) if services.note_seen(person) else person

    @login_manager.unauthorized_handler
    def _unauthorized() -> Any:
        if is_fragment():  # a sign-in page must never land inside the form somebody is typing into
            return render_template("accounts/_signed_out.html"), 401
        if sent_form():  # typed while the sign-in ended
            return error_page(401, "Please sign in", "Your sign-in has ended. Nothing was stored yet.", again=True)
        return redirect(url_for("accounts.sign_in", next=_way_back()), 303)


def _way_back() -> str | None:
    """Return the page that was asked for, unless its address is so long that no server would take it back."""
    wanted = request.full_path.rstrip("?")
    return wanted if request.method == "GET" and len(wanted) <= LONGEST_WAY_BACK else None


def browser() -> str:
    """Return what the browser calls itself, for the list of sessions."""
    return (request.user_agent.string or "unknown browser")[:200]


def enter(person: Person, shared: bool = False) -> None:
    """Give the browser its cookie, as small as can be: every save sends it."""
    login_user(person)
    session.pop("_id", None)  # what flask-login's own session protection compares; sessions here are rows
    session.pop(SHARED, None)
    if shared:
        session[SHARED] = True


def after_sign_in(wanted: str | None) -> str:
    """Return where to go: the wanted page when it is a path of ours, else home."""
    if wanted and wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable():
        return wanted
    return url_for("desk.home")


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    """Sign in by e-mail address and password."""
    form, wanted = SignInForm(request.form), request.values.get("next")
    problems: list[Problem] = []
    if request.method == "POST":
        before = (current_user.id, current_user.current_session.id) if current_user.is_authenticated else None
        problems = form.problems()
        if not problems:
            try:
                person = services.sign_in(form.email.data, form.password.data, browser(), request.remote_addr or "")
            except services.SignInRefused as refusal:
                problems = [Problem("email", refusal.sentence)]
            else:
                if before is not None:  # a copy of the cookie this one replaces must open nothing
                    services.end_session(*before)
                enter(person, shared=request.form.get(SHARED) == "yes")
                return redirect(after_sign_in(wanted), 303)
    page = render_template("accounts/sign_in.html", form=form, problems=problems, wanted=wanted)
    return page, 422 if problems else 200


@bp.post("/sign-out")
@csrf.exempt
def sign_out() -> Any:
    """End the session on the server, so that a copied cookie opens nothing, and forget what the browser kept.

    The Statement's page has this button too, and is sent with "no-referrer". The script of the page has deleted what it kept
    for this person; when it kept something for somebody else too, it says so, and that stays for its owner.
    """
    check_csrf_token()
    services.end_session(current_user.id, current_user.current_session.id)
    logout_user()
    session.pop(SHARED, None)
    flash("You are signed out.", "good")
    response = go_to(url_for("desk.front"))
    if request.form.get("others") != "kept":
        response.headers["Clear-Site-Data"] = '"storage"'
    return response


@bp.get("/who")
def who() -> dict[str, Any]:
    """Tell a page's script who is signed in in this browser by now, with a token for the next save."""
    if not current_user.is_authenticated:
        return {"person": 0}
    return {"person": current_user.id, "token": generate_csrf()}


@bp.get("/account")
def account() -> str:
    """Show who is signed in, and where."""
    return _account([])


@bp.post("/account/mail")
def set_mail() -> Any:
    """Store the language of the person's mails, and whether reminders are wanted."""
    try:
        services.set_mail(current_user.id, request.form.get("language", ""), request.form.get("reminders") == "yes")
    except Refused as refusal:
        return _account(list(refusal.problems)), 422
    flash("Stored. It counts from the next mail on.", "good")
    return go_to(url_for("accounts.account"))


@bp.post("/account/password")
def change_password() -> Any:
    """Change the password and end every other session."""
    form = PasswordForm(request.form)
    current, new = form.current.data or "", form.new.data or ""
    try:
        passwords.change_password(current_user, current, new, request.remote_addr or "", current_app.config["BASE_URL"])
    except Refused as refusal:
        return _account(list(refusal.problems), new), 422
    flash("Your password is changed. You are signed out everywhere else.", "good")
    return go_to(url_for("accounts.account"))


def _account(problems: list[Problem], new: str = "") -> str:
    sessions = queries.open_sessions(current_user.id)
    return render_template("accounts/account.html", sessions=sessions, problems=problems, new=new, languages=LANGUAGES)


@bp.post("/account/sessions/<int:sign_in_id>/end")
def end_session(sign_in_id: int) -> Any:
    """End one of the person's own sessions."""
    services.end_session(current_user.id, sign_in_id)
    flash("That browser is signed out.", "good")
    return go_to(url_for("accounts.account"))


@bp.route("/forgot-password", methods=["GET", "POST"])
def forgot_password() -> Any:
    """Ask for a link to choose a new password; every address gets the same answer."""
    form = AddressForm(request.form)
    problems = form.problems() if request.method == "POST" else []
    if request.method == "POST" and not problems:
        try:
            passwords.ask_for_link(form.email.data, request.remote_addr or "", current_app.config["BASE_URL"])
        except Refused as refusal:
            problems = list(refusal.problems)
        else:
            return redirect(url_for("accounts.link_sent"), 303)
    return render_template("accounts/forgot_password.html", form=form, problems=problems), 422 if problems else 200


@bp.get("/forgot-password/sent")
def link_sent() -> str:
    """Say that a link is on its way, should the address be known."""
    return render_template("accounts/link_sent.html")


@bp.route("/new-password/<token>", methods=["GET", "POST"])
@csrf.exempt
def new_password(token: str) -> Any:
    """Let somebody who lost the password choose another."""
    new, problems = "", []
    try:
        person = passwords.open_link(token).person
        if request.method == "POST":
            check_csrf_token()
            new = PasswordForm(request.form).new.data or ""
            passwords.choose_password(token, new, current_app.config["BASE_URL"])
            flash("Your new password is set. You are signed out everywhere; sign in with it now.", "good")
            return redirect(url_for("accounts.sign_in"), 303)
    except passwords.LinkOver as over:
        return render_template("accounts/link_over.html", sentence=over.sentence), 410, NO_REFERRER
    except Refused as refusal:
        problems = list(refusal.problems)
    page = render_template("accounts/new_password.html", email=person.email, token=token, problems=problems, new=new)
    return page, 422 if problems else 200, NO_REFERRER


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@csrf.exempt
def accept_invitation(token: str) -> Any:
    """Let an invited person choose a password, and put the name right that somebody else typed."""
    new, problems, name = "", [], request.form.get("name")
    try:
        person = services.open_invitation(token).person
        if request.method == "POST":
            check_csrf_token()
            new = PasswordForm(request.form).new.data or ""
            enter(services.accept_invitation(token, new, browser(), name))
            return redirect(url_for("desk.home"), 303)
    except passwords.LinkOver as over:
        return render_template("error.html", title="This link is over", sentence=over.sentence), 410, NO_REFERRER
    except Refused as refusal:
        problems = list(refusal.problems)
    page = render_template(
        "accounts/invitation.html", person=person, token=token, problems=problems, new=new,
        name=person.name if name is None else name,
    )  # fmt: skip
    return page, 422 if problems else 200, NO_REFERRER
