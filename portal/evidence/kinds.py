"""Which files may come in, told by their content; what a name or a browser says about a file counts for nothing."""

from __future__ import annotations

import mmap
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

import filetype

from portal.foundation.errors import DomainError

from . import office, pictures
from .models import NAME_LENGTH

ACCEPTED = "PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), OpenDocument (.odt, .ods, .odp), JPEG or PNG"
# For the file chooser alone. Without HEIC in it, an iPhone hands over a photo as JPEG.
SUFFIXES = (".pdf", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".jpg", ".jpeg", ".png")

ENCRYPTED_PDF = re.compile(rb"/Encrypt\s*(\d+\s+\d+\s+R|<<)")
SENT_AS = re.compile("%22|%0D|%0A")  # how browsers send a quotation mark and line breaks within a file's name
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

WRONG_KIND = f"The selected file must be a {ACCEPTED}."
PROTECTED = (
    "The selected file is protected, by a password or against changes. Save a copy without protection and select that."
)
ADVICE = {  # what to do with kinds that people really have
    "image/heic": "The selected file is a photo in HEIC format. Save it as JPEG and select that.",
    "application/msword": "The selected file is in an older Office format. Save it as .docx, .xlsx, .pptx or PDF and select that.",
    "application/rtf": "The selected file is in RTF format. Save it as .docx or PDF and select that.",
    "image/tiff": "The selected file is a TIFF image. Save it as PDF or JPEG and select that.",
    "image/webp": "The selected file is a WebP image. Save it as JPEG or PNG and select that.",
    "image/gif": "The selected file is a GIF image. Save it as JPEG or PNG and select that.",
}


class FileRefused(DomainError):
    """A file that is not taken, in a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: what it is called, how it is sent, which endings its name may have."""

    words: str
    media_type: str
    endings: tuple[str, ...]


PDF = FileKind("PDF", "application/pdf", (".pdf",))
JPEG = FileKind("JPEG image", "image/jpeg", (".jpg", ".jpeg"))
PNG = FileKind("PNG image", "image/png", (".png",))
OFFICE = {kind.media_type: FileKind(kind.words, kind.media_type, (kind.ending,)) for kind in office.KINDS}
KINDS = {kind.media_type: kind for kind in (PDF, JPEG, PNG, *OFFICE.values())}


def look(path: Path) -> FileKind:
    """Return what the file is. Raises FileRefused with the reason."""
    with path.open("rb") as file:
        head = file.read(8192)
    guess = filetype.guess(head)
    mime = guess.mime if guess else ""
    if head.startswith(b"PK\x03\x04"):
        return _office(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            PROTECTED if _holds(path, "EncryptedPackage".encode("utf-16-le")) else ADVICE["application/msword"]
        )
    if mime == PDF.media_type and head.startswith(b"%PDF-"):
        return _pdf(path)
    if mime in (JPEG.media_type, PNG.media_type):
        kind = KINDS[mime]
        try:
            pictures.measure(path, kind.media_type)
        except pictures.PictureRefused as refusal:
            raise FileRefused(refusal.sentence) from refusal
        return kind
    raise FileRefused(ADVICE.get(mime, WRONG_KIND))


def _office(path: Path) -> FileKind:
    try:
        return OFFICE[office.look(path).media_type]
    except office.NotOffice as refusal:
        raise FileRefused(refusal.sentence or WRONG_KIND) from refusal
    except office.Protected as refusal:
        raise FileRefused(PROTECTED) from refusal


def _pdf(path: Path) -> FileKind:
    if zipfile.is_zipfile(path):
        raise FileRefused(
            "The selected file is a PDF with another file hidden behind it. Print it to a new PDF and select that."
        )
    if not _holds(path, b"%%EOF"):
        raise FileRefused("The selected PDF is not complete. Save it again and select the new file.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if ENCRYPTED_PDF.search(data):
            raise FileRefused(PROTECTED)
    return PDF


def _holds(path: Path, part: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(part) >= 0


def shown_name(given: str, kind: FileKind) -> str:
    """Return the name people see: no path, no control characters, an ending that tells the truth, 200 characters."""
    name = unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode())
    name = SENT_AS.sub(lambda found: '"' if found[0] == "%22" else "", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(one for one in name if unicodedata.category(one) not in ("Cc", "Cs", "Zl", "Zp"))
    name = "".join(one for one in name if one not in BIDI_CONTROLS).rstrip(" .")
    ending = next((one for one in kind.endings if name.lower().endswith(one)), "")
    stem = name[: len(name) - len(ending)].strip(" .") or "file"
    ending = name[-len(ending) :] if ending else kind.endings[0]
    return stem[: NAME_LENGTH - len(ending)] + ending
