"""Photos are drawn anew: what a camera wrote into them (place, device, time) and whatever hides in them is gone."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from portal.foundation.errors import DomainError

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE = 2400  # a page of paper stays easy to read
MOST_PIXELS = {"image/jpeg": 80_000_000, "image/png": 16_000_000}  # a JPEG is read small, a PNG only as a whole
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}

_one_at_a_time = threading.Lock()  # a drawn picture takes up to 170 MB of memory


class PictureRefused(DomainError):
    """A picture that cannot be read, or would take too much memory."""


DAMAGED = "The selected image is damaged or not complete. Save it again and select the new file."
TOO_MANY_PIXELS = "The selected image has too many pixels. Make it smaller, or save it as PDF, and select that."


def measure(path: Path, media_type: str) -> tuple[int, int]:
    """Return width and height without reading the picture. Raises PictureRefused."""
    with _opened(path, media_type) as picture:
        return picture.size


def draw_anew(path: Path, media_type: str, target: Path) -> None:
    """Write the picture upright, without anything but its colours, no longer than it need be. Raises PictureRefused."""
    from PIL import Image, ImageOps  # large, and few requests bring a picture

    with _one_at_a_time, _opened(path, media_type) as picture:
        try:
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # lets the JPEG decoder skip what is not needed
            see_through = "transparency" in picture.info or "A" in picture.getbands()
            mode = "RGBA" if see_through and media_type == "image/png" else "RGB"
            small: Image.Image = picture if picture.mode in ("L", "RGB", "RGBA") else picture.convert(mode)
            small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # in place, before anything else makes a second large copy
            ImageOps.exif_transpose(small, in_place=True)
            clean = small.convert(mode)
            clean.info = {}  # comments, profiles and thumbnails would be written again
            if media_type == "image/jpeg":
                clean.save(target, "JPEG", quality=85, optimize=True)
            else:
                clean.save(target, "PNG", optimize=True)
        except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
            raise PictureRefused(DAMAGED) from error


def _opened(path: Path, media_type: str) -> Image.Image:
    from PIL import Image

    try:
        picture = Image.open(path, formats=[FORMATS[media_type]])
    except Image.DecompressionBombError as error:
        raise PictureRefused(TOO_MANY_PIXELS) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureRefused(DAMAGED) from error
    if picture.width * picture.height > MOST_PIXELS[media_type]:
        picture.close()
        raise PictureRefused(TOO_MANY_PIXELS)
    return picture
