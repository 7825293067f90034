"""Mentoring programs, their facts and eligibility."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from portal.accounts.queries import tell_places

    from .queries import names_around
    from .views import bp

    tell_places(app, names_around)
    app.register_blueprint(bp)
