"""What a file is, told by its content alone; and everything that is not taken, with the sentence people read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from portal.evidence import kinds, office
from portal.evidence.kinds import JPEG, OFFICE, PDF, PNG, PROTECTED, WRONG_KIND, FileRefused, look, shown_name
from tests.evidence import papers

DOCX = OFFICE["application/vnd.openxmlformats-officedocument.wordprocessingml.document"]
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def sort(tmp_path: Path):
    def run(data: bytes) -> kinds.FileKind:
        path = tmp_path / "anything"
        path.write_bytes(data)
        return look(path)

    return run


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (papers.pdf(), "PDF"),
        (papers.office(), "Word document"),
        (papers.office(papers.OOXML + "spreadsheetml.sheet.main+xml"), "Excel workbook"),
        (papers.office(papers.OOXML + "presentationml.presentation.main+xml"), "PowerPoint slides"),
        (papers.opendocument(), "OpenDocument text"),
        (papers.opendocument("spreadsheet"), "OpenDocument spreadsheet"),
        (papers.photo(), "JPEG image"),
        (papers.png(), "PNG image"),
    ],
)
def test_file_is_known_by_its_content(sort, data: bytes, words: str) -> None:
    assert sort(data).words == words


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<!doctype html><script>alert(1)</script>", WRONG_KIND),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", WRONG_KIND),
        (b"MZ" + bytes(200), WRONG_KIND),
        (b"only words", WRONG_KIND),
        (b"#!/bin/sh\nrm -rf .", WRONG_KIND),
        (b"\0\0\0\x20ftypheic" + bytes(40), kinds.ADVICE["image/heic"]),
        (b"GIF89a" + bytes(40), kinds.ADVICE["image/gif"]),
        (OLE + bytes(600), kinds.ADVICE["application/msword"]),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), PROTECTED),
        (papers.pdf(password="geheim"), PROTECTED),
        (papers.pdf()[:-40], "The selected PDF is not complete. Save it again and select the new file."),
        (b"junk" + papers.pdf(), WRONG_KIND),
        (papers.archive({"a.txt": "a"}), WRONG_KIND),
        (papers.office(MACRO), office.WITH_MACROS),
        (papers.office(**{"word/vbaProject.bin": b"code"}), office.WITH_MACROS),
        (papers.opendocument(**{"Basic/Standard/Module1.xml": "code"}), office.WITH_MACROS),
        (papers.opendocument(**{"META-INF/manifest.xml": "<manifest:encryption-data/>"}), PROTECTED),
        (papers.office()[:-30], office.DAMAGED),
        (b"PK\x03\x04" + bytes(100), office.DAMAGED),
        (papers.photo()[:300], "The selected image is damaged or not complete. Save it again and select the new file."),
    ],
)
def test_file_is_refused_in_words(sort, data: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused) as refused:
        sort(data)
    assert refused.value.sentence == sentence


def test_pdf_with_an_archive_behind_it_is_refused(sort) -> None:
    with pytest.raises(FileRefused, match="another file hidden behind it"):
        sort(papers.pdf() + papers.archive({"evil.html": "<script>"}))


def test_document_that_would_unpack_to_110_megabytes_is_refused_before_unpacking(sort) -> None:
    data = papers.bomb(110)
    assert len(data) < 500_000
    half = len(data) // 2
    torn = data[:half] + bytes(64) + data[half + 64 :]  # unpacking this would find it damaged
    with pytest.raises(FileRefused) as refused:
        sort(torn)
    assert refused.value.sentence == office.TOO_BIG_INSIDE


def test_document_packed_too_tightly_and_one_of_too_many_parts_are_refused(sort) -> None:
    for data in (
        papers.bomb(40),
        papers.office(**{f"word/{number}.xml": "" for number in range(office.MOST_PARTS)}),
    ):
        with pytest.raises(FileRefused) as refused:
            sort(data)
        assert refused.value.sentence == office.TOO_BIG_INSIDE


def test_document_whose_part_lies_about_its_size_is_refused(sort) -> None:
    with pytest.raises(FileRefused) as refused:
        sort(papers.bomb_that_lies())
    assert refused.value.sentence == office.DAMAGED


def test_document_with_a_password_on_its_parts_is_refused(sort) -> None:
    data = bytearray(papers.office())
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        for part in made.infolist():
            data[part.header_offset + 6] |= 1
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    with pytest.raises(FileRefused) as refused:
        sort(bytes(data))
    assert refused.value.sentence == PROTECTED


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (4_001, 4_000), (2**31 - 1, 1)])
def test_image_that_claims_too_many_pixels_is_refused_before_reading(sort, width: int, height: int) -> None:
    with pytest.raises(FileRefused, match="too many pixels"):
        sort(papers.png_that_claims(width, height))


@pytest.mark.parametrize(
    ("given", "kind", "shown"),
    [
        ("política de niños.pdf", PDF, "política de niños.pdf"),
        ("报告.PDF", PDF, "报告.PDF"),
        ("سياسة.docx", DOCX, "سياسة.docx"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\Users\\Ana\\plan.pdf", PDF, "plan.pdf"),
        ("a\r\nSet-Cookie: x.pdf", PDF, "aSet-Cookie: x.pdf"),
        ("a\0b.pdf", PDF, "ab.pdf"),
        ("exe.\u202efdp.exe", PDF, "exe.fdp.exe.pdf"),
        ("photo.exe", PNG, "photo.exe.png"),
        ("IMG_1.JPEG", JPEG, "IMG_1.JPEG"),
        ("", PDF, "file.pdf"),
        (".pdf", PDF, "file.pdf"),
        ('say "hi".pdf', PDF, 'say "hi".pdf'),
        ("say %22hi%22%0D%0A100%25.pdf", PDF, 'say "hi"100%25.pdf'),
        ("x" * 300 + ".pdf", PDF, "x" * 196 + ".pdf"),
    ],
)
def test_shown_name_is_kept_as_typed_less_what_could_deceive(given: str, kind: kinds.FileKind, shown: str) -> None:
    assert shown_name(given, kind) == shown
