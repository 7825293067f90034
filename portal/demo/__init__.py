"""Fictional partnerships, programs and people to try the portal with."""

from __future__ import annotations

from flask import Flask

from portal.foundation.clock import init_clock


def init_room(app: Flask) -> None:
    """Open this room to the app; the list of people is for pages of demo mode only."""
    from .clock import demo_clock
    from .queries import demo_people
    from .views import bp

    app.register_blueprint(bp)
    if app.config["DEMO"]:
        app.jinja_env.globals["demo_people"] = demo_people
        if app.config["CLOCK"] is None:
            init_clock(app, demo_clock(app))
