"""What judging an assessment gives: frozen values, each with the trace that explains it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rules.answers import Status
from rules.codec import canonical_json, read_json


def _say(sentence: object) -> None:
    if not isinstance(sentence, str) or not sentence.strip():
        raise ValueError("A result needs a sentence that says why.")


@dataclass(frozen=True, slots=True)
class Trace:
    """Say which rule of which plugin gave a result, from which practices or facts, and why in one sentence.

    `practices` names every answer the result rests on: deleting another answer cannot change it.
    `facts` names what it rests on besides, as fields of ProgramFacts or CycleFacts.
    """

    plugin: str
    version: str
    rule: str
    practices: tuple[str, ...]
    sentence: str
    facts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "practices", tuple(self.practices))
        object.__setattr__(self, "facts", tuple(self.facts))
        _say(self.sentence)


@dataclass(frozen=True, slots=True)
class PracticeResult:
    """Hold what one answer counts for: `status` is what was said, `counts_as` what it counts as; None while open."""

    code: str
    status: Status | None
    rating: int | None
    answered: bool
    safety_gap: bool
    counts_as: Status | None
    trace: Trace

    @property
    def applies(self) -> bool:
        """Tell whether the practice is among those that are counted."""
        return self.counts_as is not Status.NOT_APPLICABLE

    @property
    def in_practice(self) -> bool:
        """Tell whether the practice counts as in practice."""
        return self.counts_as is Status.IN_PRACTICE


@dataclass(frozen=True, slots=True)
class Share:
    """Count practices in practice among those that apply; `average_rating` is 1-5, rounded to 2 places."""

    key: str
    title: str
    in_practice: int
    applicable: int
    answered: int
    practices: int
    average_rating: float | None
    trace: Trace

    @property
    def share(self) -> float | None:
        """Give the share in practice, 0 to 1; None when nothing applies."""
        return self.in_practice / self.applicable if self.applicable else None

    @property
    def percent(self) -> int | None:
        """Round the share to whole percent; 100 only when all are in practice, 0 only when none is."""
        if not self.applicable:
            return None
        if self.in_practice in (0, self.applicable):
            return 100 if self.in_practice else 0
        return min(99, max(1, int(100 * self.in_practice / self.applicable + 0.5)))


@dataclass(frozen=True, slots=True)
class Finding:
    """State something a rule noticed. kind: safety_gap, safety_note or note."""

    rule: str
    kind: str
    practices: tuple[str, ...]
    sentence: str
    trace: Trace

    def __post_init__(self) -> None:
        object.__setattr__(self, "practices", tuple(self.practices))
        _say(self.sentence)
        if self.kind not in ("safety_gap", "safety_note", "note"):
            raise ValueError(f"A finding cannot be a “{self.kind}”.")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Count a practice as something else than was answered, by a rule of a plugin."""

    rule: str
    practice: str
    counts_as: Status
    sentence: str
    trace: Trace

    def __post_init__(self) -> None:
        _say(self.sentence)


