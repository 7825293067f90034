"""What one practice is: its words, whom it concerns, whether it guards safety, and when it does not apply."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class PracticeKind(StrEnum):
    """Tell the practices expected of every program from the optional ones."""

    CORE = "core"
    ENHANCEMENT = "enhancement"


class Safety(StrEnum):
    """Say how closely a practice guards the safety of young people."""

    CRITICAL = "critical"
    RELATED = "related"
    NONE = "none"


class PracticeError(ValueError):
    """Raised when a practice lacks what people read, or holds a value of the wrong kind."""


CONCERNS = ("mentor", "mentee", "parent or guardian", "responsible adult", "staff")


@dataclass(frozen=True, slots=True)
class SubItem:
    """Name one part of a practice that a program ticks off by itself."""

    letter: str
    text: str
    safety_critical: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """State the least amount that counts, for example 2 hours of training before the match."""

    name: str
    at_least: float
    unit: str


@dataclass(frozen=True, slots=True)
class NaRule:
    """Say which programs may answer "not applicable", and when, in one sentence.

    No tags and `allowed` means any program may; otherwise the program needs one of the tags.
    """

    allowed: bool
    tags: frozenset[str] = frozenset()
    when: str = ""

    def allows(self, facts_tags: Iterable[str]) -> bool:
        """Tell whether a program with these tags may say the practice does not apply."""
        return self.allowed and (not self.tags or not self.tags.isdisjoint(facts_tags))


@dataclass(frozen=True, slots=True)
class Practice:
    """Hold one practice of an edition; PracticeError when a text that people read is empty."""

    code: str
    area: str
    section: str
    number: int
    kind: PracticeKind
    title: str
    question: str
    statement: str
    help: str
    concerns: tuple[str, ...]
    safety: Safety
    na: NaRule
    sub_items: tuple[SubItem, ...] = ()
    own_minimum: str = ""
    evidence: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    rated: bool = True  # whether a practice that is in practice also gets a rating from 1 to 5
    needs_notes: bool = False  # whether an answer is complete only with notes
    tags: tuple[str, ...] = ()  # words that a partnership's rules may sort practices by
    added_by: str = ""  # the plugin that added or changed it; empty for the edition's own

    def __post_init__(self) -> None:
        for name in ("code", "title", "question", "statement", "help"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                raise PracticeError(f"{name} of a practice must be a text")
        if not isinstance(self.na, NaRule) or not isinstance(self.own_minimum, str):
            raise PracticeError(f"{self.code}: na must be an NaRule and own_minimum a text")
        if not isinstance(self.rated, bool) or not isinstance(self.needs_notes, bool):
            raise PracticeError(f"{self.code}: rated and needs_notes must be True or False")
        for name, kind in (
            ("evidence", str),
            ("sub_items", SubItem),
            ("thresholds", Threshold),
            ("concerns", str),
            ("tags", str),
        ):
            items = getattr(self, name)
            if not isinstance(items, tuple) or not all(isinstance(item, kind) for item in items):
                raise PracticeError(f"{self.code}: {name} must be a tuple of {kind.__name__}")

    @property
    def is_core(self) -> bool:
        """Tell whether the practice is expected of every program."""
        return self.kind is PracticeKind.CORE

    @property
    def is_critical(self) -> bool:
        """Tell whether a gap in this practice is a safety gap."""
        return self.safety is Safety.CRITICAL

    @property
    def is_benchmark(self) -> bool:
        """Tell whether the code is one of the published benchmarks, B.s.n."""
        return self.code.startswith("B.")


@dataclass(frozen=True, slots=True)
class Section:
    """Hold the practices that are answered on one page."""

    key: str
    area: str
    title: str
    aim: str
    practices: tuple[Practice, ...]
