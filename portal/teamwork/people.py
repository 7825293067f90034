"""Who belongs to a program: inviting, changing roles, taking off. Each use case is one transaction with its mails."""

from __future__ import annotations

import re

from portal.accounts import memberships
from portal.accounts.memberships import At, Came, Invitee, Outcome
from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.foundation.errors import Problem, Refused

from . import sharing
from .queries import few

MOST_AT_ONCE = 30
WITH_NAME = re.compile(r"([^<>]*)<\s*([^<>]*?)\s*>")


def read_invitees(text: str) -> list[Invitee]:
    """Read pasted addresses: one a line or with commas between, with or without names, as mail programs copy them."""
    found: dict[str, Invitee] = {}
    for line in re.split(r"[\n\r;]+", text):
        named = WITH_NAME.findall(line)
        for name, email in named:
            words = " ".join(name.split()).strip(",\"' ")
            found.setdefault(email.lower(), Invitee(email, words))
        for piece in WITH_NAME.sub(" ", line).split(",") if named else line.split(","):
            for one in _plain(piece):
                found.setdefault(one.email.lower(), one)
    return list(found.values())


def _plain(piece: str) -> list[Invitee]:
    words = piece.split()
    addresses = [word for word in words if "@" in word]
    if len(addresses) == 1 and words[-1] == addresses[0]:
        return [Invitee(addresses[0], " ".join(words[:-1]))]
    if not addresses:
        return [Invitee(" ".join(words))] if words else []
    return [Invitee(word) for word in words]


def invite(text: str, role: Role, at: At) -> list[Outcome]:
    """Invite everybody named in a pasted text; return what became of each. Raises Refused when nothing can be done."""
    invitees = read_invitees(text)
    if not invitees:
        raise Refused([Problem("addresses", "Enter at least one e-mail address, like name@example.org.")])
    if len(invitees) > MOST_AT_ONCE:
        sentence = (
            f"These are {len(invitees)} addresses. Please send at most {MOST_AT_ONCE} at once. Nobody was invited yet."
        )
        raise Refused([Problem("addresses", sentence)])
    with unit_of_work():
        return memberships.invite_all(invitees, role, at)


def change_role(person_id: int, role: Role, at: At) -> bool:
    """Give a person another role; a reader has no sections. Raises Stranger or Refused."""
    with unit_of_work():
        changed = memberships.change_role(person_id, role, at)
        if role is Role.READER:
            sharing.forget(at.program_id, person_id)
    return changed


def take_off(person_id: int, at: At) -> None:
    """Take a person off the program, from this moment; answers, comments and history stay. Raises Stranger or Refused."""
    with unit_of_work():
        memberships.take_off(person_id, at)
        sharing.forget(at.program_id, person_id)
        sharing.hold_back_mail(at.program_id, person_id)


def invite_again(person_id: int, at: At) -> None:
    """Mail a fresh invitation. Raises Stranger or Refused."""
    with unit_of_work():
        memberships.invite_again(person_id, at)


def told(outcomes: list[Outcome], came: Came) -> str:
    """Return the addresses that came to this, for a sentence."""
    return few(one.email for one in outcomes if one.came is came)
