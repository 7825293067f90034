"""Adding a partnership with its first administrator."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts.services import invite
from portal.foundation import audit, clock
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError
from portal.foundation.judging import evaluator
from portal.foundation.outbox import Message
from rules.codec import canonical_json, to_plain
from rules.rulebook import PluginChoice, Rulebook

from .models import CatalogueCopy, Partnership, RulesList
from .queries import adopted


class KeyTaken(DomainError):
    """Another partnership has this short name."""


def add(key: str, name: str, plugins: Sequence[str], admin_name: str, admin_email: str, base_url: str) -> str:
    """Add the partnership and return its administrator's starting link. Raises KeyTaken, UnknownPlugin or Refused."""
    choices = [PluginChoice(plugin) for plugin in plugins]
    rulebook = evaluator().describe(choices)  # refuses an unknown name before anything is stored
    with unit_of_work() as session:
        if session.scalar(select(Partnership).where(Partnership.key == key)) is not None:
            raise KeyTaken(f"There is a partnership called {key} already.")
        partnership = Partnership(key=key, name=name, created_at=clock.now())
        session.add(partnership)
        session.flush()
        adopt(partnership, rulebook, None)
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


def adopt(partnership: Partnership, rulebook: Rulebook, by_id: int | None, note: str = "") -> RulesList:
    """Put described rules in force for new cycles, as part of the caller's transaction."""
    before = adopted(partnership)
    keep_catalogue(rulebook)
    made = RulesList(
        partnership_id=partnership.id,
        number=before.number + 1 if before else 1,
        adopted_at=clock.now(),
        adopted_by_id=by_id,
        note=note,
        choices=[{"name": one.name, "settings": to_plain(one.settings)} for one in rulebook.choices],
        record=rulebook.record(),
    )
    db.session.add(made)
    names = [info.name for info in rulebook.plugins]
    audit.record("rules adopted", person_id=by_id, partnership_id=partnership.id, number=made.number, plugins=names)
    return made


def keep_catalogue(rulebook: Rulebook) -> None:
    """Keep the wording of the practices, once, as part of the caller's transaction."""
    if db.session.get(CatalogueCopy, rulebook.catalogue.hash) is None:
        copy = CatalogueCopy(hash=rulebook.catalogue.hash, content=canonical_json(rulebook.catalogue))
        with contextlib.suppress(IntegrityError), db.session.begin_nested():  # somebody else may keep it right now
            db.session.add(copy)
