"""People, the roles they hold, and their sign-ins as rows the server can end."""

from __future__ import annotations

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.access import Role
from portal.foundation.database import Base, UtcDateTime, Word

from .browsers import in_words


class Person(UserMixin, Base):
    """Somebody with an account. `fictional` marks demo people, who exist in demo mode only."""

    __tablename__ = "person"
    __allow_unmapped__ = True  # current_session is no column

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    fictional: Mapped[bool] = mapped_column(default=False)
    demo_note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str] = mapped_column(String(5), default="")  # of mails; empty for the partnership's
    reminders_stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", order_by="Membership.id", lazy="selectin"
    )

    current_session: SignIn | None = None  # set by the loader, for this request only

    @property
    def is_active(self) -> bool:
        """Tell whether the account may be used."""
        return self.disabled_at is None

    def get_id(self) -> str:
        """Return the secret token of this sign-in, not the person's number: ending the row ends the cookie."""
        if self.current_session is None or self.current_session.token is None:
            raise ValueError("A person is signed in through accounts.services.sign_in only.")
        return self.current_session.token


class Membership(Base):
    """One role at one program or at one partnership."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "partnership_id", "program_id"),
        CheckConstraint("(partnership_id IS NULL) <> (program_id IS NULL)", name="one_place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    program_id: Mapped[int | None] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"), index=True)

    person: Mapped[Person] = relationship(back_populates="memberships")


class SignIn(Base):
    """One signed-in browser. The cookie holds the token, the row only its SHA-256."""

    __tablename__ = "sign_in"
    __allow_unmapped__ = True  # token is no column

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    browser: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()

    token: str | None = None  # known only to the request that made or presented it

    @property
    def browser_words(self) -> str:
        """Return the browser in words, such as Firefox on Windows."""
        return in_words(self.browser)


class SignInTry(Base):
    """One attempt to sign in or to have a link mailed, kept for a while to slow down guessing; keys are hashed."""

    __tablename__ = "sign_in_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    email_key: Mapped[str] = mapped_column(String(64), index=True)
    address_key: Mapped[str] = mapped_column(String(64), index=True)
    worked: Mapped[bool] = mapped_column(default=False)


class Invitation(Base):
    """A single-use link by which a person sets a first password."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class PasswordReset(Base):
    """A single-use link by which a person who lost the password chooses another."""

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # used, or withdrawn by a newer one

    person: Mapped[Person] = relationship()
