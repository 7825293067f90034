"""Makes the files that people, and other people, send: documents, photos, archives that are something else."""

from __future__ import annotations

import io
import random
import struct
import zipfile

from PIL import Image
from pypdf import PdfWriter

OOXML = "application/vnd.openxmlformats-officedocument."
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(text: str = "Handbook", password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.add_metadata({"/Title": text})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive(parts: dict[str, bytes | str], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def content_types(main: str) -> str:
    return f'<?xml version="1.0"?><Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'


def office(main: str = OOXML + "wordprocessingml.document.main+xml", **more: bytes | str) -> bytes:
    return archive({"[Content_Types].xml": content_types(main), "word/document.xml": "<w:document/>" * 20} | more)


def opendocument(kind: str = "text", **more: bytes | str) -> bytes:
    return archive(
        {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<office:document-content/>"} | more
    )


def photo(width: int = 640, height: int = 480, orientation: int = 1, noise: bool = False, quality: int = 90) -> bytes:
    """Return a JPEG as a phone makes it: left half red, right half blue, with orientation, place and a comment."""
    picture = Image.new("RGB", (width, height), (200, 30, 30))
    picture.paste((30, 30, 200), (width // 2, 0, width, height))
    if noise:
        grain = Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))  # noqa: S311 (grain)
        picture = Image.blend(picture, grain, 0.5)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "SecretPhoneMaker"
    exif.get_ifd(0x8825)[2] = (44.0, 58.0, 40.0)  # latitude
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"secret comment", quality=quality)
    return out.getvalue()


def png(width: int = 40, height: int = 30, mode: str = "RGBA") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), 0).save(out, "PNG", compress_level=1)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """Return a small PNG whose head claims a size it does not have, as decompression bombs do."""
    import zlib

    real = png(2, 2)
    head = struct.pack(">II", width, height) + real[24:29]
    checksum = struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return real[:16] + head + checksum + real[33:]


def bomb(megabytes: int) -> bytes:
    """Return a document of a few hundred kilobytes that would unpack to very much more."""
    return office(**{"word/media/image1.xml": b"0" * (megabytes * 1024 * 1024)})


def bomb_that_lies() -> bytes:
    """Return a document one of whose parts says it is small and is not."""
    made = bytearray(office(**{"word/big.xml": b"0" * (3 * 1024 * 1024)}))
    true_size, small = struct.pack("<I", 3 * 1024 * 1024), struct.pack("<I", 100)
    return bytes(made.replace(true_size, small))
