"""People, roles and sign-ins."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from .views import bp, init_login

    init_login(app)
    app.register_blueprint(bp)
