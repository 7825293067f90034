"""The visit of a review: its date, who comes, its agenda, what is taken along, and the notes taken during it."""

from __future__ import annotations

from flask import Flask

from portal.cycles.agreed import set_agreed_days


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import feedviews, noteviews, packviews  # noqa: F401 (their pages)
    from .queries import agreed_days
    from .telling import visit_line
    from .views import bp

    app.jinja_env.globals["visit_line"] = visit_line  # pages of rooms to the left say where the visit stands
    set_agreed_days(app, agreed_days)
    app.register_blueprint(bp)
