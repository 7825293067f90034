"""Refuses network, programs and files while a plugin's code runs, and remembers who tried what.

It rests on Python's audit events, which code that means harm can go around: it is a watch against mistakes.
"""

import _thread
import os
import sys
from types import MappingProxyType
from typing import Any

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NETWORK, PROGRAM, PROCESS = "open a network connection", "start another program", "start another process"
THREAD = "start a thread"
FORBIDDEN = MappingProxyType({
    "socket.__new__": NETWORK,
    "socket.connect": NETWORK,
    "socket.bind": NETWORK,
    "socket.sendto": NETWORK,
    "socket.getaddrinfo": NETWORK,
    "socket.gethostbyname": NETWORK,
    "subprocess.Popen": PROGRAM,
    "os.system": PROGRAM,
    "os.exec": PROGRAM,
    "os.spawn": PROGRAM,
    "os.posix_spawn": PROGRAM,
    "pty.spawn": PROGRAM,
    "os.fork": PROCESS,
    "os.forkpty": PROCESS,
    "_thread.start_new_thread": THREAD,  # from Python 3.12 on; before that they are counted
    "os.remove": "delete a file",
    "os.rename": "rename a file",
    "os.truncate": "write a file",
    "os.link": "make a link",
    "os.symlink": "make a link",
    "os.mkdir": "make a folder",
    "os.rmdir": "delete a folder",
    "os.chmod": "change a file",
    "os.kill": "end a process",
    "os.killpg": "end a process",
})  # fmt: skip
CODE = (".py", ".pyc", ".so", ".toml", ".zip")  # what imports and editions read


class NotHere(RuntimeError):
    """Raised when a plugin tries what no rule needs."""


class Watch:
    """Watch the process from when it is made; only what happens in a plugin's turn is refused."""

    def __init__(self) -> None:
        self.on = self.reading = False
        self.spent = False  # whether a thread runs on, so that this process should serve nobody else
        self._tried = ""  # what the plugin whose turn it is tried first
        self._threads = 0
        self._own = _thread.get_ident()
        sys.addaudithook(self._see)

    def begin(self, reading: bool = False) -> None:
        """Watch from here on; `reading` lets files be read, as code does while it is loaded."""
        self._tried, self.reading, self._threads, self.on = "", reading, _thread._count(), True

    def end(self) -> str:
        """Stop watching; return what was tried first, or nothing."""
        self.on = False
        if _thread._count() > self._threads:
            self.spent = True
            self._tried = self._tried or THREAD
        return self._tried

    def _see(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.on and _thread.get_ident() == self._own:
            return
        what = FORBIDDEN.get(event) or (self._file(*given[:3]) if event == "open" else "")
        if what:
            self._tried = self._tried or what  # remembered, because the plugin may swallow the exception
            raise NotHere(f"it tried to {what}")

    def _file(self, path: object, mode: object, flags: object) -> str:
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & WRITES):
            return "write a file"
        if self.reading or not isinstance(path, (str, bytes)) or os.fsdecode(path).endswith(CODE):
            return ""
        return "read a file"
