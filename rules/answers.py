"""Turn what a person typed about one practice into an answer, or into all the reasons why not, at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from rules.practice import Practice

MAX_TEXT = 10_000  # characters in one text field

RATING_LABELS: Mapping[int, str] = MappingProxyType({
    1: "planned or just begun",
    2: "partly done",
    3: "mostly done",
    4: "done consistently",
    5: "done consistently, documented and reviewed",
})  # fmt: skip


class Status(StrEnum):
    """Say whether a program does what a practice describes."""

    IN_PRACTICE = "in_practice"
    NOT_IN_PRACTICE = "not_in_practice"
    NOT_APPLICABLE = "not_applicable"


STATUS_OF = {one.value: one for one in Status}  # quicker than asking the enum, a hundred times a page


@dataclass(frozen=True, slots=True)
class Problem:
    """Say in one sentence what is wrong with one field."""

    field: str
    sentence: str


class AnswerRefused(ValueError):
    """Raised with every problem of one answer."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what a program said about one practice, however incomplete."""

    code: str
    status: Status | None = None
    rating: int | None = None
    na_reason: str = ""
    notes: str = ""
    sub_items: tuple[str, ...] = ()
    own_minimum: str = ""

    def __post_init__(self) -> None:
        if self.rating is not None and (type(self.rating) is not int or not 1 <= self.rating <= 5):
            raise ValueError(f"{self.code}: a rating is a whole number from 1 to 5, not {self.rating!r}.")

    def as_dict(self) -> dict[str, Any]:
        """Give the answer as plain values that fit into JSON."""
        return {
            "code": self.code, "status": None if self.status is None else self.status.value, "rating": self.rating,
            "na_reason": self.na_reason, "notes": self.notes, "sub_items": list(self.sub_items),
            "own_minimum": self.own_minimum,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Answer":
        """Build an answer from what `as_dict` gave."""
        status = plain.get("status")
        return cls(**{
            **plain,
            "status": None if status is None else STATUS_OF.get(status) or Status(status),
            "sub_items": tuple(plain.get("sub_items", ())),
        })  # fmt: skip

    @property
    def blank(self) -> bool:
        """Tell whether nothing at all has been said."""
        return self == Answer(self.code)


def parse_answer(practice: Practice, tags: Iterable[str], raw: Mapping[str, object]) -> Answer:
    """Read an answer from raw values; a draft may lack parts. Raises AnswerRefused with all problems.

    Keys: status, rating, na_reason, notes, sub_items (a list of letters), own_minimum; absent ones are empty.
    A rating is kept only for a practice that is in practice; texts are always kept.
    """
    problems: list[Problem] = []
    status = _status(practice, tags, raw.get("status"), problems)
    rating = _rating(raw.get("rating"), problems)
    texts = {name: _text(name, raw.get(name), problems) for name in ("na_reason", "notes", "own_minimum")}
    letters = _letters(practice, raw.get("sub_items"), problems)
    if problems:
        raise AnswerRefused(*problems)
    rating = rating if status is Status.IN_PRACTICE else None
    return Answer(practice.code, status, rating, sub_items=letters, **texts)


_NO_STATUS = (Problem("status", "Say whether this is in practice."),)
_NO_RATING = (Problem("rating", "Choose a rating from 1 to 5."),)
_NO_REASON = (Problem("na_reason", "Say why this does not apply to your program."),)
_NO_NOTES = (Problem("notes", "Add a note: your partnership asks for one here."),)


def missing(practice: Practice, answer: Answer | None) -> tuple[Problem, ...]:
    """Say what an answer still lacks before the assessment can be sent in; empty when it is complete."""
    if answer is None or answer.status is None:
        return _NO_STATUS
    if answer.status is Status.IN_PRACTICE and answer.rating is None and practice.rated:
        return _NO_RATING
    if answer.status is Status.NOT_APPLICABLE and not answer.na_reason.strip():
        return _NO_REASON
    if practice.needs_notes and not answer.notes.strip():
        return _NO_NOTES
    return ()


def _status(practice: Practice, tags: Iterable[str], raw: object, problems: list[Problem]) -> Status | None:
    if raw is None or raw == "":
        return None
    try:
        status = Status(raw)  # type: ignore[arg-type]
    except ValueError:
        problems.append(Problem("status", "Choose one of: in practice, not in practice, not applicable."))
        return None
    if status is Status.NOT_APPLICABLE and not practice.na.allows(tags):
        problems.append(Problem("status", na_refusal(practice)))
    return status


def na_refusal(practice: Practice) -> str:
    """Say why "not applicable" cannot be chosen for a practice."""
    if not practice.na.allowed:
        return "This practice applies to every program, so “not applicable” cannot be chosen."
    when = f" {practice.na.when}" if practice.na.when else ""
    return f"This practice applies to your kind of program, so “not applicable” cannot be chosen.{when}"


def _rating(raw: object, problems: list[Problem]) -> int | None:
    if raw is None or raw == "":
        return None
    text = raw.strip() if isinstance(raw, str) else raw
    if isinstance(text, str) and len(text) == 1 and text in "12345":
        return int(text)
    if type(text) is int and 1 <= text <= 5:
        return text
    problems.append(Problem("rating", "Choose a whole number from 1 to 5 as the rating."))
    return None


_NAMES = {"na_reason": "reason", "notes": "notes", "own_minimum": "own minimum"}


def _text(name: str, raw: object, problems: list[Problem]) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        problems.append(Problem(name, f"The {_NAMES[name]} must be text."))
        return ""
    text = raw.replace("\r\n", "\n").replace("\r", "\n")  # browsers send CRLF; one form keeps hashes equal
    if len(text) > MAX_TEXT:
        problems.append(Problem(
            name, f"The {_NAMES[name]} can hold {MAX_TEXT:,} characters; this text has {len(text):,}."))  # fmt: skip
    elif "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        problems.append(Problem(name, f"The {_NAMES[name]} contains a character that cannot be stored."))
    return text


def _letters(practice: Practice, raw: object, problems: list[Problem]) -> tuple[str, ...]:
    if raw is None or raw == "":
        return ()
    if not isinstance(raw, (list, tuple, set, frozenset)):
        problems.append(Problem("sub_items", "Tick the parts as a list of letters."))
        return ()
    known = [item.letter for item in practice.sub_items]
    unknown = sorted({str(letter)[:20] for letter in raw if letter not in known})
    if unknown:
        problems.append(Problem("sub_items", f"{practice.code} has no part “{'”, “'.join(unknown)}”."))
    return tuple(letter for letter in known if letter in raw)
