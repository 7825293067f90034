"""Where files are kept: a folder of this machine, or a bucket that speaks S3. Both do the same five things.

Keys are made by the portal and hold no word of a person. A file is there whole or not at all.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from flask import Flask, current_app

from .config import ConfigurationError
from .errors import DomainError

if TYPE_CHECKING:
    from obstore.store import S3Store

EXTENSION = "nqms-storage"
KEY = re.compile(r"[0-9a-f]{32}")
CHUNK = 64 * 1024
UNFINISHED = ".part"  # of a copy that was cut off; only cleaning ever sees it


class StorageDown(DomainError):
    """The place where files are kept does not answer, or is full."""

    def __init__(self) -> None:
        super().__init__("Files cannot be stored or fetched at the moment. Please try again in a few minutes.")


class FileGone(DomainError):
    """A file that should be there is not: somebody else than the portal took it away."""

    def __init__(self) -> None:
        super().__init__("This file is not at hand any more. Please tell whoever looks after the portal.")


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that lies in the storage, for cleaning."""

    key: str
    changed_at: datetime


class Storage(Protocol):
    """What a place for files can do. Each of these raises StorageDown when the place does not answer."""

    def put(self, key: str, source: Path) -> None:
        """Store a copy of the file; when this returns it outlives a power failure."""

    def open(self, key: str) -> Iterator[bytes]:
        """Give the file piece by piece. Raises FileGone at once, before the first piece."""

    def delete(self, key: str) -> None:
        """Take the file away; one that is not there is fine."""

    def exists(self, key: str) -> bool:
        """Tell whether the file is there."""

    def list(self) -> Iterator[Kept]:
        """Name everything that is kept, half copies too."""


def new_key() -> str:
    """Make the name a file is stored under."""
    return secrets.token_hex(16)


def _checked(key: str) -> str:
    if not KEY.fullmatch(key.removesuffix(UNFINISHED)):
        raise ValueError("not a key of the storage")
    return key


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileGone from error
    except OSError as error:
        raise StorageDown from error


class Folder:
    """Keeps files in a folder, in 256 folders below it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, key: str) -> Path:
        return self.root / _checked(key)[:2] / key

    def put(self, key: str, source: Path) -> None:
        """Copy beside, force to the disk, then rename: a kill leaves the whole file or a half copy nobody reads."""
        target = self._path(key)
        half = target.with_name(target.name + UNFINISHED)
        with _told():
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with source.open("rb") as reading, half.open("wb") as writing:
                    shutil.copyfileobj(reading, writing, CHUNK)
                    writing.flush()
                    os.fsync(writing.fileno())
                half.rename(target)
            except OSError:  # a full disk must not keep the half copy as well
                half.unlink(missing_ok=True)
                raise
            handle = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def open(self, key: str) -> Iterator[bytes]:
        """Open the file now, read it as it is asked for."""
        with _told():
            return _pieces(self._path(key).open("rb"))

    def delete(self, key: str) -> None:
        """Unlink the file."""
        with _told():
            self._path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        """Look whether the file is there."""
        return self._path(key).is_file()

    def list(self) -> Iterator[Kept]:
        """Walk the folder."""
        for path in self.root.glob("??/*"):
            if KEY.fullmatch(path.name.removesuffix(UNFINISHED)):
                yield Kept(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


class Bucket:
    """Keeps files in a bucket of any service that speaks S3."""

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self._store: S3Store | None = None

    @property
    def store(self) -> S3Store:
        """Connect at the first use, since the threads of the library do not outlive a fork."""
        if self._store is None:
            from obstore.store import S3Store

            endpoint = self.settings["endpoint"]
            where: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
            self._store = S3Store(
                self.settings["bucket"],
                prefix=self.settings["prefix"] or None,
                region=self.settings["region"],
                access_key_id=self.settings["key_id"],
                secret_access_key=self.settings["secret"],
                virtual_hosted_style_request=not endpoint,  # other services than Amazon's want the bucket in the path
                client_options={
                    "allow_http": endpoint.startswith("http://"), "connect_timeout": "5s", "timeout": "60s",
                },
                retry_config={"max_retries": 3, "retry_timeout": self.settings["patience"]},
                **where,
            )  # fmt: skip
        return self._store

    @contextmanager
    def _told(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        with _told():
            try:
                yield
            except BaseError as error:
                raise StorageDown from error

    def put(self, key: str, source: Path) -> None:
        """Send the file; the service shows it once it has the whole."""
        with self._told():
            self.store.put(_checked(key), source)

    def open(self, key: str) -> Iterator[bytes]:
        """Ask for the file now, receive it as it is read."""
        with self._told():
            found = self.store.get(_checked(key))
            return (bytes(piece) for piece in found.stream(min_chunk_size=CHUNK))

    def delete(self, key: str) -> None:
        """Delete the object."""
        with self._told():
            self.store.delete(_checked(key))

    def exists(self, key: str) -> bool:
        """Ask for the object's head."""
        try:
            with self._told():
                self.store.head(_checked(key))
        except FileGone:
            return False
        return True

    def list(self) -> Iterator[Kept]:
        """Name the objects, page by page."""
        with self._told():
            for page in self.store.list():
                for one in page:
                    name = one["path"].rpartition("/")[2]
                    if KEY.fullmatch(name):
                        yield Kept(name, one["last_modified"])


def init_storage(app: Flask) -> None:
    """Choose the place by the settings: a bucket when one is named, else the folder."""
    config = app.config
    if not config["EVIDENCE_S3_BUCKET"]:
        app.extensions[EXTENSION] = Folder(Path(config["EVIDENCE_FOLDER"]))
        return
    try:
        import obstore  # noqa: F401
    except ImportError:
        raise ConfigurationError(
            "NQMS_EVIDENCE_S3_BUCKET needs the extra “s3”: install nqms-portal[s3], or leave it out for a folder."
        ) from None
    app.extensions[EXTENSION] = Bucket(
        bucket=config["EVIDENCE_S3_BUCKET"], endpoint=config["EVIDENCE_S3_ENDPOINT"],
        region=config["EVIDENCE_S3_REGION"], key_id=config["EVIDENCE_S3_KEY_ID"],
        secret=config["EVIDENCE_S3_SECRET"], prefix=config["EVIDENCE_S3_PREFIX"],
        patience=config["EVIDENCE_S3_PATIENCE"],
    )  # fmt: skip


def storage() -> Storage:
    """Return the place where this portal keeps files."""
    found: Storage = current_app.extensions[EXTENSION]
    return found
