"""What must hold for every file: the agreed top level, safe templates, no machine's traces."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "migrations", "plugins", "portal",
    "pyproject.toml", "requirements-dev.lock", "requirements.lock", "rules", "templates", "tests", "wsgi.py",
}  # fmt: skip
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "documents" not in path.relative_to(ROOT).parts]

# Written in pieces, so that this file does not find itself.
TRACES = re.compile(
    "|".join(
        ["/" + folder + "/" for folder in ("work", "farm", "root", "home")]
        + ["/t" + r"mp/(?!\S*\{)", "pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)"]
        + ["deb\\." + "debian", "--(extra-)?" + "index-url"]
    )
)
UNFINISHED = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + r"X)\b|NotImplemented" + "Error")

FORBIDDEN_IN_PAGES = {
    "an inline style": r"\sstyle\s*=",
    "an inline handler": r"\son[a-z]+\s*=\s*[\"']",
    "hx-on": r"\bhx-on\b",
    "a value computed by script": r"[\"']\s*(js|javascript):",
    "a trigger with a filter": r"hx-trigger\s*=\s*([\"'])[^\"']*\[",
    "an unescaped value": r"\|\s*safe\b",
    "escaping switched off": r"autoescape\s+false",
    "a style block": r"<style\b",
    "a script without a file": r"<script(?![^>]*\bsrc=)[^>]*>",
    "a file from elsewhere": r"<(script|img|link|iframe)[^>]*\s(src|href)\s*=\s*[\"'](https?:)?//",
}


def tracked_files() -> list[Path]:
    """Return every file that is or would be in the repository, relative to its top."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files belong to the project is not known")
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "-c", "core.quotePath=off", "ls-files", "-co", "--exclude-standard", "-z"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [Path(name) for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def matches(pattern: re.Pattern[str]) -> list[str]:
    """Return "file:line: words" for each match in the project's own text files."""
    found = []
    for path in tracked_files():
        if "vendor" in path.parts or path.suffix in {".ttf", ".png", ".LICENSE"}:
            continue
        for number, line in enumerate((ROOT / path).read_text("utf-8").splitlines(), start=1):
            found += [f"{path}:{number}: {match[0]}" for match in pattern.finditer(line)]
    return found


def test_top_level_is_as_agreed() -> None:
    assert {path.parts[0] for path in tracked_files()} - TOP_LEVEL == set()


def test_no_file_names_a_machine_or_a_package_host() -> None:
    assert matches(TRACES) == []


def test_no_file_is_left_unfinished() -> None:
    assert matches(UNFINISHED) == []


@pytest.mark.parametrize("reason", FORBIDDEN_IN_PAGES)
def test_no_page_template_has(reason: str) -> None:
    pattern = re.compile(FORBIDDEN_IN_PAGES[reason], re.IGNORECASE)
    found = []
    for path in TEMPLATES if reason == "an inline style" else PAGES:
        text = path.read_text("utf-8")
        lines = [text.count("\n", 0, match.start()) + 1 for match in pattern.finditer(text)]
        found += [f"{path.relative_to(ROOT)}:{line}" for line in lines]
    assert found == []


def test_the_template_rules_catch_what_they_forbid() -> None:
    bad = {
        "an inline style": '<p style="color:red">',
        "an inline handler": '<p onclick="go()">',
        "hx-on": '<p hx-on:click="go()">',
        "a value computed by script": "<p hx-vals='js:{a: b}'>",
        "a trigger with a filter": '<p hx-trigger="click[ctrlKey]">',
        "an unescaped value": "{{ text | safe }}",
        "escaping switched off": "{% autoescape false %}",
        "a style block": "<style>p {}</style>",
        "a script without a file": "<script>go()</script>",
        "a file from elsewhere": '<img alt="" src="https://example.org/a.png">',
    }
    assert {reason for reason, text in bad.items() if re.search(FORBIDDEN_IN_PAGES[reason], text)} == set(bad)


def test_every_form_works_without_scripts() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {form}"
        for path in TEMPLATES
        for form in re.findall(r"<form\b(?:\{\{.*?\}\}|\{%.*?%\}|[^>])*>", path.read_text("utf-8"), re.DOTALL)
        if "method=" not in form or "action=" not in form
    ]
    assert found == []


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8")))


def test_locks_agree_on_every_version() -> None:
    assert pins("requirements.lock").items() - pins("requirements-dev.lock").items() == set()


def test_locks_hold_hashes_and_nothing_else() -> None:
    allowed = re.compile(r"(#.*|[\w.-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?)")
    lines = [
        line
        for name in ("requirements.lock", "requirements-dev.lock")
        for line in (ROOT / name).read_text().splitlines()
    ]
    assert [line for line in lines if not allowed.fullmatch(line)] == []


def test_every_direct_requirement_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[\[<>=]", requirement)[0] for requirement in project["dependencies"]}
    assert names - set(pins("requirements.lock")) == set()


def imported_by(folder: str) -> set[str]:
    """Return the top names of everything the folder's modules import, less the standard library."""
    names = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(str(node.module).partition(".")[0])
    return names - sys.stdlib_module_names


@pytest.mark.parametrize(
    ("folder", "allowed"), [("rules", {"rules", "pluggy", "pytest"}), ("plugins", {"rules", "plugins"})]
)
def test_core_imports_nothing_beyond(folder: str, allowed: set[str]) -> None:
    assert imported_by(folder) - allowed == set()
