"""Regional partnerships and their choice of rules."""

from __future__ import annotations

from flask import Flask


def init_room(app: Flask) -> None:
    """Open this room to the app; it has no pages of its own."""
