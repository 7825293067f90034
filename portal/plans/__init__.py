"""Improvement & Innovation Plan, NQMS summary and Statement of Accuracy."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import resultviews, views

    app.register_blueprint(views.bp)
    app.register_blueprint(resultviews.bp)
