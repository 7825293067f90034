"""The badge of a recognition as SVG and PNG: our own art, the same bytes for the same facts, no script and no link inside."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import render_template

from portal.foundation.paths import PACKAGE
from portal.foundation.typed import only_printable
from rules.wording import say_date

from .publishing import PublicStatus

if TYPE_CHECKING:
    from PIL import ImageFont

WIDTH, HEIGHT = 340, 112
TEXT_LEFT, TEXT_WIDTH = 104, 196  # there is room to spare, since a browser may use a wider font
BRAND, OVER, INK, SOFT = "#0b5563", "#5b6672", "#1d2733", "#4f5b68"
DRAWN = 4  # times the size, then made smaller, so that edges are smooth
SCALES = (1, 2)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text on the badge."""

    text: str
    size: int
    y: int  # of its base line
    bold: bool
    color: str


def words_of(status: PublicStatus) -> str:
    """Say the badge in words, for those who do not see it."""
    return only_printable(_said(status))


def _said(status: PublicStatus) -> str:
    if not status.current:
        return f"{status.badge_text} of {status.partnership}: no longer current"
    until = f", held to {say_date(status.until)}" if status.until else ""
    return f"{status.program}: {status.badge_text} of {status.partnership}{until}"


def parts_of(status: PublicStatus) -> dict[str, Any]:
    """Return what the drawing is made of; pages draw it in themselves."""
    return {
        "lines": _lines(status), "words": words_of(status), "color": BRAND if status.current else OVER,
        "current": status.current, "width": WIDTH, "height": HEIGHT, "left": TEXT_LEFT,
    }  # fmt: skip


def svg(status: PublicStatus) -> str:
    """Return the badge as SVG."""
    return render_template("recognition/badge.svg", badge=parts_of(status))


def png(status: PublicStatus, scale: int) -> bytes:
    """Return the badge as PNG, one or two times its size."""
    from PIL import Image, ImageDraw  # large, and few requests draw

    unit = DRAWN * scale
    image = Image.new("RGBA", (WIDTH * unit, HEIGHT * unit), (255, 255, 255, 0))
    draw, color = ImageDraw.Draw(image), BRAND if status.current else OVER
    draw.rounded_rectangle(_times(unit, 1, 1, WIDTH - 1, HEIGHT - 1), 12 * unit, "#ffffff", color, width=2 * unit)
    draw.rounded_rectangle(_times(unit, 1, 1, 88, HEIGHT - 1), 12 * unit, fill=color)
    draw.rectangle(_times(unit, 70, 1, 88, HEIGHT - 1), fill=color)
    draw.ellipse(_times(unit, 18, 29, 72, 83), outline="#ffffff", width=4 * unit)
    mark = (31, 57, 41, 67, 59, 46) if status.current else (33, 56, 57, 56)
    draw.line(_times(unit, *mark), fill="#ffffff", width=6 * unit, joint="curve")
    for line in _lines(status):
        font = _font(line.bold, line.size * unit)
        draw.text((TEXT_LEFT * unit, line.y * unit), line.text, line.color, font, anchor="ls")
    small = image.resize((WIDTH * scale, HEIGHT * scale), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _times(unit: int, *numbers: int) -> list[float]:
    return [number * unit for number in numbers]


@lru_cache(maxsize=64)
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    name = "OpenSans-Bold.ttf" if bold else "OpenSans-Regular.ttf"
    return ImageFont.truetype(str(PACKAGE / "fonts" / name), size, layout_engine=ImageFont.Layout.BASIC)


def _lines(status: PublicStatus) -> tuple[Line, ...]:
    below = "No longer current" if not status.current else ""
    below = below or (f"Held to {say_date(status.until)}" if status.until else "Current")
    tier, size = _fitted(only_printable(status.badge_text), True, 21, 14, 2)
    place, small = _fitted(only_printable(status.partnership), False, 14, 11, 2)
    heights = [*[size + 4] * len(tier), *[small + 4] * len(place), 19]
    top, lines = (HEIGHT - sum(heights)) // 2, []
    parts = [*((text, size, True, INK) for text in tier), *((text, small, False, INK) for text in place)]
    for (text, points, bold, color), height in zip([*parts, (below, 13, True, SOFT)], heights, strict=True):
        top += height
        lines.append(Line(text, points, top - 5, bold, color))
    return tuple(lines)


def _fitted(text: str, bold: bool, most: int, least: int, rows: int) -> tuple[list[str], int]:
    """Break a text into at most so many rows, as large as it goes; what does not fit ends with an ellipsis."""
    for size in range(most, least - 1, -1):
        found = _broken(text, bold, size)
        if len(found) <= rows and all(_long(one, bold, size) <= TEXT_WIDTH for one in found):
            return found, size
    kept = _broken(text, bold, least)[:rows]
    last = kept[-1]
    while last and _long(f"{last}…", bold, least) > TEXT_WIDTH:
        last = last[:-1]
    return [*[_cut(one, bold, least) for one in kept[:-1]], f"{last.rstrip()}…"], least


def _cut(text: str, bold: bool, size: int) -> str:
    while _long(text, bold, size) > TEXT_WIDTH:
        text = text[:-1]
    return text


def _broken(text: str, bold: bool, size: int) -> list[str]:
    rows = [""]
    for word in text.split():
        longer = f"{rows[-1]} {word}".strip()
        if rows[-1] and _long(longer, bold, size) > TEXT_WIDTH:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows


def _long(text: str, bold: bool, size: int) -> float:
    return _font(bold, size).getlength(text)
