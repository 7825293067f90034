"""What a request may look like before any view sees it: row numbers a database can hold, bodies within the limit."""

from __future__ import annotations

from flask import Flask, abort, current_app, request
from werkzeug.routing import IntegerConverter


class RowNumber(IntegerConverter):
    """A row's number in an address; one that no database could hold is a page that does not exist."""

    regex = r"[0-9]{1,9}"


def init_intake(app: Flask) -> None:
    """Teach the router row numbers, and check bodies; to be called before the rooms open."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(_whole_body)


def _whole_body() -> None:
    """Refuse a body sent in chunks that is over the limit: a form cut off there would be stored in part."""
    if request.content_length is None and len(request.get_data(parse_form_data=False)) >= _limit():
        abort(413)


def _limit() -> int:
    limit: int = current_app.config["MAX_CONTENT_LENGTH"]
    return limit
