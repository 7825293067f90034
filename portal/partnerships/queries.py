"""Reads partnerships, with the access check inside the loader."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Person
from portal.foundation.access import Action, require
from portal.foundation.database import db
from portal.foundation.errors import Stranger
from portal.foundation.judging import evaluator
from rules.catalogue import Catalogue, load_edition
from rules.codec import read_json
from rules.discovery import BASE
from rules.evaluator import Evaluator
from rules.rulebook import PluginChoice, Rulebook, rulebook_from_record

from .models import CatalogueCopy, Partnership, RulesList


def load_partnership(person: Person, partnership_id: int, action: Action) -> Partnership:
    """Return the partnership; raises Stranger or NotAllowed."""
    partnership = db.session.get(Partnership, partnership_id)
    if partnership is None:
        raise Stranger
    require(person.memberships, action, partnership.id)
    return partnership


def current_rulebook(partnership: Partnership) -> Rulebook:
    """Return the rules a cycle would begin with today, as they were adopted. Raises UnknownPlugin or RulebookNotBuilt."""
    newest = adopted(partnership)
    if newest is None or not newest.record:
        choices = newest.choices if newest is not None else []
        return _described(tuple(json.dumps(choice, sort_keys=True) for choice in choices), evaluator())
    return rulebook_of_record(newest.record)


def adopted(partnership: Partnership) -> RulesList | None:
    """Return the list in force, None before any was adopted."""
    mine = select(RulesList).where(RulesList.partnership_id == partnership.id)
    return db.session.scalar(mine.order_by(RulesList.number.desc()).limit(1))


def choices_of(stored: Iterable[Mapping[str, Any]]) -> list[PluginChoice]:
    """Return stored choices as the rules take them."""
    return [PluginChoice(one["name"], one.get("settings", {})) for one in stored]


@lru_cache(maxsize=64)
def _described(choices: tuple[str, ...], evaluator: Evaluator) -> Rulebook:
    return evaluator.describe(choices_of(map(json.loads, choices)))


def rulebook_of_record(record: Mapping[str, Any]) -> Rulebook:
    """Return a recorded rulebook, able to ask the plugins that are on this machine now. Needs none of them to be read."""
    if "policy" not in record:  # recorded before descriptions were kept
        chosen = [one for one in record["plugins"] if one["name"] != BASE or one["settings"]]
        plain = tuple(json.dumps({"name": one["name"], "settings": one["settings"]}) for one in chosen)
        return _described(plain, evaluator())
    return _read(json.dumps(record, sort_keys=True), evaluator())


@lru_cache(maxsize=128)
def _read(record: str, evaluator: Evaluator) -> Rulebook:
    plain = json.loads(record)
    return rulebook_from_record(plain, catalogue_of(plain["edition"], plain["catalogue_hash"]), evaluator)


def catalogue_of(edition: str, digest: str) -> Catalogue:
    """Return the practices as they were worded then: the kept copy, or the edition as it is."""
    content = db.session.scalar(select(CatalogueCopy.content).where(CatalogueCopy.hash == digest))
    return load_edition(edition) if content is None else _worded(content)


@lru_cache(maxsize=16)  # the same practices stand in every list of rules; to read them takes longer than most pages
def _worded(content: str) -> Catalogue:
    return read_json(Catalogue, content)
