"""The fonts that PDFs embed have the characters we print."""

from pathlib import Path

import pytest
from reportlab.pdfbase.ttfonts import TTFontFile

from portal.foundation.paths import data_dir

FONTS = data_dir("fonts")
TEXT = ("OpenSans-Regular.ttf", "OpenSans-Bold.ttf", "OpenSans-Italic.ttf", "OpenSans-BoldItalic.ttf")
NAMES = "José Núñez, Zoë Ångström, Łukasz Żółć, Çağrı Şahin, Nguyễn Thị Ước, Ștefan Țuțu, Jānis Bērziņš, Ødegård"
PUNCTUATION = "–—‘’“”„…•†©®™°½¼¾×÷±€£¥§¶·«»≤≥≠−∞"
OTHER_SCRIPTS = "Καλημέρα Привіт Ёлка"
SYMBOLS = "✓✔✗✘☐☑☒⚠★☆●○◆■□▲△▶▸►◀▼→←↑↓↔⇒①②③♥☎☺"


def missing(file: str, text: str) -> str:
    known = TTFontFile(str(FONTS / file)).charToGlyph
    return "".join(sorted({character for character in text if ord(character) not in known}))


@pytest.mark.parametrize("file", TEXT)
def test_text_font_has_accents_punctuation_and_other_scripts(file: str) -> None:
    assert missing(file, NAMES + PUNCTUATION + OTHER_SCRIPTS) == ""


def test_symbol_font_has_the_signs_that_the_text_fonts_lack() -> None:
    assert missing("DejaVuSans-Symbols.ttf", SYMBOLS) == ""


@pytest.mark.parametrize("file", [*TEXT, "DejaVuSans-Symbols.ttf"])
def test_font_stays_small_enough_to_ship(file: str) -> None:
    assert (FONTS / file).stat().st_size < 100_000


def test_fonts_carry_their_licenses() -> None:
    assert "Apache License" in Path(FONTS / "OpenSans.LICENSE").read_text("utf-8")
    assert "Bitstream Vera" in Path(FONTS / "DejaVuSans.LICENSE").read_text("utf-8")
