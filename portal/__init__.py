"""The NQMS Portal: a corridor of rooms in the order of a cycle's life."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from .foundation import (
    assets,
    clock,
    config,
    database,
    htmx,
    intake,
    judging,
    pages,
    security,
    storage,
    uploads,
)
from .foundation.paths import data_dir

# Loaded by name, left to right: were they imported here, every room would import every other through this package.
ROOMS = (
    "accounts",
    "partnerships",
    "letters",
    "programs",
    "cycles",
    "requests",
    "teamwork",
    "evidence",
    "resources",
    "assessments",
    "worksheets",
    "reviews",
    "visits",
    "plans",
    "statements",
    "recognition",
    "followup",
    "papers",
    "rulebooks",
    "desk",
    "demo",
)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the web application; `overrides` win over the environment (tests, `nqms demo`)."""
    app = Flask("portal", template_folder=str(data_dir("templates")), static_folder=None)
    app.config.update(config.load(overrides))
    intake.init_intake(app)
    htmx.init_htmx(app)
    database.init_database(app)
    clock.init_clock(app, app.config["CLOCK"])
    judging.init_judging(app)
    storage.init_storage(app)
    uploads.init_uploads(app)

    for room in ROOMS:
        import_module(f"portal.{room}").init_room(app)

    security.init_security(app)
    pages.init_pages(app)
    Compress(app)
    assets.init_assets(app)
    if hops := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
