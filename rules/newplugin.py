"""Writes the beginnings of a plugin: a rule, its test, and what is needed to install it; the test passes at once."""

import re
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from string import Template

from rules.discovery import discover

NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
PYTHON = {
    "pyproject.txt": "pyproject.toml", "rule.txt": "{module}.py", "test_rule.txt": "tests/test_{module}.py",
    "conftest.txt": "conftest.py", "readme.txt": "README.md",
}  # fmt: skip
TOML = {"toml.txt": "{module}.toml", "test_toml.txt": "tests/test_{module}.py", "conftest.txt": "conftest.py",
        "readme_toml.txt": "README.md"}  # fmt: skip


class NotMade(ValueError):
    """Raised when nothing was written; says why in a sentence."""


def write_plugin(name: str, folder: Path, toml: bool = False) -> Iterator[str]:
    """Write a folder called `name` and yield what to tell about it. Raises NotMade before anything is written."""
    if not NAME.fullmatch(name) or len(name) > 40:
        raise NotMade(
            "A plugin's name has small letters, digits and hyphens, and begins with a letter, such as my-region."
        )
    module = name.replace("-", "_")
    if (
        module in sys.stdlib_module_names
        or module in {"rules", "plugins", "portal", "tests"} | discover().plugins.keys()
    ):
        raise NotMade(f"The name {name} is taken already.")
    target = folder / name
    if target.exists():
        raise NotMade(f"{name} is there already; nothing was written.")
    words = {"name": name, "module": module, "title": name.replace("-", " ").replace("_", " ").title()}
    for template, path in (TOML if toml else PYTHON).items():
        text = resources.files("rules").joinpath("new", template).read_text("utf-8")
        file = target / path.format(module=module)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(text).substitute(words), "utf-8")
    yield f"Written to {name}: {', '.join(path.format(module=module) for path in (TOML if toml else PYTHON).values())}"
    yield "Next:"
    yield f"  cd {name}"
    yield "  python -m pytest          runs its test"
    yield "  nqms-rules check .        looks for mistakes"
    yield "  nqms-rules try . --sample shows what differs from the national rules"
    yield "  nqms-rules report .       says whether it can be relied on"
