"""The pages that gather from every room: first page, a person's places, a program's page, a partnership's desk.

They stand to the right of all rooms because they read from all of them; no room needs to know about them.
"""

from __future__ import annotations

from flask import Flask

from portal.letters.daily import add_duties
from portal.letters.reminders import add_source
from portal.visits.feeds import add_days


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import duty_views, help  # noqa: A004, F401 (their pages hang on the same blueprint)
    from .dated import days_of
    from .reminding import reminders_of
    from .todo import todo_of
    from .views import bp

    app.register_blueprint(bp)
    add_source(app, reminders_of)
    add_duties(app, todo_of)
    add_days(app, days_of)
