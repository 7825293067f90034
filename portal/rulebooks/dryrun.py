"""Judges all assessments of a partnership by the rules each has and by other ones, and says what would move.

Writes nothing. The rules are asked outside any transaction, and in batches; when a batch is lost, its assessments are
asked about one by one, so that the plugin at fault is named and the others count.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.foundation.database import reading
from portal.foundation.judging import evaluator
from portal.partnerships.queries import rulebook_of_record
from rules import wire
from rules.codec import from_plain
from rules.discovery import BASE, UnknownPlugin
from rules.evaluator import Busy, Lost
from rules.outcomes import Moved, Outcome, moves, outcome_of, summed_up
from rules.rulebook import PluginChoice, Rulebook, RulebookNotBuilt
from rules.scorecard import Scorecard
from rules.tiers import decide

from .material import Piece, cycle_ids_of, pieces_of

AT_ONCE = 50  # assessments read and judged together
BYTES = 4_000_000  # of one request to the process that judges
LONGEST = 180.0  # seconds of a whole dry run; other work of the worker waits for it


class Stopped(Exception):
    """Raised when somebody cancelled the dry run."""


class TookTooLong(Exception):
    """Raised when a dry run is not done within its time."""


@dataclass
class Judge:
    """Judge by one rulebook, in batches as long as those are answered."""

    rules: Rulebook | None
    problem: str = ""
    singly: bool = False

    def outcomes(self, pieces: Sequence[Piece], until: float) -> list[Outcome]:
        """Return what each of these assessments comes to."""
        rules = self.rules
        if rules is None:
            return [Outcome("undetermined", "", self.problem, 0, 0, 0, ()) for _ in pieces]
        if not self.singly:
            try:
                return [one for batch in _portions(pieces) for one in _batch(rules, batch)]
            except (Lost, Busy, UnknownPlugin):
                self.singly = True
        found = []
        for piece in pieces:
            if time.monotonic() > until:
                raise TookTooLong
            found.append(_single(rules, piece))
        return found


def _portions(pieces: Sequence[Piece]) -> Iterator[list[dict[str, Any]]]:
    """Pack the assessments, in portions that one request can carry."""
    portion: list[dict[str, Any]] = []
    size = 0
    for piece in pieces:
        packed = wire.pack_assessment(piece.assessment)
        size += len(json.dumps(packed))
        if portion and size > BYTES:
            yield portion
            portion, size = [], 0
        portion.append(packed)
    if portion:
        yield portion


def _batch(rules: Rulebook, packed: list[dict[str, Any]]) -> list[Outcome]:
    asked = evaluator()
    said = asked.work("outcomes", rules, asked.seconds, assessments=packed)
    return [from_plain(Outcome, one) for one in said]


def _single(rules: Rulebook, piece: Piece) -> Outcome:
    return outcome_of(piece.assessment, rules)


@dataclass
class AsItIs:
    """Judge each assessment by the rules its cycle has now."""

    judges: dict[str, Judge] = field(default_factory=dict)

    def outcomes(self, pieces: Sequence[Piece], until: float) -> list[Outcome]:
        """Return what each comes to today; a record that nobody can ask about any more keeps its stored scorecard."""
        kinds: dict[str, list[int]] = {}
        for at, piece in enumerate(pieces):
            kinds.setdefault(json.dumps(piece.record, sort_keys=True), []).append(at)
        found: dict[int, Outcome] = {}
        for key, places in kinds.items():
            mine = [pieces[at] for at in places]
            judge = self.judges.get(key)
            if judge is None:
                judge = self.judges[key] = _judge_of(mine[0].record)
            found |= dict(zip(places, _as_stored(judge, mine, until), strict=True))
        return [found[at] for at in range(len(pieces))]


def _judge_of(record: dict[str, Any]) -> Judge:
    try:
        with reading():
            rules = rulebook_of_record(record)
    except (UnknownPlugin, RulebookNotBuilt) as error:
        return Judge(None, str(error))
    return Judge(rules, singly=not all_here(rules))


def all_here(rules: Rulebook) -> bool:
    """Tell whether every plugin of these rules is on this machine and judges as it did."""
    plugins = evaluator().found().plugins
    return all(one.name in plugins and plugins[one.name].info.judges_like(one) for one in rules.plugins)


def _as_stored(judge: Judge, pieces: Sequence[Piece], until: float) -> list[Outcome]:
    if judge.rules is None or not judge.singly:
        return judge.outcomes(pieces, until)
    found = []
    for piece in pieces:
        if time.monotonic() > until:
            raise TookTooLong
        if piece.scorecard:  # what is on the program's page, though the plugin that gave it is gone
            card = Scorecard.from_json(piece.scorecard)
            found.append(summed_up(card, decide(card, piece.assessment, judge.rules)))
        else:
            found.append(_single(judge.rules, piece))
    return found


def dry_run(partnership_id: int, rules: Rulebook, tick: Callable[[int, int], None]) -> dict[str, Any]:
    """Return what would move under these rules. `tick` is told how many are done, of how many; it may raise Stopped.

    Raises TookTooLong.
    """
    until = time.monotonic() + LONGEST
    with reading():
        ids = cycle_ids_of(partnership_id)
    before, after, rows = AsItIs(), Judge(rules, singly=not all_here(rules)), []
    tick(0, len(ids))
    for start in range(0, len(ids), AT_ONCE):
        with reading():
            pieces = pieces_of(ids[start : start + AT_ONCE])
        if time.monotonic() > until:
            raise TookTooLong
        old, new = before.outcomes(pieces, until), after.outcomes(pieces, until)
        rows += [row for one in zip(pieces, old, new, strict=True) if (row := _row(*one)) is not None]
        tick(min(start + AT_ONCE, len(ids)), len(ids))
    return {"total": len(ids), "rows": rows}


def _row(piece: Piece, old: Outcome, new: Outcome) -> dict[str, Any] | None:
    """Return what differs for one assessment, None when nothing does and both could be judged."""
    moved = moves(old, new)
    kind = _kind(old, new, bool(moved))
    if not kind:
        return None
    row: dict[str, Any] = {
        "cycle": piece.cycle_id, "number": piece.number, "program": piece.program, "program_id": piece.program_id,
        "state": piece.state, "awarded": piece.awarded, "kind": kind, "private": piece.private,
        "before": _side(old, piece.private), "after": _side(new, piece.private),
    }  # fmt: skip
    row["moves"] = _rules_only(moved) if piece.private else [_move(one) for one in moved]
    return row


def _kind(old: Outcome, new: Outcome, moved: bool) -> str:
    if new.outcome == "undetermined":
        return "undetermined"
    if _figures(old) != _figures(new):
        return "moves"
    return "reasons" if moved else ""


def _figures(one: Outcome) -> tuple[object, ...]:
    return one.outcome, one.tier, one.in_practice, one.applicable, one.safety_gaps


def _side(one: Outcome, private: bool) -> dict[str, Any]:
    """Keep a side for the page; before submitting, nothing that rests on answers but whether a tier is reached."""
    side = asdict(one)
    del side["reasons"]
    if private:
        hidden = {"in_practice": None, "applicable": None, "safety_gaps": None}
        return side | hidden | ({} if one.outcome == "undetermined" else {"sentence": ""})
    return side


def _move(one: Moved) -> dict[str, str]:
    trace = (one.after or one.before).trace  # type: ignore[union-attr]  # one of the two is there
    was, now = (side.value if side else "not judged" for side in (one.before, one.after))
    return {"what": one.key, "was": was, "now": now, "plugin": trace.plugin, "version": trace.version,
            "rule": trace.rule, "sentence": trace.sentence}  # fmt: skip


def _rules_only(moved: Sequence[Moved]) -> list[dict[str, str]]:
    """Name the rules that move an unsubmitted assessment, and nothing of what they said about its answers."""
    named = {(one["plugin"], one["version"], one["rule"]): None for one in map(_move, moved)}
    return [{"plugin": plugin, "version": version, "rule": rule} for plugin, version, rule in named]


def who_sets_what(choices: Sequence[PluginChoice], whole: Rulebook) -> dict[str, Any]:
    """Return which plugin of a list sets which policy value, text and the tiers: each list is described up to each plugin."""
    names = [choice.name for choice in choices]
    steps = [evaluator().describe(choices[:at]) for at in range(len(choices))] + [whole]
    found: dict[str, Any] = {"policy": {}, "texts": {}, "tiers": BASE}
    for name, before, after in zip(names, steps, steps[1:], strict=False):
        for key in whole.policy.__dataclass_fields__:
            if getattr(before.policy, key) != getattr(after.policy, key):
                found["policy"][key] = name
        texts = after.description.texts.items()
        found["texts"] |= {key: name for key, text in texts if before.description.texts.get(key) != text}
        if before.tiers != after.tiers:
            found["tiers"] = name
    return found
