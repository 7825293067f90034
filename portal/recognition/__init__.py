"""The tier a program earned, decided by rules and confirmed by staff, and what others may know of it."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import public_views, standing_views, views

    for room in (views, standing_views, public_views):
        app.register_blueprint(room.bp)
