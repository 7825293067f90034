"""Mail between a program and its partnership, put into the running transaction. Subjects say nothing confidential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal.accounts.models import Person
from portal.accounts.queries import administrators_of_partnership, administrators_of_program, staff_of_partnership
from portal.foundation import outbox
from portal.foundation.languages import Value

from .models import Program


def write(people: Iterable[Person], partnership_id: int, key: str, kind: str, fields: Mapping[str, Value]) -> None:
    """Send each of these people a letter of this kind, once for the key."""
    for person in people:
        outbox.write(kind, f"{key}:{person.id}", person, fields, partnership_id)


def write_to_staff(program: Program, key: str, kind: str, **fields: Value) -> None:
    """Write to everybody at the program's partnership."""
    write(staff_of_partnership(program.partnership_id), program.partnership_id, key, kind, _of(program) | fields)


def write_to_administrators(program: Program, key: str, kind: str, **fields: Value) -> None:
    """Write to the program's administrators."""
    write(administrators_of_program(program.id), program.partnership_id, key, kind, _of(program) | fields)


def write_to_managers(program: Program, key: str, kind: str, **fields: Value) -> None:
    """Write to the administrators of the program's partnership, where only they can answer."""
    write(deciders_of(program.partnership_id), program.partnership_id, key, kind, _of(program) | fields)


def _of(program: Program) -> dict[str, Value]:
    return {"program": program.name, "partnership": program.partnership.name}


def deciders_of(partnership_id: int) -> list[Person]:
    """Return who decides at a partnership: its administrators, or everybody there while it has none."""
    return administrators_of_partnership(partnership_id) or staff_of_partnership(partnership_id)


def tell(people: Iterable[Person], partnership_id: int, key: str, subject: str, text: str) -> None:
    """Mail each of these people a text that has no kind yet, in English and at once, once for the key."""
    for person in people:
        outbox.post(
            f"{key}:{person.id}", to_name=person.name, to_email=person.email, partnership_id=partnership_id,
            subject=subject, text=f"Hello {person.name},\n\n{text}\n",
        )  # fmt: skip


def tell_staff(program: Program, key: str, subject: str, text: str) -> None:
    """Mail a text to everybody at the program's partnership."""
    tell(staff_of_partnership(program.partnership_id), program.partnership_id, key, subject, text)


def tell_administrators(program: Program, key: str, subject: str, text: str) -> None:
    """Mail a text to the program's administrators."""
    tell(administrators_of_program(program.id), program.partnership_id, key, subject, text)


def tell_managers(program: Program, key: str, subject: str, text: str) -> None:
    """Mail a text to the administrators of the program's partnership."""
    tell(deciders_of(program.partnership_id), program.partnership_id, key, subject, text)
