"""What programs bring to their partnership: registrations, steps before access, questions, news of changes."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from .views import advice, board, gates, notices, registrations

    for page in (registrations, gates, advice, notices, board):
        app.register_blueprint(page.bp)
