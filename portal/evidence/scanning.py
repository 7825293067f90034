"""The hook for a malware scanner: any command that takes a file's path. Off until the operator names one."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
from pathlib import Path

from flask import current_app

from portal.foundation.errors import DomainError

log = logging.getLogger("portal.evidence")

CLEAN, INFECTED = 0, 1


class VirusFound(DomainError):
    """The scanner says that the file is dangerous."""

    def __init__(self) -> None:
        super().__init__("The selected file contains a virus.")


class NotScanned(DomainError):
    """The scanner did not answer, or answered something we cannot read; the file is not stored."""

    def __init__(self) -> None:
        super().__init__("The selected file could not be checked for viruses. Please try again in a few minutes.")


def scan(path: Path) -> None:
    """Let the scanner look at the file. Raises VirusFound or NotScanned; passes when there is no scanner."""
    words: list[str] = current_app.config["SCANNER"]
    if not words:
        return
    seconds: int = current_app.config["SCANNER_SECONDS"]
    try:
        child = subprocess.Popen(  # noqa: S603 (the operator's command, without a shell)
            [*words, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        log.exception("the scanner cannot be started")
        raise NotScanned from error
    try:
        said = child.wait(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # what it started as well
        child.wait()
        log.error("the scanner did not answer within %s seconds", seconds)
        raise NotScanned from error
    if said == INFECTED:
        log.warning("the scanner refused a file")
        raise VirusFound
    if said != CLEAN:
        log.error("the scanner ended with %s, which says neither clean nor infected", said)
        raise NotScanned
