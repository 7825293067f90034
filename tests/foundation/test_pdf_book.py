"""The layout itself: what may be read while it works, and the lines every page carries."""

from __future__ import annotations

import io
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from xhtml2pdf.config.resources import RenderLimitError

from portal.foundation import pdf_book
from portal.foundation.paths import data_dir
from portal.foundation.pdf_book import Running, book

LINES = Running("Left", "Right", "Foot")
PAGE = """<html><head><style>@page { size: a4; margin: 3cm; } html { font-family: Body, Sym; } p { display: block; }
@font-face { font-family: Body; src: url(OpenSans-Regular.ttf); }
@font-face { font-family: Sym; src: url(DejaVuSans-Symbols.ttf); }</style></head><body><p>Text CONTENT</p></body></html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a font folder with a picture in it, and the same picture outside."""
    inside = tmp_path / "fonts"
    inside.mkdir()
    for name in ("OpenSans-Regular.ttf", "DejaVuSans-Symbols.ttf"):
        shutil.copy(data_dir("fonts") / name, inside)
    for place in (inside, tmp_path):
        Image.new("RGB", (8, 8), "teal").save(place / "picture.png")
    return inside


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """Serve at the address below for as long as a test runs; the list names every path asked for."""
    paths: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        paths.append(f"http://127.0.0.1:{server.server_port}")
        yield paths
        server.shutdown()


def pictures(content: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize(
    ("address", "shown"),
    [("picture.png", 1), ("../picture.png", 0), ("OUTSIDE/picture.png", 0), ("file://OUTSIDE/picture.png", 0)],
)
def test_picture_outside_the_folder_is_not_read(folder: Path, address: str, shown: int) -> None:
    image = f'<img src="{address.replace("OUTSIDE", str(folder.parent))}" width="20">'
    assert pictures(book(PAGE.replace("CONTENT", image), folder, LINES)[0]) == shown


def test_no_address_is_asked_for(folder: Path, asked: list[str]) -> None:
    [address] = asked
    wants = f'<img src="{address}/a.png"><link rel="stylesheet" href="{address}/b.css"><style>p {{ background-image: url({address}/c.png); }}</style>'
    assert book(PAGE.replace("CONTENT", wants), folder, LINES)[1] == 1
    assert asked == [address]


@pytest.mark.parametrize("html", ["<div>" * 300, "words " * 400_000], ids=["deep", "large"])
def test_endless_document_is_refused(folder: Path, html: str) -> None:
    with pytest.raises(RenderLimitError):
        book(PAGE.replace("CONTENT", html), folder, LINES)


def test_document_that_takes_too_long_is_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_book, "SECONDS", 0.2)
    with pytest.raises(RenderLimitError, match=r"0\.2"):
        book(PAGE.replace("CONTENT", "</p><p>".join(map(str, range(9000)))), folder, LINES)


def test_running_line_too_long_for_its_half_is_cut(folder: Path) -> None:
    content, _ = book(PAGE, folder, Running("Señales ✓ " * 20, "W" * 80, "Foot"))
    top = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert (top.count("…"), "✓" in top, "W" * 80 in top) == (2, True, False)
