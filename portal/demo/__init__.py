"""Fictional partnerships, programs and people to try the portal with."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from .views import bp

    app.register_blueprint(bp)
