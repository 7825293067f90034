"""The partnership's review of a submitted assessment."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import opinionviews, sectionviews  # noqa: F401 (they add their pages to the blueprint)
    from .questionviews import bp as questions
    from .views import bp

    app.register_blueprint(bp)
    app.register_blueprint(questions)