@dataclass(frozen=True, slots=True)
class Undetermined:
    """Name a rule that could not judge, and what happened."""

    plugin: str
    version: str
    rule: str
    what: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Hold every number of one assessment with its reason."""

    edition: str
    catalogue_hash: str
    practices: tuple[PracticeResult, ...]
    sections: tuple[Share, ...]
    areas: tuple[Share, ...]
    core: Share
    enhancements: Share
    benchmarks: Share
    total: Share
    safety_gaps: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    undetermined: tuple[Undetermined, ...]
    adjustments: tuple[Adjustment, ...] = ()

    def to_json(self) -> str:
        """Write the scorecard; the same scorecard always gives the same bytes."""
        return canonical_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Scorecard":
        """Read a stored scorecard; raises MalformedRecord. Lists read the same ones again and again, so they are kept."""
        return _scorecard(text)


@lru_cache(maxsize=256)
def _scorecard(text: str) -> Scorecard:
    return read_json(Scorecard, text)


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """Hold one condition of a tier: met, not met, or undetermined (None)."""

    key: str
    title: str
    met: bool | None
    sentence: str
    practices: tuple[str, ...]
    trace: Trace

    def __post_init__(self) -> None:
        object.__setattr__(self, "practices", tuple(self.practices))
        _say(self.sentence)


@dataclass(frozen=True, slots=True)
class Tier:
    """Name a tier, its place among the tiers (higher is more), and the keys of its conditions.

    `months` is how long it is held, None for the policy's recognition_months; a provisional tier falls back to the tier
    `fallback` when it ends. `badge` is the short text on the badge.
    """

    key: str
    name: str
    rank: int
    conditions: tuple[str, ...]
    months: int | None = None
    provisional: bool = False
    fallback: str = ""
    badge: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "conditions", tuple(self.conditions))
        words = (self.key, self.name, *self.conditions)
        if not self.conditions or not all(isinstance(word, str) and word.strip() for word in words):
            raise ValueError("A tier needs a key, a name and the keys of its conditions.")
        if type(self.rank) is not int:
            raise ValueError("The rank of a tier is a whole number.")
        if self.months is not None and (type(self.months) is not int or not 0 < self.months <= 1200):
            raise ValueError(f"The months of the tier {self.key} must be a whole number from 1 to 1200.")
        if self.provisional and self.months is None:
            raise ValueError(f"The tier {self.key} is provisional, so it needs months.")
        if not isinstance(self.provisional, bool) or not isinstance(self.fallback, str) or len(str(self.badge)) > 40:
            raise ValueError(
                f"The tier {self.key}: provisional is true or false, fallback a key, badge up to 40 letters."
            )


@dataclass(frozen=True, slots=True)
class Benefit:
    """State what a tier brings: for its holders, from a partnership; `tier` is the key of a tier."""

    tier: str
    text: str

    def __post_init__(self) -> None:
        _say(self.text)


LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Resource:
    """Name a guide or template that helps with some practices; an address begins with https://.

    `publisher` made it, `about` says in a sentence what it is for, `audience` who uses it; `language` is a code like en or es.
    """

    title: str
    address: str
    practices: tuple[str, ...]
    publisher: str = ""
    about: str = ""
    language: str = "en"
    audience: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "practices", tuple(self.practices))
        _say(self.title)
        for name, most in (("publisher", 200), ("about", 500), ("audience", 200)):
            value = getattr(self, name)
            if not isinstance(value, str) or len(value) > most or "\x00" in value:
                raise ValueError(f"The resource “{self.title}”: its {name} can hold {most} characters.")
        if not isinstance(self.language, str) or not LANGUAGE.fullmatch(self.language):
            raise ValueError(
                f"The language of the resource “{self.title}” is a code of two or three letters, like en or es."
            )
        if not isinstance(self.address, str) or not self.address.startswith("https://") or len(self.address) > 500:
            raise ValueError(f"The address of the resource “{self.title}” must begin with https://.")


@dataclass(frozen=True, slots=True)
class TierResult:
    """Hold one tier with each of its conditions judged."""

    key: str
    name: str
    rank: int
    conditions: tuple[ConditionResult, ...]
    met: bool | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold what the rules decide. outcome: awarded, not_yet or undetermined."""

    outcome: str
    tier: TierResult | None
    tiers: tuple[TierResult, ...]
    sentence: str

    def to_json(self) -> str:
        """Write the decision; the same decision always gives the same bytes."""
        return canonical_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Decision":
        """Read a stored decision; raises MalformedRecord."""
        return read_json(cls, text)


@dataclass(frozen=True, slots=True)
class ProposedPriority:
    """Propose an aim for the plan, tied to the practices it improves."""

    rule: str
    title: str
    practices: tuple[str, ...]
    why: str
    safety: bool
    trace: Trace

    def __post_init__(self) -> None:
        object.__setattr__(self, "practices", tuple(self.practices))
        _say(self.why)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold one fact judged for eligibility."""

    rule: str
    met: bool | None
    sentence: str
    trace: Trace

    def __post_init__(self) -> None:
        _say(self.sentence)
