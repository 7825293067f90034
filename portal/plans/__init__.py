"""Improvement & Innovation Plan, NQMS summary and Statement of Accuracy."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from portal.reviews.beside import tell_goals

    from .goals import goals_before
    from .views import bp

    app.register_blueprint(bp)
    tell_goals(app, goals_before)
