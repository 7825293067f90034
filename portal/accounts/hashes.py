"""What is stored instead of a secret: argon2id for passwords, SHA-256 for the random tokens of cookies and links."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# argon2id; 19 MiB and two passes are OWASP's floor and take about 40 ms on a small machine
hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
NOBODY = hasher.hash(secrets.token_hex(8))  # verified for unknown addresses, so that both answers take as long


def digest(text: str) -> str:
    """Return the SHA-256 under which a secret or an address is looked up."""
    return hashlib.sha256(text.encode()).hexdigest()


def matches(known: str, password: str) -> bool:
    """Tell whether this is the password behind the hash."""
    try:
        return hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
