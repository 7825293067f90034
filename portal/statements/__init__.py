"""The Statement of Accuracy: asking a key leader to sign, by a link or on paper, and finding what was signed by its code."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from sqlalchemy import select

    from portal.evidence.cleaning import also_named

    from .link_views import bp as links
    from .models import SignedPaper
    from .views import bp

    also_named("statements", select(SignedPaper.storage_key))
    app.register_blueprint(bp)
    app.register_blueprint(links)
