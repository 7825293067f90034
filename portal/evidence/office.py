"""Looks into Word, Excel, PowerPoint and OpenDocument files without trusting them: they are ZIP archives.

Sizes are read from the directory before anything is unpacked; then every part is read once, never past the size it
claims, so that a file that lies or is cut off is found here and not on the reviewer's computer.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024
MOST_PARTS = 3000
MOST_UNPACKED = 100 * MEGABYTE
MOST_RATIO, FROM_SIZE = 50, 20 * MEGABYTE  # large and packed this tightly is no document
CHUNK = 256 * 1024

ENCRYPTED = 0x1
MAIN_PART = re.compile(rb'ContentType\s*=\s*["\']([^"\']+\.main\+xml)["\']')
MACROS = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml|Basic/.+|Scripts/.+|xl/macrosheets/.+)$", re.IGNORECASE)


class Protected(Exception):
    """The parts of the file are encrypted."""


class NotOffice(Exception):
    """The archive is not one of the kinds we take; the sentence is empty when there is no more to say than that."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class OfficeKind:
    """One kind of document: how it is sent, and the type its main part names (OpenDocument names only itself)."""

    words: str
    ending: str
    media_type: str
    main_part: str = ""


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
KINDS = (
    OfficeKind("Word document", ".docx", _OOXML + "wordprocessingml.document",
               _OOXML + "wordprocessingml.document.main+xml"),
    OfficeKind("Excel workbook", ".xlsx", _OOXML + "spreadsheetml.sheet", _OOXML + "spreadsheetml.sheet.main+xml"),
    OfficeKind("PowerPoint slides", ".pptx", _OOXML + "presentationml.presentation",
               _OOXML + "presentationml.presentation.main+xml"),
    OfficeKind("OpenDocument text", ".odt", _ODF + "text"),
    OfficeKind("OpenDocument spreadsheet", ".ods", _ODF + "spreadsheet"),
    OfficeKind("OpenDocument slides", ".odp", _ODF + "presentation"),
)  # fmt: skip

TOO_BIG_INSIDE = "The selected file would unpack to far more than a document holds, so it was not opened. Save it as PDF and select that."
WITH_MACROS = "The selected file holds macros, which are programs. Save it without macros (.docx, .xlsx or .pptx) or as PDF and select that."
DAMAGED = "The selected file is damaged or not complete. Save it again and select the new file."


def look(path: Path) -> OfficeKind:
    """Return the kind of document. Raises NotOffice or Protected."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _within_limits(parts)
            if any(part.flag_bits & ENCRYPTED for part in parts):
                raise Protected
            kind = _kind(archive)
            if any(MACROS.search(part.filename) for part in parts):
                raise NotOffice(WITH_MACROS)
            for part in parts:  # an archive of one thing only: nothing before it, every part as it says it is
                with archive.open(part) as reading:
                    while reading.read(CHUNK):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError, OSError) as error:
        raise NotOffice(DAMAGED) from error  # also a way of packing that nobody uses for documents
    return kind


def _within_limits(parts: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    tight = unpacked > FROM_SIZE and unpacked > MOST_RATIO * max(packed, 1)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or tight:
        raise NotOffice(TOO_BIG_INSIDE)


def _kind(archive: zipfile.ZipFile) -> OfficeKind:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        told = set(MAIN_PART.findall(_start(archive, "[Content_Types].xml")))
        if any(b"macroEnabled" in one for one in told):
            raise NotOffice(WITH_MACROS)
        found = [kind for kind in KINDS if kind.main_part.encode() in told]
    else:
        told_type = _start(archive, "mimetype").decode("ascii", "replace").strip() if "mimetype" in names else ""
        found = [kind for kind in KINDS if not kind.main_part and kind.media_type == told_type]
        manifest = "META-INF/manifest.xml"
        if found and manifest in names and b"encryption-data" in _start(archive, manifest):
            raise Protected
    if len(found) != 1:
        raise NotOffice
    return found[0]


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(MEGABYTE)
