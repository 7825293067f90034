"""The same tests for both places where files are kept: a folder, and a bucket of a real S3 server on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.foundation.config import ConfigurationError
from portal.foundation.storage import FileGone, Folder, Storage, StorageDown, new_key, storage
from tests.apps import Apps
from tests.conftest import StandingClock

SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """Start a server in a process of its own and make a bucket on it."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        urllib.request.urlopen(urllib.request.Request(f"{address}/evidence", method="PUT"), timeout=10).close()  # noqa: S310
        yield address
        server.kill()


def bucket_settings(address: str) -> dict[str, object]:
    return {
        "EVIDENCE_S3_BUCKET": "evidence", "EVIDENCE_S3_ENDPOINT": address, "EVIDENCE_S3_KEY_ID": "some",
        "EVIDENCE_S3_SECRET": "words", "EVIDENCE_S3_PREFIX": "nqms", "EVIDENCE_S3_PATIENCE": timedelta(seconds=1),
    }  # fmt: skip


@pytest.fixture(scope="module")
def bucket(s3_address: str, apps: Apps, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Build one app over the bucket for all tests: each uses keys of its own, and nothing else of the app."""
    return apps.take(tmp_path_factory.mktemp("bucket") / "data", StandingClock(), bucket_settings(s3_address)).app


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, make_app: Callable[..., Flask]) -> Iterator[Storage]:
    app = make_app() if request.param == "folder" else request.getfixturevalue("bucket")
    with app.app_context():
        yield storage()


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper"
    path.write_bytes(os.urandom(200_000))
    return path


def test_file_comes_back_as_it_was_stored(place: Storage, paper: Path) -> None:
    key = new_key()
    assert place.exists(key) is False
    place.put(key, paper)
    assert place.exists(key) is True
    pieces = list(place.open(key))
    assert b"".join(pieces) == paper.read_bytes()
    assert len(pieces) > 1  # never the whole file in memory


def test_file_that_is_not_there_is_said_before_the_first_piece(place: Storage) -> None:
    with pytest.raises(FileGone):
        place.open(new_key())


def test_deleted_file_is_gone_and_deleting_twice_is_fine(place: Storage, paper: Path) -> None:
    key = new_key()
    place.put(key, paper)
    place.delete(key)
    place.delete(key)
    assert place.exists(key) is False


def test_list_names_what_is_kept_and_since_when(place: Storage, paper: Path) -> None:
    keys = {new_key() for _ in range(3)}
    for key in keys:
        place.put(key, paper)
    listed = {kept.key: kept.changed_at for kept in place.list()}
    assert keys - set(listed) == set()
    assert all(abs(datetime.now(UTC) - listed[key]) < timedelta(minutes=1) for key in keys)


@pytest.mark.parametrize("key", ["../../secret-key", "a/b", "", "A" * 32, "0" * 31, "0" * 32 + "\n"])
def test_key_that_the_portal_did_not_make_is_an_error(place: Storage, paper: Path, key: str) -> None:
    for act in (place.exists, place.open, place.delete, lambda one: place.put(one, paper)):
        with pytest.raises(ValueError, match="not a key"):
            act(key)


def test_folder_that_is_full_says_so_and_keeps_no_half_file(tmp_path: Path, paper: Path) -> None:
    (tmp_path / "root").write_text("a file where the folder should be")
    with pytest.raises(StorageDown, match="cannot be stored or fetched at the moment"):
        Folder(tmp_path / "root").put(new_key(), paper)


def test_folder_copy_killed_in_the_middle_leaves_no_file_under_the_key(tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from portal.foundation.storage import Folder
reading, writing = os.pipe()
os.write(writing, b"x" * 50_000)
Folder(Path(sys.argv[1])).put("0" * 32, Path(f"/dev/fd/{reading}"))
"""
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) as child:
        for _ in range(200):
            if list(tmp_path.glob("00/*")):
                break
            time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
    folder = Folder(tmp_path)
    assert folder.exists("0" * 32) is False
    assert [kept.key for kept in folder.list()] == ["0" * 32 + ".part"]  # which cleaning finds
    folder.delete("0" * 32 + ".part")
    assert list(folder.list()) == []


def test_bucket_that_does_not_answer_says_so(make_app: Callable[..., Flask], paper: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with make_app(**bucket_settings(address)).app_context():
        for act in (storage().exists, storage().open, storage().delete, lambda key: storage().put(key, paper)):
            with pytest.raises(StorageDown):
                act(new_key())
        with pytest.raises(StorageDown):
            list(storage().list())


def test_scanner_that_is_no_command_stops_the_start(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("NQMS_SCANNER", "clamdscan 'open quote")
    with pytest.raises(ConfigurationError, match="NQMS_SCANNER must be a command"):
        create_app({"DATA_FOLDER": tmp_path, "INSECURE": True})
