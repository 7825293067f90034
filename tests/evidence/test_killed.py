"""Killed in the middle: never a row without its file, and what is left over is cleared a day later."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from sqlalchemy import text

from portal.evidence import services
from portal.foundation.database import db, unit_of_work
from portal.foundation.storage import new_key, storage
from portal.foundation.uploads import incoming
from tests.evidence import papers
from tests.evidence.conftest import Place

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
    child = os.fork()
    if not child:
        random.seed()
        with app.app_context():
            while True:
                send(client)
    time.sleep(random.uniform(0.02, 0.4))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


def test_upload_killed_again_and_again_leaves_no_row_without_its_file(place: Place) -> None:
    folder = Path(place.app.config["DATA_FOLDER"])
    command = [sys.executable, "-c", UPLOADER, str(folder), str(place.person.id), place.page()]
    subprocess.run(command, check=True, timeout=120, cwd=Path(__file__).parents[2])
    pieces = place.pieces()
    assert len(pieces) > 2
    for piece in pieces:
        data = b"".join(storage().open(piece.storage_key or ""))
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (piece.sha256, piece.size)
    yesterday = time.time() - 25 * 3600
    for path in [*Path(place.app.config["EVIDENCE_FOLDER"]).rglob("*"), *incoming().iterdir()]:
        os.utime(path, (yesterday, yesterday))
    services.prune()
    assert place.stored() == sorted(str(piece.storage_key) for piece in pieces)
    assert place.arriving() == []
    assert services.prune() == 0


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
    assert services.prune() == 1
    assert storage().exists(old) is False
    assert place.stored() == sorted([str(place.pieces()[0].storage_key), young, other.name])


def test_others_save_while_a_file_is_looked_at(place: Place, tmp_path: Path) -> None:
    scanner = tmp_path / "scanner"
    scanner.write_text(f"#!/bin/sh\ntouch {tmp_path}/begun\nuntil [ -e {tmp_path}/end ]; do sleep 0.05; done\n")
    scanner.chmod(0o755)
    place.app.config["SCANNER"] = [str(scanner)]
    replies: list[int] = []
    thread = threading.Thread(target=lambda: replies.append(send_elsewhere(place)))
    thread.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.02)
    begun = time.monotonic()
    with unit_of_work() as session:
        session.execute(text("UPDATE program SET place = 'somewhere else'"))
    took = time.monotonic() - begun
    assert replies == []  # the file is still being looked at
    (tmp_path / "end").touch()
    thread.join(timeout=30)
    assert (replies, took < 2) == ([303], True)


def send_elsewhere(place: Place) -> int:
    with place.app.app_context():
        try:
            return place.send(papers.pdf(), title="Handbook").status_code
        finally:
            db.session.remove()
