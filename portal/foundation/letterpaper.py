"""What stands around a letter's text, and the same letter as simple HTML; everything in it is escaped."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from .languages import translated

ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def greeting(name: str, language: str) -> str:
    """Return the first line; without a name for people we do not know yet."""
    line = translated("Hello {name}," if name else "Hello,", language)
    return line.format(name=name)


def stop_line(link: str, language: str) -> str:
    """Return the last lines of a reminder: how to get no more of them."""
    return f"{translated('You would rather get no reminders? Stop them here:', language)}\n{link}"


def on_paper(name: str, body: str, language: str, stop_link: str = "") -> str:
    """Return the whole plain text of a letter."""
    end = f"\n\n-- \n{stop_line(stop_link, language)}" if stop_link else ""
    return f"{greeting(name, language)}\n\n{body}{end}\n"


def page(subject: str, text: str, language: str, base_url: str) -> str:
    """Return the letter as a whole HTML page without any style, picture or script."""
    return Markup(
        '<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{subject}</title></head>\n'
        "<body>\n{body}\n</body>\n</html>\n"
    ).format(language=language, subject=subject, body=as_html(text, base_url))


def as_html(text: str, base_url: str) -> Markup:
    """Return plain text as paragraphs, lists, headings (a line over dashes) and links to this portal alone."""
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    return Markup("\n").join(_block(block.split("\n"), base_url) for block in blocks if block.strip())


def _block(lines: list[str], base_url: str) -> Markup:
    parts: list[Markup] = []
    while lines:
        if len(lines) > 1 and re.fullmatch(r"-{3,}", lines[1].strip()):
            parts.append(Markup("<h2>{}</h2>").format(lines[0]))
            lines = lines[2:]
            continue
        if lines[0] == "-- ":
            parts.append(Markup("<hr>"))
            lines = lines[1:]
            continue
        listed = lines[0].startswith("- ")
        end = next((at for at, line in enumerate(lines) if line.startswith("- ") != listed), len(lines))
        if listed:
            items = Markup("\n").join(Markup("<li>{}</li>").format(_linked(one[2:], base_url)) for one in lines[:end])
            parts.append(Markup("<ul>\n{}\n</ul>").format(items))
        else:
            shown = Markup("<br>\n").join(_linked(one, base_url) for one in lines[:end])
            parts.append(Markup("<p>{}</p>").format(shown))
        lines = lines[end:]
    return Markup("\n").join(parts)


def _linked(line: str, base_url: str) -> Markup:
    """Show addresses of this portal as links; any other address stays plain text."""
    parts, end = [], 0
    for match in ADDRESS.finditer(line):
        address = match.group().rstrip(".,;:!?)")
        parts.append(escape(line[end : match.start()]))
        ours = address == base_url or address.startswith(base_url + "/")
        parts.append(Markup('<a href="{0}">{0}</a>').format(address) if ours else escape(address))
        end = match.start() + len(address)
    parts.append(escape(line[end:]))
    return Markup("").join(parts)
