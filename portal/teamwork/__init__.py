"""Many hands: the people of a program, who does which section, who is on one now, discussions, personal flags."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import people_views as people_views  # adds its pages to the room's
    from .views import bp

    app.register_blueprint(bp)
