"""Routes that take a file: the body may be larger there, and the file goes straight to the disk as it arrives.

A view says so with `@takes_file`. What is over the limit is counted and thrown away, so that the page can answer
in words with everything that was typed, instead of cutting the line.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

from flask import Flask, current_app, render_template, request
from flask_login import current_user

from .config import MEGABYTE
from .database import db
from .htmx import is_fragment

View = TypeVar("View", bound=Callable[..., Any])

STALE_SECONDS = 24 * 3600  # what a killed process left behind
ROOM_FOR_FIELDS = MEGABYTE
PATIENCE = 8  # a body may be this many times the limit before the line is cut
AT_ONCE = 2  # in one process of four threads: files on slow lines must not keep everybody else's answers waiting

_slots = threading.BoundedSemaphore(AT_ONCE)


def takes_file(view: View) -> View:
    """Mark a view whose form holds a file."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def incoming() -> Path:
    """Return the folder where files lie while they arrive and are looked at."""
    folder = Path(current_app.config["DATA_FOLDER"]) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Arriving:
    """A file on its way in: written to the disk up to the limit, counted beyond it."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self.file = tempfile.NamedTemporaryFile(dir=incoming(), prefix="arriving-")  # noqa: SIM115 (closed with the request)

    @property
    def path(self) -> Path:
        """Return where the file lies, with all its bytes."""
        self.file.flush()
        return Path(self.file.name)

    @property
    def too_large(self) -> bool:
        """Tell whether more came than may."""
        return self.size > self.limit

    def write(self, data: bytes) -> int:
        """Take the next piece."""
        self.size += len(data)
        if not self.too_large:
            self.file.write(data)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)  # read, seek, tell, close: what the framework asks of a file


def init_uploads(app: Flask) -> None:
    """Make room for files on the routes that take one; to be called once the request class is settled."""

    class WithFile(app.request_class):  # type: ignore[name-defined]
        """A request whose file is written to the disk as it arrives."""

        def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
            limit = getattr(self, "file_limit", None)
            return super()._get_file_stream(*args, **kwargs) if limit is None else Arriving(limit)  # type: ignore[return-value]

    app.request_class = WithFile
    app.before_request(_make_room)
    app.teardown_request(_leave_room)


def _make_room() -> Any:
    """Raise the limit on a route that takes a file; ask for a sign-in before the file is written anywhere."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or not getattr(view, "takes_file", False):
        return None
    known = current_user.is_authenticated
    db.session.rollback()  # the body may take minutes to arrive; no transaction waits for it
    limit: int = current_app.config["EVIDENCE_FILE_BYTES"]
    if known and not _slots.acquire(blocking=False):
        return _busy()  # before the body is read
    request.takes_slot = known  # type: ignore[attr-defined]
    request.max_content_length = PATIENCE * limit + ROOM_FOR_FIELDS
    request.file_limit = limit if known else 0  # type: ignore[attr-defined]  # of a stranger's file nothing is written
    return None if known else current_app.login_manager.unauthorized()  # type: ignore[attr-defined]


def _busy() -> tuple[str, int, dict[str, str]]:
    said = {
        "code": 503, "title": "Several files are arriving at this moment",
        "sentence": "Yours was not stored. Please go back and try again in a minute.",
    }  # fmt: skip
    template = "_problem.html" if is_fragment() else "error.html"
    return render_template(template, **said, sent=[], typed=[], again=False), 503, {"Retry-After": "30"}


def _leave_room(_: BaseException | None) -> None:
    if getattr(request, "takes_slot", False):
        request.takes_slot = False  # type: ignore[attr-defined]
        _slots.release()


def arrived(field: str) -> tuple[Arriving, str] | None:
    """Return the file that came in a field with the name its sender gave it; None when no file was chosen."""
    found = request.files.get(field)
    if found is None or not isinstance(found.stream, Arriving):
        return None
    if not found.filename and not found.stream.size:
        return None  # what a browser sends for an empty field
    return found.stream, found.filename or ""


def clear_incoming() -> int:
    """Take away what killed processes left behind; return how much."""
    old = [path for path in incoming().iterdir() if path.stat().st_mtime < time.time() - STALE_SECONDS]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
