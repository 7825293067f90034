"""Judges all assessments of a partnership by the rules each has and by other ones, and says what would move.

Writes nothing, and tells nothing of unsubmitted answers: they are the program's own, and whoever may choose settings
could ask after them one by one. Of those it is only told which plugin cannot judge. The rules are asked outside any transaction, and in batches; when a batch is lost, its assessments are
asked about one by one, so that the plugin at fault is named and the others count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, fields
from typing import Any

from portal.foundation.database import reading
from portal.foundation.judging import evaluator
from portal.partnerships.queries import rulebook_of_record
from rules.discovery import BASE, UnknownPlugin
from rules.evaluator import Busy, Evaluator, Lost
from rules.outcomes import Moved, Outcome, Reason, moves, outcome_of, summed_up
from rules.results import Trace
from rules.rulebook import PluginChoice, Rulebook, RulebookNotBuilt, rulebook_from_record
from rules.scorecard import Scorecard
from rules.tiers import decide
from rules.wording import say_list

from .material import Piece, cycle_ids_of, pieces_of

AT_ONCE = 25  # assessments read and judged together
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
    asked: Evaluator
    problem: str = ""
    singly: bool = False

    def outcomes(self, pieces: Sequence[Piece], until: float) -> list[Outcome]:
        """Return what each of these assessments comes to."""
        rules = self.rules
        if rules is None:
            return [Outcome("undetermined", "", self.problem, 0, 0, 0, ()) for _ in pieces]
        if not self.singly:
            try:
                return [one for batch in _portions(pieces) for one in _batch(self.asked, rules, batch)]
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
        size += piece.size
        if portion and size > BYTES:
            yield portion
            portion, size = [], piece.size
        portion.append(piece.packed)
    if portion:
        yield portion


def _batch(asked: Evaluator, rules: Rulebook, packed: list[dict[str, Any]]) -> list[Outcome]:
    said = asked.work("outcomes", rules, asked.seconds, assessments=packed)
    return [_read(one) for one in said]


def _read(plain: dict[str, Any]) -> Outcome:
    """Read one outcome; by hand, since a preview reads thousands with dozens of reasons each."""
    reasons = tuple(Reason(one["key"], one["value"], Trace(**one["trace"])) for one in plain["reasons"])
    return Outcome(**{**plain, "reasons": reasons})


def _single(rules: Rulebook, piece: Piece) -> Outcome:
    return outcome_of(piece.assessment, rules)


@dataclass
class AsItIs:
    """Judge each assessment by the rules its cycle has now."""

    judges: dict[str, Judge] = field(default_factory=dict)

    def prepare(self, pieces: Sequence[Piece]) -> None:
        """Read the rules of these cycles, which takes the database; judging them then does not."""
        for piece in pieces:
            if piece.rules_key not in self.judges:
                self.judges[piece.rules_key] = _judge_of(piece.record)

    def outcomes(self, pieces: Sequence[Piece], until: float) -> list[Outcome]:
        """Return what each comes to today; a record that nobody can ask about any more keeps its stored scorecard."""
        kinds: dict[str, list[int]] = {}
        for at, piece in enumerate(pieces):
            kinds.setdefault(piece.rules_key, []).append(at)
        found: dict[int, Outcome] = {}
        for key, places in kinds.items():
            mine = [pieces[at] for at in places]
            found |= dict(zip(places, _as_stored(self.judges[key], mine, until), strict=True))
        return [found[at] for at in range(len(pieces))]


def _judge_of(record: dict[str, Any]) -> Judge:
    try:
        with reading():
            rules = rulebook_of_record(record)
    except (UnknownPlugin, RulebookNotBuilt) as error:
        return Judge(None, evaluator(), str(error))
    return Judge(rules, evaluator(), singly=not all_here(rules))


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
    rows: list[dict[str, Any]] = []
    private = 0
    tick(0, len(ids))

    # Both lists are judged at once, the other one in a process of its own, and meanwhile the next batch is read.
    with closing(evaluator().another()) as apart, ThreadPoolExecutor(2) as beside:
        other = rulebook_from_record(rules.record(), rules.catalogue, apart)
        before, after = AsItIs(), Judge(other, apart, singly=not all_here(rules))

        def judged(pieces: list[Piece]) -> list[dict[str, Any]]:
            would_be = beside.submit(after.outcomes, pieces, until)
            old, new = before.outcomes(pieces, until), would_be.result()
            return [row for one in zip(pieces, old, new, strict=True) if (row := _row(*one, rules)) is not None]

        waiting: Future[list[dict[str, Any]]] | None = None
        for start in range(0, len(ids), AT_ONCE):
            with reading():
                pieces = pieces_of(ids[start : start + AT_ONCE])
            before.prepare(pieces)
            private += sum(piece.private for piece in pieces)
            if waiting is not None:
                rows += waiting.result()
                tick(start, len(ids))
            if time.monotonic() > until:
                raise TookTooLong
            waiting = beside.submit(judged, pieces)
        if waiting is not None:
            rows += waiting.result()
            tick(len(ids), len(ids))
    return {"total": len(ids), "rows": rows, "private": private - sum(row["private"] for row in rows)}


def _row(piece: Piece, old: Outcome, new: Outcome, rules: Rulebook) -> dict[str, Any] | None:
    """Return what differs for one assessment, None when nothing does and both could be judged."""
    if piece.private:
        old = new = _said_in_private(new, rules)
    moved = moves(old, new)
    kind = _kind(old, new, bool(moved))
    if not kind:
        return None
    return {
        "cycle": piece.cycle_id, "number": piece.number, "program": piece.program, "program_id": piece.program_id,
        "state": piece.state, "awarded": piece.awarded, "kind": kind, "private": piece.private,
        "before": _side(old), "after": _side(new), "moves": [_move(one) for one in moved],
    }  # fmt: skip


def _said_in_private(one: Outcome, rules: Rulebook) -> Outcome:
    """Return whether an unsubmitted assessment can be judged, and who cannot: not even what went wrong may quote it."""
    if one.outcome != "undetermined":
        return Outcome("", "", "", 0, 0, 0, ())
    who = [
        f"{by.name} {by.version}" for by in rules.plugins if f"{by.name} {by.version} could not judge" in one.sentence
    ]
    named = f"{say_list(who)} could not judge" if who else "It cannot be judged"
    return Outcome("undetermined", "", f"{named}. What happened is not shown before submitting.", 0, 0, 0, ())


def _kind(old: Outcome, new: Outcome, moved: bool) -> str:
    if new.outcome == "undetermined":
        return "undetermined"
    if (old.outcome, old.tier) != (new.outcome, new.tier) or _figures(old) != _figures(new):
        return "moves"
    return "reasons" if moved else ""


def _figures(one: Outcome) -> tuple[object, ...]:
    return one.in_practice, one.applicable, one.safety_gaps


def _side(one: Outcome) -> dict[str, Any]:
    return {part.name: getattr(one, part.name) for part in fields(one) if part.name != "reasons"}


def _move(one: Moved) -> dict[str, str]:
    trace = (one.after or one.before).trace  # type: ignore[union-attr]  # one of the two is there
    was, now = (side.value if side else _without(one.key) for side in (one.before, one.after))
    return {"what": one.key, "was": was, "now": now, "plugin": trace.plugin, "version": trace.version,
            "rule": trace.rule, "sentence": trace.sentence}  # fmt: skip


def _without(key: str) -> str:
    """Say what it means that one side has no such result."""
    if key.startswith("Safety of"):
        return "no gap"
    return "as answered" if key.endswith("counts as") else "not asked for"


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
