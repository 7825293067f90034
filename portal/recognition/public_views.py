"""Pages for everybody, without an account: a recognition at its address, its badge, and the directory of partners."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user

from portal.foundation.pace import paced
from portal.foundation.security import FRAGMENT_POLICY

from . import badges, publishing
from .publishing import NoSuchAddress, PublicStatus

bp = Blueprint("partners", __name__)
FRESH = "public, max-age=300"  # a badge tells within minutes that it is no longer current
JSON_VERSION = 1


def kept(reply: Response, shared: bool = True) -> Response:
    """Let browsers and proxies keep a public reply for a short while; never one that knows who is signed in."""
    known = shared or not (current_user.is_authenticated or session)
    reply.headers["Cache-Control"] = FRESH if known else "no-store"
    reply.add_etag()
    reply.make_conditional(request)
    return reply


def absolute(endpoint: str, **values: Any) -> str:
    """Return the full address of a public page, by the address the portal is known under."""
    return str(current_app.config["BASE_URL"]).rstrip("/") + url_for(endpoint, **values)


def _status(address: str) -> PublicStatus:
    try:
        return publishing.status_at(address)
    except NoSuchAddress:
        abort(404)


@bp.get("/partners")
@paced
def directory() -> Response:
    """List the partners who agreed to be listed."""
    wanted, problems = publishing.wanted_from(request.args)
    page = render_template(
        "recognition/directory.html", found=publishing.directory(wanted), wanted=wanted, typed=request.args, problems=problems,
    )  # fmt: skip
    reply = make_response(page, 422 if problems else 200)
    return reply if problems else kept(reply, shared=False)


@bp.get("/partners.json")
@paced
def directory_json() -> Response:
    """Give the same list to machines."""
    wanted, problems = publishing.wanted_from(request.args)
    if problems:
        return make_response(jsonify(version=JSON_VERSION, problems=[one.sentence for one in problems]), 422)
    found = publishing.directory(wanted)
    rows = [
        asdict(one) | {"until": one.until.isoformat(), "page": absolute("partners.verify", address=one.address)}
        for one in found.entries
    ]
    return kept(jsonify(version=JSON_VERSION, found=found.found, page=found.page, pages=found.pages, partners=rows))


@bp.get("/partners/<address>")
@paced
def verify(address: str) -> Response:
    """Say whether a program is recognized now."""
    status = _status(address)
    page = render_template(
        "recognition/verify.html", status=status, badge=badges.parts_of(status), snippet=snippet(status)
    )
    reply = make_response(page)
    if not status.listed:  # its address is known to whom the program gave it, and to no search engine
        reply.headers["X-Robots-Tag"] = "noindex"
    return kept(reply, shared=False)


@bp.get("/partners/<address>/status.json")
@paced
def verify_json(address: str) -> Response:
    """Say the same to machines, on any site."""
    status = _status(address)
    reply = jsonify(
        version=JSON_VERSION, program=status.program, partnership=status.partnership, tier=status.tier,
        since=status.since.isoformat(), until=status.until.isoformat() if status.until else None, current=status.current,
        ended_on=status.ended_on.isoformat() if status.ended_on else None, page=absolute("partners.verify", address=address),
        badge=absolute("partners.badge_svg", address=address),
    )  # fmt: skip
    reply.headers["Access-Control-Allow-Origin"] = "*"
    reply.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return kept(reply)


@bp.get("/partners/<address>/badge.svg")
@paced
def badge_svg(address: str) -> Response:
    """Send the badge as SVG."""
    return _image(badges.svg(_status(address)).encode(), "image/svg+xml")


@bp.get("/partners/<address>/badge.png", defaults={"scale": 1})
@bp.get("/partners/<address>/badge-<int:scale>x.png")
@paced
def badge_png(address: str, scale: int) -> Response:
    """Send the badge as PNG."""
    if scale not in badges.SCALES:
        abort(404)
    return _image(badges.png(_status(address), scale), "image/png")


def _image(content: bytes, kind: str) -> Response:
    reply = Response(content, mimetype=kind)
    reply.headers["Content-Security-Policy"] = FRAGMENT_POLICY
    reply.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is made to stand on other sites
    return kept(reply)


def snippet(status: PublicStatus) -> str:
    """Return the lines of HTML that a program puts on its own web site."""
    return render_template(
        "recognition/snippet.html", words=f"{status.badge_text} of {status.partnership}",
        page=absolute("partners.verify", address=status.address), width=badges.WIDTH, height=badges.HEIGHT,
        small=absolute("partners.badge_png", address=status.address),
        large=absolute("partners.badge_png", address=status.address, scale=2),
    ).strip()  # fmt: skip
