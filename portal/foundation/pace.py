"""Keeps one network address from asking public pages so often that others have to wait. Counts stay in memory, for a minute."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, make_response, render_template, request

from . import clock

PER_MINUTE = 240  # of one address, in each web process; a page with its badge takes two
ADDRESSES = 4096  # remembered at once
EXTENSION = "nqms-pace"

View = TypeVar("View", bound=Callable[..., Any])


class Pace:
    """Counts what each address asked in the minute that runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def seconds_to_wait(self, address: str, moment: float) -> int:
        """Count one request; return for how many seconds the next has to wait, 0 for none."""
        minute = int(moment // 60)
        with self._lock:
            began, count = self._seen.pop(address, (minute, 0))
            count = count + 1 if began == minute else 1
            self._seen[address] = minute, count
            while len(self._seen) > ADDRESSES:
                self._seen.popitem(last=False)
        return 0 if count <= PER_MINUTE else 60 - int(moment % 60)


def paced(view: View) -> View:
    """Answer 429 with a sentence where an address asks a public page too often."""

    @wraps(view)
    def _paced(*args: Any, **kwargs: Any) -> Any:
        pace: Pace = current_app.extensions.setdefault(EXTENSION, Pace())
        wait = pace.seconds_to_wait(request.remote_addr or "", clock.now().timestamp())
        if not wait:
            return view(*args, **kwargs)
        sentence = f"Many requests came from your network within a minute. Please try again in {wait} seconds."
        reply = make_response(render_template("error.html", title="Please wait a moment", sentence=sentence), 429)
        reply.headers["Retry-After"] = str(wait)
        return reply

    return _paced  # type: ignore[return-value]
