"""The partnership's mail: its wording, what was and will be sent, reminders, the mail of the day."""

from __future__ import annotations

from flask import Flask

from portal.foundation.outbox import set_postroom


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from .postroom import Rooms
    from .stopping import bp as stopping
    from .views import bp

    set_postroom(app, Rooms())
    app.register_blueprint(bp)
    app.register_blueprint(stopping)
