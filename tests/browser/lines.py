"""A bad line on loopback: a proxy between the browser and the server that delays, drops, cuts, reorders and lies.

line.on("/answers/", hold_reply(event))     the server has it, the browser waits
line.on("/answers/", drop_reply, times=3)   the server has it, the browser never hears
line.down = True                            nothing goes through at all
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 15  # seconds a held request waits at most, so that a failing test ends


@dataclass(frozen=True)
class Request:
    """One request as it came from the browser."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One reply, of the server or made up."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    cut_at: int | None = None


Action = Callable[["Line", Request], Reply | None]


def drop_request(line: Line, request: Request) -> None:
    """Lose the request on its way; the browser sees the line break."""


def drop_reply(line: Line, request: Request) -> None:
    """Let the server do its work and lose its reply."""
    line.forward(request)


def cut_reply(line: Line, request: Request) -> Reply:
    """Break off in the middle of the reply's body."""
    reply = line.forward(request)
    return Reply(reply.status, reply.headers, reply.body, cut_at=len(reply.body) // 2)


def hold_request(until: threading.Event) -> Action:
    """Keep the request from the server for a while."""

    def act(line: Line, request: Request) -> Reply:
        until.wait(PATIENCE)
        return line.forward(request)

    return act


def hold_reply(until: threading.Event) -> Action:
    """Keep the reply from the browser for a while."""

    def act(line: Line, request: Request) -> Reply:
        reply = line.forward(request)
        until.wait(PATIENCE)
        return reply

    return act


def answer(status: int, body: str = "", **headers: str) -> Action:
    """Answer in the server's place, as a captive portal or a proxy would."""
    lines = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return lambda line, request: Reply(status, [("Content-Type", "text/html"), *lines], body.encode())


@dataclass
class Rule:
    """What to do with the next requests whose path matches."""

    pattern: re.Pattern[str]
    act: Action
    times: int


@dataclass
class Line:
    """The proxy. `seen` holds every request, in order; `down` lets nothing through."""

    target: int
    down: bool = False
    seen: list[Request] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"line": self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def on(self, pattern: str, act: Action, times: int = 1) -> None:
        """Treat the next so many requests whose path matches this way."""
        self.rules.append(Rule(re.compile(pattern), act, times))

    def handle(self, request: Request) -> Reply | None:
        """Return what the browser gets, or None when the line breaks."""
        with self.lock:
            self.seen.append(request)
            if self.down:
                return None
            rule = next((one for one in self.rules if one.times and one.pattern.search(request.path)), None)
            if rule is not None:
                rule.times -= 1
        return rule.act(self, request) if rule is not None else self.forward(request)

    def forward(self, request: Request) -> Reply:
        """Ask the server."""
        server = http.client.HTTPConnection("127.0.0.1", self.target, timeout=30)
        try:
            server.request(request.method, request.path, request.body, {**request.headers, "Connection": "close"})
            reply = server.getresponse()
            dropped = {"connection", "content-length", "transfer-encoding", "server", "date"}
            headers = [(name, value) for name, value in reply.getheaders() if name.lower() not in dropped]
            return Reply(reply.status, headers, reply.read())
        finally:
            server.close()

    def saves(self) -> list[Request]:
        """Return the saves of single answers seen so far."""
        return [one for one in list(self.seen) if one.method == "POST" and re.search("/(answers|items)/", one.path)]

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    line: Line
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.work()

    def do_POST(self) -> None:
        self.work()

    def work(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.line.handle(Request(self.command, self.path, dict(self.headers.items()), body))
        try:
            if reply is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut_at])
            if reply.cut_at is not None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:  # the browser did not wait
            self.close_connection = True

    def handle(self) -> None:
        """Serve until the browser hangs up, however it does that."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_args: object) -> None:
        """Stay silent."""
