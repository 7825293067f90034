"""Fictional partnerships, programs and people to try the portal with."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app; the list of people is for pages of demo mode only."""
    from .queries import demo_people
    from .views import bp

    app.register_blueprint(bp)
    if app.config["DEMO"]:
        app.jinja_env.globals["demo_people"] = demo_people
