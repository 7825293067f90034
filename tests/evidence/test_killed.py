"""Killed in the middle: never a row without its file, and what is left over is cleared a day later."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.accounts.models import Person
from portal.evidence import cleaning, services
from portal.foundation.database import db, unit_of_work
from portal.foundation.storage import new_key, storage
from portal.foundation.uploads import AT_ONCE, incoming
from tests.evidence import papers
from tests.evidence.conftest import Place, upload
from tests.factories import sign_in

UPLOADER = """
import io, os, random, signal, sys, time
from pathlib import Path
from portal import create_app
from portal.accounts.models import Person
from portal.foundation.database import db
from tests.conftest import settings
from tests.evidence.conftest import upload
from tests.evidence.papers import pdf, photo
from tests.factories import sign_in

folder, person_id, page = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

def send(client):
    mark = os.urandom(8).hex()
    if random.random() < .5:
        made = upload(photo(random.randrange(600, 900), random.randrange(400, 900)), "a.jpg", title=mark)
    else:
        made = upload(pdf(mark), "a.pdf", title=mark)
    return client.post(page, **made).status_code

random.seed(3)
app = create_app(settings(folder))
with app.app_context():
    client = app.test_client()
    sign_in(client, db.session.get(Person, person_id))
    assert send(client) == 303  # everything is loaded by now
    db.session.remove()
    db.engine.dispose()
for _ in range(8):
    reading, writing = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if not child:
        random.seed()
        with app.app_context():
            while True:
                send(client)
                os.write(writing, b"x")
    os.read(reading, 1)  # one is whole; the next is killed somewhere on its way
    time.sleep(random.random() * (time.monotonic() - begun))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


@pytest.mark.walk
def test_upload_killed_again_and_again_leaves_no_row_without_its_file(place: Place) -> None:
    folder = Path(place.app.config["DATA_FOLDER"])
    command = [sys.executable, "-c", UPLOADER, str(folder), str(place.person.id), place.page()]
    subprocess.run(command, check=True, timeout=120, cwd=Path(__file__).parents[2])
    pieces = place.pieces()
    assert len(pieces) >= 9
    for piece in pieces:
        data = b"".join(storage().open(piece.storage_key or ""))
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (piece.sha256, piece.size)
    yesterday = time.time() - 25 * 3600
    for path in [*Path(place.app.config["EVIDENCE_FOLDER"]).rglob("*"), *incoming().iterdir()]:
        os.utime(path, (yesterday, yesterday))
    cleaning.prune()
    assert place.stored() == sorted(str(piece.storage_key) for piece in pieces)
    assert place.arriving() == []
    assert cleaning.prune() == 0


def test_cleaning_leaves_what_is_younger_than_a_day_and_what_has_a_row(place: Place, tmp_path: Path) -> None:
    place.send(papers.pdf(), title="Handbook")
    services.remove(place.cycle.id, place.pieces()[0], place.person.id)  # removed is not deleted
    (tmp_path / "paper").write_bytes(b"paper")
    young, old, other = new_key(), new_key(), Path(place.app.config["EVIDENCE_FOLDER"]) / "ab" / "notes of the operator"
    for key in (young, old):
        storage().put(key, tmp_path / "paper")
    other.parent.mkdir(exist_ok=True)
    other.write_text("not ours")
    yesterday = time.time() - 25 * 3600
    for path in Path(place.app.config["EVIDENCE_FOLDER"]).rglob("*"):
        if path.name != young:
            os.utime(path, (yesterday, yesterday))
    assert cleaning.prune() == 1
    assert storage().exists(old) is False
    assert place.stored() == sorted([str(place.pieces()[0].storage_key), young, other.name])


@pytest.fixture
def gate(place: Place, tmp_path: Path) -> Gate:
    """Make the scanner wait until the test opens the gate."""
    gate = Gate(tmp_path / "begun", tmp_path / "open")
    gate.begun.mkdir()
    scanner = tmp_path / "scanner"
    scanner.write_text(f"#!/bin/sh\ntouch {gate.begun}/$$\nuntil [ -e {gate.open} ]; do sleep 0.05; done\n")
    scanner.chmod(0o755)
    place.app.config["SCANNER"] = [str(scanner)]
    return gate


def test_others_save_while_a_file_is_looked_at(place: Place, gate: Gate) -> None:
    sender = Sender(place, "1")
    gate.wait_for(1)
    begun = time.monotonic()
    with unit_of_work() as session:
        session.execute(text("UPDATE program SET place = 'somewhere else'"))
    took = time.monotonic() - begun
    assert sender.reply is None  # the file is still being looked at
    gate.open.touch()
    sender.join(timeout=30)
    assert (sender.reply, took < 2) == (303, True)


def test_more_files_at_once_than_there_is_room_for_are_sent_back_and_taken_a_moment_later(
    place: Place, gate: Gate
) -> None:
    senders = [Sender(place, str(number)) for number in range(AT_ONCE)]
    gate.wait_for(AT_ONCE)
    reply = place.send(papers.pdf("more"), title="One more")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "30")
    assert "Yours was not stored. Please go back and try again in a minute." in reply.text
    gate.open.touch()
    for sender in senders:
        sender.join(timeout=30)
    assert place.send(papers.pdf("more"), title="One more").status_code == 303
    assert [sender.reply for sender in senders] == [303] * AT_ONCE
    assert len(place.pieces()) == AT_ONCE + 1


@dataclass
class Gate:
    """A scanner's door: `begun` gets a file for each one that waits, and all go on when `open` exists."""

    begun: Path
    open: Path

    def wait_for(self, count: int) -> None:
        while len(list(self.begun.iterdir())) < count:
            time.sleep(0.02)


class Sender(threading.Thread):
    """Somebody who sends a file meanwhile, from another browser window."""

    def __init__(self, place: Place, mark: str) -> None:
        super().__init__()
        self.place, self.mark, self.reply = place, mark, None
        self.start()

    def run(self) -> None:
        with self.place.app.app_context():
            try:
                client = self.place.app.test_client()
                sign_in(client, db.session.get_one(Person, self.place.person.id))
                form = upload(papers.pdf(self.mark), "a.pdf", title=self.mark)
                self.reply = client.post(self.place.page(), **form).status_code
            finally:
                db.session.remove()
