"""The resource library: national guides from the rules, and a partnership's own; practice codes in, resources out."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select


def init_room(app: Flask) -> None:
    """Open this room to the app."""
    from portal.evidence.cleaning import also_named

    from .models import OwnResource
    from .views import bp

    also_named("resources", select(OwnResource.storage_key).where(OwnResource.storage_key != ""))
    app.register_blueprint(bp)
