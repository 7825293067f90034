"""Where a partnership makes the rules its own: what is in force, a draft, its preview, and adopting it."""

from __future__ import annotations

import logging

from flask import Flask

from rules.discovery import Found

log = logging.getLogger("portal.rulebooks")


def init_room(app: Flask) -> None:
    """Open this room to the app, and tell the operator which plugins cannot be used."""
    from .views import bp
    from .words import label_of

    app.jinja_env.globals["policy_label"] = label_of
    app.register_blueprint(bp)
    warn_of_quarantined(app.extensions["evaluator"].found())


def warn_of_quarantined(found: Found) -> None:
    """Log each plugin that cannot be used; the portal starts without it."""
    for name, why in found.quarantined.items():
        log.warning("the rule plugin “%s” cannot be used: %s", name, why)
