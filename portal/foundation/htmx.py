"""The one place that knows the htmx extension: is this a fragment, and where should the page go."""

from __future__ import annotations

from flask import Flask, Response, redirect, request
from htmx_flask import Htmx

_htmx = Htmx()


def init_htmx(app: Flask) -> None:
    """Let requests tell whether htmx sent them."""
    _htmx.init_app(app)


def is_fragment() -> bool:
    """Tell whether to answer with a fragment; a page restored from history wants the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


def go_to(address: str) -> Response:
    """Send the browser on: a 303 for a form, a header for htmx (which would swap a redirected page in)."""
    if is_fragment():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)  # type: ignore[return-value]
