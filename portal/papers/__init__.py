"""Documents to hand on: all answers as a book, the Statement of Accuracy, the certificate, and a page for funders."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import funder_views  # noqa: F401 (adds its pages to the blueprint)
    from .views import bp

    app.register_blueprint(bp)
