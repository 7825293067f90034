"""Photos as they are stored: upright, smaller, and without a word of where and with what they were taken."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from portal.evidence.pictures import PictureRefused, draw_anew
from portal.foundation.storage import storage
from tests.evidence import papers
from tests.evidence.conftest import Place


def drawn(tmp_path: Path, data: bytes, media_type: str = "image/jpeg") -> bytes:
    (tmp_path / "before").write_bytes(data)
    draw_anew(tmp_path / "before", media_type, tmp_path / "after")
    return (tmp_path / "after").read_bytes()


def test_photo_loses_place_device_and_comment(tmp_path: Path) -> None:
    before = papers.photo()
    assert b"SecretPhoneMaker" in before
    assert b"secret comment" in before
    after = drawn(tmp_path, before + b"<script>hidden behind the picture</script>")
    with Image.open(io.BytesIO(after)) as picture:
        assert (picture.format, dict(picture.getexif()), picture.info.get("comment")) == ("JPEG", {}, None)
    assert b"Secret" not in after
    assert b"secret" not in after
    assert b"script" not in after


def test_photo_taken_on_its_side_is_stored_upright(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(drawn(tmp_path, papers.photo(640, 480, orientation=6)))) as picture:
        assert picture.size == (480, 640)
        top, bottom = picture.getpixel((240, 20)), picture.getpixel((240, 620))
    assert top[0] > top[2]  # the red half, which was on the left
    assert bottom[2] > bottom[0]


def test_large_photo_becomes_2400_long_and_a_small_one_stays(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(drawn(tmp_path, papers.photo(4000, 3000)))) as picture:
        assert picture.size == (2400, 1800)
    with Image.open(io.BytesIO(drawn(tmp_path, papers.photo(640, 480)))) as picture:
        assert picture.size == (640, 480)


@pytest.mark.parametrize(("mode", "stored"), [("RGBA", "RGBA"), ("P", "RGB"), ("L", "RGB"), ("1", "RGB")])
def test_png_of_every_mode_is_stored_as_png(tmp_path: Path, mode: str, stored: str) -> None:
    with Image.open(io.BytesIO(drawn(tmp_path, papers.png(mode=mode), "image/png"))) as picture:
        assert (picture.format, picture.mode, picture.info) == ("PNG", stored, {})


# A fork begins with what it holds at that moment as the most it ever had, so each picture is measured for itself.
MEASURE = """
import os, re, sys
from pathlib import Path
from portal.evidence.pictures import draw_anew
def most():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
for media_type in ("image/jpeg", "image/png"):
    if not os.fork():
        before, picture = most(), Path(sys.argv[1]) / media_type[6:]
        draw_anew(picture, media_type, picture.with_suffix(".after"))
        print(media_type, (most() - before) // 1024, flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.mark.walk
def test_largest_pictures_take_less_than_200_megabytes(tmp_path: Path) -> None:
    (tmp_path / "jpeg").write_bytes(papers.photo(9000, 8800))
    (tmp_path / "png").write_bytes(papers.png(4000, 3990))
    command = [sys.executable, "-c", MEASURE, tmp_path]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]).stdout
    taken = {media_type: int(megabytes) for media_type, megabytes in map(str.split, said.splitlines())}
    assert list(taken) == ["image/jpeg", "image/png"]
    assert [one for one in taken.values() if not 20 < one < 200] == []


def test_photo_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureRefused, match="damaged or not complete"):
        drawn(tmp_path, papers.photo(noise=True)[:-20_000])


def test_stored_photo_is_the_one_drawn_anew(place: Place) -> None:
    assert place.send(papers.photo(orientation=6), "IMG_1.jpg").status_code == 303
    piece = place.pieces()[0]
    data = b"".join(storage().open(piece.storage_key or ""))
    assert (piece.file_name, piece.media_type, piece.size) == ("IMG_1.jpg", "image/jpeg", len(data))
    assert b"Secret" not in data
