"""Attempts, kept for a while to slow down guessing and flooding. Who and from where are stored as hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select

from portal.foundation import clock
from portal.foundation.database import db

from .hashes import digest
from .models import SignInTry


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be tried in a while, for one e-mail address and from one network address."""

    kind: str
    window: timedelta
    per_email: int
    per_address: int  # a school or an office shares one address

    def email_key(self, email: str) -> str:
        """Return what an e-mail address is counted under."""
        return digest(self.kind + email.strip().lower())

    def address_key(self, address: str) -> str:
        """Return what a network address is counted under."""
        return digest(self.kind + address)


SIGN_IN = Limit("", timedelta(minutes=15), 10, 100)  # wrong passwords
INVITATION = Limit("invitation:", timedelta(days=1), 5, 100)  # mails; not from a network address but by one program
PASSWORD_LINK = Limit("password link:", timedelta(hours=1), 5, 50)  # mails asked for


def reached(limit: Limit, email: str, address: str) -> bool:
    """Tell whether one more attempt has to wait."""
    fresh = (SignInTry.at > clock.now() - limit.window) & SignInTry.worked.is_(False)
    count = select(func.count(SignInTry.id)).where(fresh)
    by_email = db.session.scalar(count.where(SignInTry.email_key == limit.email_key(email))) or 0
    by_address = db.session.scalar(count.where(SignInTry.address_key == limit.address_key(address))) or 0
    return by_email >= limit.per_email or by_address >= limit.per_address


def note(limit: Limit, email: str, address: str, worked: bool = False) -> None:
    """Count an attempt in the running transaction."""
    keys = {"email_key": limit.email_key(email), "address_key": limit.address_key(address)}
    db.session.add(SignInTry(at=clock.now(), worked=worked, **keys))


def forgive(limit: Limit, email: str) -> None:
    """Forget what failed for an e-mail address, once its owner has shown to be its owner."""
    db.session.execute(delete(SignInTry).where(SignInTry.email_key == limit.email_key(email)))
