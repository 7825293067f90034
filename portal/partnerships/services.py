"""Adding a partnership with its first administrator."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.accounts.services import invite
from portal.foundation import audit, clock
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError
from portal.foundation.outbox import Message
from rules.rulebook import PluginChoice, build_rulebook

from .models import Partnership, PartnershipPlugin


class KeyTaken(DomainError):
    """Another partnership has this short name."""


def add(key: str, name: str, plugins: Sequence[str], admin_name: str, admin_email: str, base_url: str) -> str:
    """Add the partnership and return its administrator's starting link. Raises KeyTaken, UnknownPlugin or Refused."""
    build_rulebook([PluginChoice(plugin) for plugin in plugins])  # refuses an unknown name before anything is stored
    with unit_of_work() as session:
        if session.scalar(select(Partnership).where(Partnership.key == key)) is not None:
            raise KeyTaken(f"There is a partnership called {key} already.")
        partnership = Partnership(key=key, name=name, created_at=clock.now())
        partnership.plugins = [PartnershipPlugin(position=at, name=plugin) for at, plugin in enumerate(plugins)]
        session.add(partnership)
        session.flush()
        audit.record("partnership added", partnership_id=partnership.id)
    invite(
        admin_name,
        admin_email,
        Role.PARTNERSHIP_ADMINISTRATOR,
        partnership_id=partnership.id,
        place=name,
        by_id=None,
        mail_partnership_id=partnership.id,
        base_url=base_url,
    )
    newest = select(Message.text).where(Message.partnership_id == partnership.id).order_by(Message.id.desc()).limit(1)
    text = db.session.scalars(newest).one()
    return next(line for line in text.splitlines() if line.startswith("http"))
