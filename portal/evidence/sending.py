"""Sends a stored file to be saved, never shown inside the portal."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, current_app

from portal.foundation.pages import error_page
from portal.foundation.storage import FileGone, StorageDown, storage

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"  # should a browser show a file all the same


def send_stored(key: str, media_type: str, size: int, name: str) -> Any:
    """Return the reply with a stored file, or a page that says why there is none now."""
    try:
        body = storage().open(key)
    except (FileGone, StorageDown) as trouble:
        current_app.logger.exception("the stored file %s cannot be sent", key)
        return error_page(503, "The file cannot be sent now", trouble.sentence)
    reply = Response(body, mimetype=media_type)
    reply.content_length = size
    reply.headers["Content-Disposition"] = _disposition(name)
    reply.headers["Content-Security-Policy"] = SANDBOX
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _disposition(name: str) -> str:
    """Return the header for a download: a plain name for old programs, the true one as RFC 6266 has it."""
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
