"""A partnership's own resources. National ones come from the rules and have no rows. No row is ever deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.foundation.database import Base, UtcDateTime

TITLE_LENGTH = 200
ABOUT_LENGTH = 500
ADDRESS_LENGTH = 2000


class OwnResource(Base):
    """A guide, a form or a page that a partnership offers its programs: a web address, or a file it keeps."""

    __tablename__ = "resource"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    save_id: Mapped[str] = mapped_column(String(64), unique=True)  # of the form that added it
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    publisher: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    about: Mapped[str] = mapped_column(String(ABOUT_LENGTH), default="")
    audience: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    practices: Mapped[list[str]] = mapped_column(JSON, default=list)
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")  # of a page; empty for a file
    file_name: Mapped[str] = mapped_column(String(200), default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    storage_key: Mapped[str] = mapped_column(String(40), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    added_by: Mapped[Person | None] = relationship(foreign_keys=[added_by_id])
    changed_by: Mapped[Person | None] = relationship(foreign_keys=[changed_by_id])

    def words(self) -> dict[str, str]:
        """Return the fields of its form as texts."""
        return {
            "title": self.title, "publisher": self.publisher, "about": self.about, "audience": self.audience,
            "language": self.language, "practices": ", ".join(self.practices), "address": self.address,
        }  # fmt: skip
