"""What a partnership may set: names, gates, limits and the calendar, with the national values as defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from rules.answers import RATING_LABELS
from rules.facts import ProgramFacts

REVIEW_KINDS = ("onsite", "meeting", "desk")
AT_EXPIRY = ("lapse", "step_down")
READERS = ("partnership staff", "national evaluators")


class PolicyError(ValueError):
    """Raised when a policy value cannot be."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Name something that must be true before a program gets access; `signatories` is how many have to sign, 0 if none."""

    key: str
    title: str
    sentence: str
    signatories: int = 0

    def __post_init__(self) -> None:
        for name in ("key", "title", "sentence"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name).strip():
                raise PolicyError(f"The {name} of a gate must be a text.")
        if type(self.signatories) is not int or not 0 <= self.signatories <= 20:
            raise PolicyError(f"The signatories of the gate {self.key} must be a whole number from 0 to 20.")


GATES = {
    "approval": Gate("approval", "Approval", "The partnership has approved the program."),
    "needs_assessment": Gate("needs_assessment", "Needs assessment", "The initial needs assessment is done."),
    "mou": Gate("mou", "Memorandum of understanding",
                "All partners have signed the memorandum of understanding (MOU).", 2),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold one partnership's policy values; PolicyError names the first one that cannot be.

    Weeks, months and days are whole numbers; a pair is (least, most). Who sets nothing has the values below, which are
    those of the published process or, where it states none, ours.
    """

    # names and texts
    system_name: str = "NQMS"
    plan_name: str = "Improvement & Innovation Plan"
    statement_signers: str = "a key leader of the organization"
    # who may begin
    gates: tuple[Gate, ...] = ()
    minimum_age_months: int = 12
    youth_max_age: int = 18
    minimum_youth: int = 0
    full_cycle_required: bool = False
    staff_may_override: bool = True
    # answers
    asks_rating: bool = True
    rating_labels: tuple[str, ...] = tuple(RATING_LABELS.values())
    na_allowed: bool = True
    low_rating: int = 3
    # review
    review_kind: str = "onsite"
    review_title: str = "onsite review"
    reviewers_needed: int = 1
    visit_hours: tuple[int, int] = (2, 3)
    visit_materials: tuple[str, ...] = (
        "Program manual",
        "Brochures and other material about the program",
        "Planning documents",
        "Forms that mentors, young people and families fill in",
    )
    # calendar
    self_assessment_weeks: tuple[int, int] = (6, 8)
    contact_weeks: int = 2
    visit_weeks: tuple[int, int] = (4, 6)
    results_weeks: int = 2
    statement_weeks: int = 2
    statement_link_days: int = 60
    check_in_months: tuple[int, ...] = (3, 6, 9)
    check_in_edit_hours: int = 24
    mini_review_months: int = 12
    report_every_months: int | None = None
    # plan and Statement
    min_priorities: int = 3
    max_priorities: int = 5
    min_months: int = 6
    max_months: int = 24
    max_extra_months: int = 12
    sign_again_at_mini_review: bool = False
    # recognition and its end
    recognition_months: int = 36
    renewal_invitation_months: int = 6
    at_expiry: str = "lapse"
    loss_notice_days: int = 30
    appeal_days: int = 30
    # reminders
    reminder_days: int = 7
    # who sees what, and what has to be told
    readers: tuple[str, ...] = READERS
    min_cell_size: int = 10
    change_events: tuple[str, ...] = ("leadership", "model", "closing")

    def __post_init__(self) -> None:
        object.__setattr__(self, "gates", _gates(self.gates))
        for name in _TEXTS:
            if not isinstance(getattr(self, name), str) or not getattr(self, name).strip():
                raise PolicyError(f"The policy value {name} must be a text.")
        for name in _FLAGS:
            if not isinstance(getattr(self, name), bool):
                raise PolicyError(f"The policy value {name} must be true or false.")
        for name in _WHOLES:
            _whole(name, getattr(self, name), 0 if name in _FROM_ZERO else 1)
        for name in _RISING:
            object.__setattr__(self, name, _rising(name, getattr(self, name)))
        for name in _WORDS:
            object.__setattr__(self, name, _words(name, getattr(self, name)))
        if self.report_every_months is not None:
            _whole("report_every_months", self.report_every_months)
        self._together()

    def _together(self) -> None:
        for name, known in (("review_kind", REVIEW_KINDS), ("at_expiry", AT_EXPIRY)):
            if getattr(self, name) not in known:
                raise PolicyError(f"The policy value {name} must be one of: {', '.join(known)}.")
        if len(self.rating_labels) != len(RATING_LABELS):
            raise PolicyError(f"The policy value rating_labels must hold {len(RATING_LABELS)} texts, for 1 to 5.")
        if not set(self.readers) <= set(READERS):
            raise PolicyError(f"The policy value readers may hold: {', '.join(READERS)}.")
        if self.min_cell_size < 5:
            raise PolicyError("The policy value min_cell_size must not be below 5, or figures could name a program.")
        if self.low_rating >= len(RATING_LABELS):
            raise PolicyError("The policy value low_rating must leave at least one rating that is not low.")
        if self.min_priorities > self.max_priorities or self.min_months > self.max_months:
            raise PolicyError("The least of a plan must not be above the most.")
        if self.renewal_invitation_months >= self.recognition_months:
            raise PolicyError("The renewal invitation must come while the recognition lasts.")


_TEXTS = ("system_name", "plan_name", "statement_signers", "review_title")
_FLAGS = ("full_cycle_required", "staff_may_override", "asks_rating", "na_allowed", "sign_again_at_mini_review")
_RISING = ("self_assessment_weeks", "visit_weeks", "visit_hours", "check_in_months")
_WORDS = ("rating_labels", "readers", "change_events", "visit_materials")
_FROM_ZERO = (
    "minimum_age_months",
    "minimum_youth",
    "low_rating",
    "max_extra_months",
    "check_in_edit_hours",
    "loss_notice_days",
    "appeal_days",
    "reminder_days",
)
_WHOLES = tuple(
    f.name for f in fields(Policy)
    if f.name not in (*_TEXTS, *_FLAGS, *_RISING, *_WORDS, "review_kind", "at_expiry", "gates", "report_every_months")
)  # fmt: skip


def _whole(name: str, value: object, least: int = 1) -> None:
    if type(value) is not int or not least <= value <= 1200:
        raise PolicyError(f"The policy value {name} must be a whole number from {least} to 1200.")


def _rising(name: str, value: object) -> tuple[int, ...]:
    if not isinstance(value, (tuple, list)):
        raise PolicyError(f"The policy value {name} must be a list of whole numbers.")
    for number in value:
        _whole(name, number)
    if list(value) != sorted(set(value)) or (name != "check_in_months" and len(value) != 2):
        raise PolicyError(f"The policy value {name} must rise from the least to the most.")
    return tuple(value)


def _words(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, (tuple, list)) or not all(isinstance(word, str) and word.strip() for word in value):
        raise PolicyError(f"The policy value {name} must be a list of texts.")
    return tuple(value)


def _gates(value: object) -> tuple[Gate, ...]:
    """Read gates: a Gate, the key of a known one, or its parts; a key comes once."""
    if not isinstance(value, (tuple, list)):
        raise PolicyError("The policy value gates must be a list.")
    gates = tuple(_gate(one) for one in value)
    if len({gate.key for gate in gates}) < len(gates):
        raise PolicyError("The policy value gates names a gate twice.")
    return gates


def _gate(one: object) -> Gate:
    if isinstance(one, Gate):
        return one
    if isinstance(one, str) and one in GATES:
        return GATES[one]
    if isinstance(one, Mapping):
        known = GATES.get(str(one.get("key")))
        parts = {} if known is None else {f.name: getattr(known, f.name) for f in fields(Gate)}
        try:
            return Gate(**{**parts, **one})
        except TypeError:
            raise PolicyError("A gate has a key, a title, a sentence and, if it is signed, signatories.") from None
    raise PolicyError(f"The policy value gates may hold {', '.join(GATES)}, or gates of your own with all their parts.")


def closed_gates(policy: Policy, facts: ProgramFacts) -> tuple[Gate, ...]:
    """List what must be true before a program gets access and is not yet."""
    return tuple(gate for gate in policy.gates if gate.key not in facts.gates_passed)
