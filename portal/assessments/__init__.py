"""The self-assessment: answering, submitting, the scorecard."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from . import guides, reading, sectionviews  # noqa: F401 (they add their pages to the blueprint)
    from .amendviews import bp as changes
    from .views import bp

    app.register_blueprint(bp)
    app.register_blueprint(changes)
