"""What programs bring to their partnership: registrations, steps before access, questions, news of changes."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from .views import gates, registrations

    app.register_blueprint(registrations.bp)
    app.register_blueprint(gates.bp)
