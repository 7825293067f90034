"""What gunicorn serves, also from an installed wheel where wsgi.py is not at hand."""

from __future__ import annotations

from importlib import import_module

app = import_module("portal").create_app()  # by name: the foundation may not import the rooms above it
