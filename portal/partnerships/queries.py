"""Reads partnerships, with the access check inside the loader."""

from __future__ import annotations

from functools import lru_cache

from portal.accounts.models import Person
from portal.foundation.access import Action, require
from portal.foundation.database import db
from portal.foundation.errors import Stranger
from rules.rulebook import PluginChoice, Rulebook, build_rulebook

from .models import Partnership


def load_partnership(person: Person, partnership_id: int, action: Action) -> Partnership:
    """Return the partnership; raises Stranger or NotAllowed."""
    partnership = db.session.get(Partnership, partnership_id)
    if partnership is None:
        raise Stranger
    require(person.memberships, action, partnership.id)
    return partnership


def current_rulebook(partnership: Partnership) -> Rulebook:
    """Return the rules a cycle would begin with today."""
    return _built(tuple((plugin.name, tuple(sorted(plugin.settings.items()))) for plugin in partnership.plugins))


@lru_cache(maxsize=64)
def _built(choices: tuple[tuple[str, tuple[tuple[str, object], ...]], ...]) -> Rulebook:
    return build_rulebook([PluginChoice(name, dict(settings)) for name, settings in choices])
