"""The deeds of a reviewer on a section: sending questions, telling why an N/A is not accepted, accepting the rest.

Texts are typed and stored as drafts of the item, by the protocol of every save; only these deeds show them to the program.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from portal.assessments.queries import answers_of, scorecard_of
from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, rulebook_of
from portal.foundation import audit
from portal.foundation.database import db, unit_of_work
from portal.foundation.versions import SaveKey, follow, keep, own_id, renamed
from rules.answers import Status

from .models import Mark
from .queries import items_of
from .questions import ask, refuse_na
from .services import BLANK, ITEMS, LOCKED, ReviewClosed, begin, noted, place_of
from .standing import Standing, standings


@dataclass(frozen=True, slots=True)
class Sent:
    """What went to the program: practices asked about, N/A told as not accepted, and N/A that still lack a reason."""

    asked: tuple[str, ...]
    refused: tuple[str, ...]
    lacking: tuple[str, ...]


def send(cycle_id: int, ask_codes: Collection[str], codes: Collection[str], by_id: int, base_url: str) -> Sent:
    """Send the drafted questions of `ask_codes`, and tell the refused N/A of `codes`. Raises ReviewClosed or Refused.

    What was sent before is not sent again.
    """
    asked, refused, lacking = [], [], []
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if cycle.state in LOCKED:
            if ask_codes:
                raise ReviewClosed
            return Sent((), (), ())
        review, answers = begin(cycle, by_id), answers_of(cycle)
        items = items_of(review)
        for code in (one for one in ask_codes if one in items):
            item, draft = items[code], items[code].content.get("question", "").strip()
            if not draft:
                continue
            ask(cycle, code, draft, renamed(item.save_id, {"question": draft}), by_id, base_url)
            left = {part: value for part, value in item.content.items() if part != "question"}
            follow(ITEMS, place_of(review.id, code), item, {"mark": Mark.REVIEWED.value} | left, by_id)
            asked.append(code)
        for code in (one for one in codes if one in items):
            answer, content = answers.get(code), items[code].content
            if content.get("na_accepted") is not False or not answer or answer.status is not Status.NOT_APPLICABLE:
                continue
            reason = content.get("na_reason", "").strip()
            if not reason:
                lacking.append(code)
            elif refuse_na(cycle, code, reason, by_id, base_url):
                refused.append(code)
    return Sent(tuple(asked), tuple(refused), tuple(lacking))


@dataclass(frozen=True, slots=True)
class Rest:
    """What "accept the rest" does to the unseen practices of a section: which it accepts, and which it leaves."""

    accepts: tuple[str, ...]
    leaves: tuple[str, ...]  # a safety gap, or an N/A nobody decided: somebody has to look


def rest_of(rows: Collection[Standing], gaps: Collection[str]) -> Rest:
    """Say what "accept the rest" would do with these practices; `gaps` are the codes of safety gaps."""
    unseen = [row for row in rows if row.mark is Mark.UNSEEN]
    leaves = tuple(row.code for row in unseen if row.code in gaps or (row.says_na and not row.decided))
    return Rest(tuple(row.code for row in unseen if row.code not in leaves), leaves)


def accept_rest(cycle_id: int, key: str, by_id: int) -> Rest:
    """Mark as accepted what nobody looked at yet in a section. Raises ReviewClosed; a second press finds nothing left."""
    card = scorecard_of(db.session.get_one(Cycle, cycle_id))  # may ask the rules, so before the write begins
    gaps = {one.code for one in card.practices if one.safety_gap}
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        if cycle.state in LOCKED:
            raise ReviewClosed
        review = begin(cycle, by_id)
        items, section = items_of(review), rulebook_of(cycle).catalogue.section(key)
        rest = rest_of(standings(section.practices, answers_of(cycle), items), gaps)
        for code in rest.accepts:
            item = items.get(code)
            content = dict(item.content if item else BLANK) | {"mark": Mark.ACCEPTED.value}
            now = SaveKey(item.version if item else 0, own_id(""))
            kept: Any = keep(ITEMS, place_of(review.id, code), content, now, by_id).row
            noted(cycle, kept, by_id)
        if rest.accepts:
            audit.record("rest accepted", person_id=by_id, cycle_id=cycle.id, section=key, practices=list(rest.accepts))
    return rest
