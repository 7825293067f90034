"""What judging an assessment gives: frozen values, each with the trace that explains it."""

from dataclasses import dataclass

from rules.answers import Status
from rules.codec import canonical_json, read_json


def _say(sentence: object) -> None:
    if not isinstance(sentence, str) or not sentence.strip():
        raise ValueError("A result needs a sentence that says why.")


@dataclass(frozen=True, slots=True)
class Trace:
    """Say which rule of which plugin gave a result, from which practices, and why in one sentence."""

    plugin: str
    version: str
    rule: str
    practices: tuple[str, ...]
    sentence: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "practices", tuple(self.practices))
        _say(self.sentence)


@dataclass(frozen=True, slots=True)
class PracticeResult:
    """Hold what one answer counts for."""

    code: str
    status: Status | None
    rating: int | None
    applies: bool
    answered: bool
    safety_gap: bool
    trace: Trace


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

    def to_json(self) -> str:
        """Write the scorecard; the same scorecard always gives the same bytes."""
        return canonical_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Scorecard":
        """Read a stored scorecard; raises MalformedRecord."""
        return read_json(cls, text)


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
    """Name a tier, its place among the tiers (higher is more), and the keys of its conditions."""

    key: str
    name: str
    rank: int
    conditions: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "conditions", tuple(self.conditions))
        words = (self.key, self.name, *self.conditions)
        if not self.conditions or not all(isinstance(word, str) and word.strip() for word in words):
            raise ValueError("A tier needs a key, a name and the keys of its conditions.")
        if type(self.rank) is not int:
            raise ValueError("The rank of a tier is a whole number.")


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
