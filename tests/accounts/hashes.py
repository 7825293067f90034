"""Passwords stored as somebody with a very small machine would: to check one costs a test nothing."""

from __future__ import annotations

from argon2 import PasswordHasher

from portal.accounts.models import Person
from portal.foundation.database import unit_of_work

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # each hash says itself how it was made


def with_password(person: Person, password: str) -> Person:
    """Give somebody a password whose hash the portal renews at the next sign-in."""
    with unit_of_work() as session:
        session.get_one(Person, person.id).password_hash = QUICK.hash(password)
    return person
