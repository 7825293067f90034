"""Other ways to answer: a blank form on paper, and a worksheet per section that works without a network."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import sheet_views  # noqa: F401 (adds its pages to the blueprint)
    from .views import bp

    app.register_blueprint(bp)
