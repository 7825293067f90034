"""Where the portal's data folders are: inside the installed package, or beside it in a source tree."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def data_dir(name: str) -> Path:
    """Return the folder of templates, migrations and the like."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
