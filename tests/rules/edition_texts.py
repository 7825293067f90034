"""The words of an edition, read straight from its files, without the loader that the tests are about."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EDITIONS = Path(__file__).parents[2] / "rules" / "editions"


@dataclass(frozen=True)
class Texts:
    name: str
    main: dict[str, Any]
    sections: list[dict[str, Any]]

    @property
    def practices(self) -> list[dict[str, Any]]:
        return [practice for section in self.sections for practice in section["practice"]]

    @property
    def by_code(self) -> dict[str, dict[str, Any]]:
        return {practice["code"]: practice for practice in self.practices}

    @property
    def layout(self) -> list[tuple[str, tuple[str, str]]]:
        """Give key, area and codes of each section, in order."""
        return [(s["key"], (s["area"], " ".join(p["code"] for p in s["practice"]))) for s in self.sections]

    def having(self, safety: str) -> list[str]:
        return [p["code"] for p in self.practices if p["safety"] == safety]

    @property
    def not_applicable(self) -> dict[str, list[str]]:
        """Give the codes that may be answered "not applicable", with the tags a program needs."""
        return {p["code"]: sorted(p["na"].get("tags", [])) for p in self.practices if p["na"]["allowed"]}

    @property
    def sub_items(self) -> dict[str, str]:
        return {p["code"]: "".join(i["letter"] for i in p["sub_items"]) for p in self.practices if "sub_items" in p}

    @property
    def critical_sub_items(self) -> dict[str, str]:
        found = {
            p["code"]: "".join(i["letter"] for i in p.get("sub_items", []) if i["safety_critical"])
            for p in self.practices
        }
        return {code: letters for code, letters in found.items() if letters}

    @property
    def thresholds(self) -> dict[str, list[tuple[float, str]]]:
        return {
            p["code"]: [(t["at_least"], t["unit"]) for t in p["thresholds"]]
            for p in self.practices
            if "thresholds" in p
        }

    @property
    def own_minimums(self) -> list[str]:
        return [p["code"] for p in self.practices if "own_minimum" in p]


def read_texts(name: str) -> Texts:
    """Read edition.toml and the files it lists."""

    def read(file: str) -> dict[str, Any]:
        return tomllib.loads((EDITIONS / name / file).read_text(encoding="utf-8"))

    main = read("edition.toml")
    return Texts(name, main, [section for file in main["files"] for section in read(file)["section"]])


def together(practice: dict[str, Any]) -> str:
    return f"{practice['question']} {practice['statement']} {practice['help']}"


def read_by_people(practice: dict[str, Any]) -> list[str]:
    items = [item["text"] for item in practice.get("sub_items", [])]
    optional = [practice.get("own_minimum", ""), practice["na"].get("when", "")]
    fixed = [practice[name] for name in ("title", "question", "statement", "help")]
    return fixed + items + practice["evidence"] + [text for text in optional if text]
