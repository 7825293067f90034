"""Takes a file in: looked at, checked by the scanner, drawn anew, copied to its place; its row is written last.

Evidence of programs and the files of a partnership's library come in the same way.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from portal.foundation.database import db
from portal.foundation.pages import size_words
from portal.foundation.storage import new_key, storage
from portal.foundation.uploads import Arriving, incoming

from . import pictures
from .kinds import FileKind, FileRefused, look, shown_name
from .scanning import scan


@dataclass(frozen=True, slots=True)
class Taken:
    """A stored file that no row names yet; `cleaning.drop` takes it away again."""

    key: str
    name: str
    media_type: str
    size: int
    sha256: str


def take(
    file: Arriving,
    name: str,
    check: Callable[[str, int], None] = lambda _digest, _size: None,
    only: Collection[FileKind] = (),
    otherwise: str = "",
) -> Taken:
    """Store a file. Raises FileRefused, VirusFound, NotScanned, StorageDown, or what `check` raises.

    `check` is given the sum and the size of what would be stored, before it is. With `only`, other kinds are refused in
    the words of `otherwise`.
    """
    kind = _acceptable(file, only, otherwise)
    with tempfile.NamedTemporaryFile(dir=incoming(), prefix="drawn-") as drawn:
        path = file.path
        if kind.media_type in pictures.FORMATS:
            try:
                pictures.draw_anew(path, kind.media_type, Path(drawn.name))
            except pictures.PictureRefused as refusal:
                raise FileRefused(refusal.sentence) from refusal
            path = Path(drawn.name)
        with path.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
        size = path.stat().st_size
        check(digest, size)
        key = new_key()
        storage().put(key, path)
    return Taken(key, shown_name(name, kind), kind.media_type, size, digest)


def _acceptable(file: Arriving, only: Collection[FileKind], otherwise: str) -> FileKind:
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
