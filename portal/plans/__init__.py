"""Improvement & Innovation Plan, NQMS summary and Statement of Accuracy."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from portal.reviews.beside import tell_goals

    from . import resultviews, views
    from .goals import goals_before

    app.register_blueprint(views.bp)
    app.register_blueprint(resultviews.bp)
    tell_goals(app, goals_before)
