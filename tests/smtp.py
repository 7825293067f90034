"""A mail server on loopback that takes what is sent to it; enough of SMTP for a real client."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


class Mailbox(list[EmailMessage]):
    """What arrived, in order, as a mail program reads it."""

    port = 0


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Answer one client until it says goodbye."""
        self._say("220 mail.example.org")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                self._take()
            elif word == b"QUIT":
                return self._say("221 bye")
            self._say("250 ok")
        return None

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(mail, EmailMessage)
        self.server.box.append(mail)  # type: ignore[attr-defined]

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run the server; gives its mailbox, which knows the port."""
    box = Mailbox()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        server.daemon_threads, box.port = True, server.server_address[1]
        server.box = box  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
