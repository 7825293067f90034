"""What every reply and every request must carry: headers, a CSRF token, a same-site origin, a known route."""

from __future__ import annotations

import logging

from flask import Flask, Response, abort, current_app, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect, validate_csrf
from wtforms import ValidationError

from .access import ROUTES, Open
from .errors import OtherPerson

log = logging.getLogger("portal.security")
csrf = CSRFProtect()

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
FRAGMENT_POLICY = "default-src 'none'; frame-ancestors 'none'"  # a fragment opened by itself shows text only
NO_REFERRER = {"Referrer-Policy": "no-referrer"}  # for pages whose address holds a key


def check_csrf_token() -> None:
    """Check a form's token alone, on pages sent with "no-referrer": over HTTPS the general check asks for a Referer."""
    if current_app.config["WTF_CSRF_ENABLED"]:
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError as error:
            raise CSRFError(str(error)) from error


def check_person() -> None:
    """Refuse what was typed on a page of somebody else: people share browsers, and their texts must not change hands.

    Raises OtherPerson. A page names its person in the field "me".
    """
    if request.form.get("me", str(current_user.id)) != str(current_user.id):
        raise OtherPerson("Nothing was stored. Sign in as the person who typed this, then send it again.")


def init_security(app: Flask) -> None:
    """Put the checks before every view and the headers on every reply, errors included."""
    csrf.init_app(app)
    app.before_request(_known_route)
    app.before_request(_same_site)
    app.after_request(_headers)


def _known_route() -> Response | None:
    """Deny a route without a row in the access table; ask for a sign-in where one is needed."""
    if request.endpoint is None:
        return None
    rule = ROUTES.get(request.endpoint)
    if rule is None:
        log.error("route %s has no row in the access table", request.endpoint)
        abort(403)
    if rule is Open.DEMO and not current_app.config["DEMO"]:
        abort(404)
    if isinstance(rule, Open) and rule is not Open.SIGNED_IN:
        return None
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined, no-any-return]
    return None


def _same_site() -> None:
    """Refuse a change that another site's page started; browsers say so in Sec-Fetch-Site."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site not in (None, "same-origin", "none"):
        log.warning("change from another site refused at %s", request.endpoint)
        abort(403)


def fixed_headers(insecure: bool) -> list[tuple[str, str]]:
    """Return the headers of every reply there is, files and errors included."""
    fixed = [("X-Content-Type-Options", "nosniff")]
    return fixed if insecure else [*fixed, ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")]


def _headers(response: Response) -> Response:
    fragment = "HX-Request" in request.headers and request.method != "GET"
    response.headers.setdefault("Content-Security-Policy", FRAGMENT_POLICY if fragment else POLICY)
    response.headers.update(fixed_headers(current_app.config["INSECURE"]))
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if not fragment:
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")  # a badge says otherwise
    else:
        response.headers["NQMS"] = "1"  # tells our replies from those of a captive portal; save.js looks for it
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.add("HX-Request")
    return response
