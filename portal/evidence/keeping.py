"""What happens to every file before it is stored: looked at, scanned, drawn anew when it is a picture, and summed up."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.foundation.database import db
from portal.foundation.pages import size_words
from portal.foundation.uploads import Arriving, incoming

from . import pictures
from .kinds import FileKind, FileRefused, look
from .scanning import scan


def acceptable(file: Arriving, only: Collection[FileKind] = (), otherwise: str = "") -> FileKind:
    """Return what a file is; with `only`, other kinds are refused in the words of `otherwise`.

    Raises FileRefused, VirusFound or NotScanned.
    """
    if file.too_large:
        raise FileRefused(f"The selected file must be smaller than {size_words(file.limit)}.")
    if not file.size:
        raise FileRefused("The selected file is empty.")
    db.session.rollback()  # nothing slow while a transaction is open
    kind = look(file.path)
    if only and kind not in only:
        raise FileRefused(otherwise)
    scan(file.path)
    return kind


@contextmanager
def cleaned(file: Arriving, kind: FileKind) -> Iterator[Path]:
    """Give the path of what is to be stored: a picture without place and device data, any other file as it came."""
    if kind.media_type not in pictures.FORMATS:
        yield file.path
        return
    with tempfile.NamedTemporaryFile(dir=incoming(), prefix="drawn-") as drawn:
        try:
            pictures.draw_anew(file.path, kind.media_type, Path(drawn.name))
        except pictures.PictureRefused as refusal:
            raise FileRefused(refusal.sentence) from refusal
        yield Path(drawn.name)


def sum_of(path: Path) -> tuple[str, int]:
    """Return a file's SHA-256 and its size."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return digest, path.stat().st_size
