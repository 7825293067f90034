"""Files and links that show how a practice is done: added once, attached to as many practices as they serve."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from .views import bp

    app.register_blueprint(bp)
