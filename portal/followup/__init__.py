"""While the plan runs: check-ins, progress, the mini-review, and the way into the next cycle."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import minireviewviews, progressviews, renewalviews  # noqa: F401 (they add their pages to the blueprint)
    from .views import bp

    app.register_blueprint(bp)
