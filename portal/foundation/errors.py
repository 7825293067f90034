"""Errors the core raises. They say what happened in a sentence and know nothing of status codes."""

from __future__ import annotations

from collections.abc import Sequence

from rules.answers import Problem

__all__ = [
    "DomainError",
    "NotAllowed",
    "NotReadable",
    "OtherPerson",
    "OutOfOrder",
    "Problem",
    "Refused",
    "StaleVersion",
    "Stranger",
]


class DomainError(Exception):
    """Something the portal refuses to do, told in one plain sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Stranger(DomainError):
    """The person has no part in this program or partnership: for them it does not exist."""

    def __init__(self, sentence: str = "There is nothing here for this account.") -> None:
        super().__init__(sentence)


class NotAllowed(DomainError):
    """The person belongs here, but their role does not cover this action."""


class NotReadable(DomainError):
    """A request lacks what it must carry, as no page of ours ever sends it."""


class OtherPerson(DomainError):
    """A page of one person was sent while somebody else is signed in in the same browser."""


class OutOfOrder(DomainError):
    """A step of the cycle was tried before the step it rests on."""


class Refused(DomainError):
    """Input that cannot be stored as typed; holds every problem at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(p.sentence for p in problems))
        self.problems = tuple(problems)


class StaleVersion(DomainError):
    """Somebody stored a newer version after the sender last looked."""
