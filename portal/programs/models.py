"""Mentoring programs: what they are, whom they serve, who leads them, and how that changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.foundation.database import Base, UtcDateTime
from portal.partnerships.models import Partnership

# the stored words are the rules' own; these are for people
MODEL_WORDS = {
    "one-to-one": "one-to-one",
    "group": "group",
    "team": "team (several mentors with one group)",
    "peer": "peer (young people mentor younger ones)",
    "e-mentoring": "e-mentoring (mainly online)",
}
SETTING_WORDS = {
    "community": "in the community",
    "site": "at the program's place",
    "school": "at school",
    "workplace": "at a workplace",
    "online": "online",
    "faith": "in a congregation",
}


class Program(Base):
    """An organised service that recruits, screens, trains, matches and supports mentors and mentees."""

    __tablename__ = "program"
    __table_args__ = (UniqueConstraint("partnership_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    host: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")  # public in the Mentoring Connector
    founded: Mapped[date]
    model: Mapped[str] = mapped_column(String(40))  # one-to-one, group, team, peer, e-mentoring
    settings: Mapped[list[str]] = mapped_column(JSON, default=list)  # community, site, school, workplace, online, faith
    youth_min_age: Mapped[int]
    youth_max_age: Mapped[int]
    matches: Mapped[int] = mapped_column(default=0)
    mentors: Mapped[int] = mapped_column(default=0)
    staff: Mapped[str] = mapped_column(String(300), default="")
    in_service_area: Mapped[bool] = mapped_column(default=True)
    registered: Mapped[bool] = mapped_column(default=False)  # in the Mentoring Connector, listing approved
    capacity_confirmed: Mapped[bool] = mapped_column(default=False)
    pairs_volunteers: Mapped[bool] = mapped_column(default=True)
    full_cycle_done: Mapped[bool] = mapped_column(default=False)  # been through one whole program cycle
    gates_passed: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # gate before access -> day, as ISO date
    key_leader_name: Mapped[str] = mapped_column(String(200), default="")
    key_leader_title: Mapped[str] = mapped_column(String(200), default="")
    key_leader_email: Mapped[str] = mapped_column(String(254), default="")
    # the other fields of the Mentoring Connector
    zip_code: Mapped[str] = mapped_column(String(20), default="")
    web: Mapped[str] = mapped_column(String(300), default="")
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    mentor_description: Mapped[str] = mapped_column(Text, default="")
    focus_groups: Mapped[str] = mapped_column(String(300), default="")
    meeting_place: Mapped[str] = mapped_column(String(300), default="")
    meeting_frequency: Mapped[str] = mapped_column(String(200), default="")
    commitment: Mapped[str] = mapped_column(String(200), default="")
    mentor_min_age: Mapped[int] = mapped_column(default=0)  # 0 while not told
    mentor_requirements: Mapped[str] = mapped_column(Text, default="")
    background_checks: Mapped[str] = mapped_column(String(10), default="")  # yes, no, or not told
    fictional: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=0)  # of the facts; every change is a FactsVersion

    partnership: Mapped[Partnership] = relationship(lazy="joined")

    @property
    def model_words(self) -> str:
        """Say how and where mentors and mentees meet: group, at the program's place."""
        return ", ".join([MODEL_WORDS[self.model], *(SETTING_WORDS[one] for one in self.settings)])

    @property
    def age_words(self) -> str:
        """Say whom the program serves: 8 to 14, or up to 14 where no youngest age was given."""
        return f"{self.youth_min_age} to {self.youth_max_age}" if self.youth_min_age else f"up to {self.youth_max_age}"


class FactsVersion(Base):
    """One change of a program's facts: each changed field with its value before and after."""

    __tablename__ = "facts_version"
    __table_args__ = (UniqueConstraint("program_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)

    saved_by: Mapped[Person | None] = relationship()
